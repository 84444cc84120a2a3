"""The templates of deploy/, deployed on moto's account, and what then stands there."""

import json
import os
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from ..simulator import PROGRAM
from .account import ACCOUNT, REGION, Standing, environment, look, reset
from .sam import deploy_sam
from .terraform import Terraform, find_terraform


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    # Everything in this process that makes a boto3 client, and every program that it starts, talks to moto alone.
    saved, alone = dict(os.environ), environment(f"http://{host}:{port}")
    os.environ.clear()
    os.environ.update(alone)
    yield f"http://{host}:{port}"
    os.environ.clear()
    os.environ.update(saved)
    server.stop()


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip in the function's place. What is in it, the templates don't ask."""
    path = tmp_path_factory.mktemp("package") / "evenkeel-lambda.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("bootstrap", "#!/bin/sh\n")
    return path


def rights(*options: str) -> str:
    """What `evenkeel iam --lambda` prints for the example's policy."""
    assert PROGRAM.is_file(), f"{PROGRAM} is not there; build it with ./dev build"
    policy = Path(__file__).parents[2] / "deploy/terraform/examples/one-fleet/evenkeel.yaml"
    done = subprocess.run(
        [PROGRAM, "iam", "--lambda", "--policy", policy, "--account", ACCOUNT, "--region", REGION, *options],
        env={"HOME": "/nonexistent"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@dataclass(frozen=True)
class Deployed:
    """One template, as it is first deployed and with every parameter changed."""

    rights: dict[str, Any]
    first: Standing
    full_rights: dict[str, Any]
    full: Standing
    folder: Path  # where the last deployment was made from


FIRST = {"Email": "night@example.com"}
FULL = {
    "Schedule": "ENABLED",
    "Architecture": "arm64",
    "OutTooLong": "1800",
    "LogRetention": "7",
    "WebhookParameter": "/evenkeel/webhook",
    "ReserveConcurrency": "no",
}


@pytest.fixture(scope="session")
def sam(moto: str, package: Path, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    plain, secret, folder = rights(), rights("--secret", "/evenkeel/webhook"), tmp_path_factory.mktemp("sam")
    first = deploy_sam(folder, package, plain, FIRST)
    return Deployed(json.loads(plain), first, json.loads(secret), deploy_sam(folder, package, secret, FULL), folder)


@pytest.fixture(scope="session")
def terraform(moto: str, package: Path, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    return find_terraform(tmp_path_factory.mktemp("terraform"), package)


@pytest.fixture(scope="session")
def terraformed(terraform: Terraform) -> Deployed:
    """The example, and then, in place, what the operator changes."""
    reset()
    plain, secret = rights(), rights("--secret", "/evenkeel/webhook")
    terraform.write_rights(plain)
    terraform.override(FIRST)
    terraform.apply()
    first = look("evenkeel")
    terraform.write_rights(secret)
    terraform.override(FULL)
    terraform.apply()
    full = look("evenkeel")
    terraform.override({**FULL, "Policy": "fleets: [] # for tonight"})
    terraform.planned = terraform.plan().stdout  # now, while it stands: the account is the other tests' as well
    return Deployed(json.loads(plain), first, json.loads(secret), full, terraform.root)


@pytest.fixture(scope="session", params=["sam", "terraform"])
def deployed(request: pytest.FixtureRequest) -> Deployed:
    return request.getfixturevalue("sam" if request.param == "sam" else "terraformed")
