"""deploy/terraform, planned and applied by Terraform or OpenTofu with AWS's provider, on moto."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

MODULE = Path(__file__).parents[2] / "deploy/terraform"


def plugins() -> str | None:
    """A folder with providers, for a machine that can't reach Terraform's registry."""
    if named := os.environ.get("EVENKEEL_TERRAFORM_PLUGINS"):
        return named
    return next((str(found.parents[2]) for found in Path("/opt").glob("*/registry.terraform.io/hashicorp/aws")), None)


PLUGINS = plugins()
FOR_TERRAFORM = {name: value for name, value in os.environ.items() if name.startswith(("TF_", "HTTPS_", "SSL_"))}


def argument(parameter: str) -> str:
    """OutTooLong → out_too_long."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", parameter).lower()


class Terraform:
    """One working copy of the module, its example the root."""

    def __init__(self, program: str, folder: Path, package: Path) -> None:
        self.program = program
        self.planned = ""  # for a new policy, after everything else has been applied
        self.module = folder / "terraform"
        shutil.copytree(MODULE, self.module, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
        self.root = self.module / "examples/one-fleet"
        shutil.copy(package, self.root / "evenkeel-lambda-x86_64.zip")

    def write_rights(self, rights: str) -> None:
        (self.root / "iam.json").write_text(rights)

    def override(self, given: dict[str, str]) -> None:
        """Gives the module what the SAM template calls by these names."""
        lines = [f"  {argument(name)} = {json.dumps(value)}" for name, value in given.items()]
        text = "\n".join(['module "evenkeel" {', *lines, "}"])
        (self.root / "main_override.tf").write_text(text.replace('"no"', "false").replace('"yes"', "true"))

    def init(self) -> subprocess.CompletedProcess[str]:
        return self.run("init", "-input=false", *([f"-plugin-dir={PLUGINS}"] if PLUGINS else []))

    def apply(self, *options: str) -> None:
        done = self.run("apply", "-auto-approve", "-input=false", "-var=region=eu-west-1", *options)
        assert done.returncode == 0, done.stdout + done.stderr

    def plan(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.run("plan", "-detailed-exitcode", "-input=false", "-var=region=eu-west-1", *options)

    def run(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, command, "-no-color", *options],
            cwd=self.root,
            env={**os.environ, **FOR_TERRAFORM, "CHECKPOINT_DISABLE": "1", "TF_REGISTRY_DISCOVERY_RETRY": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )


def find_terraform(folder: Path, package: Path) -> Terraform:
    program = shutil.which("terraform") or shutil.which("tofu")
    if program is None:
        pytest.skip("neither terraform nor tofu is installed")
    found = Terraform(program, folder, package)
    found.write_rights("{}")
    done = found.init()
    if done.returncode != 0:
        why = " ".join(done.stderr.partition("Error: ")[2].split())
        pytest.skip(f"{program} could not install AWS's provider: {why[:200]}")
    return found
