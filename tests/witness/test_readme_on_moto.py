"""The README's "On your account" and "Then let it act", word by word, on other people's AWS account."""

import json
import os
import re
import signal
import subprocess

import pytest

from ..simulator import ROOT, environment
from .moto_fleet import KEY, SECRET, Fleet


def blocks(language: str) -> list[str]:
    """The fenced blocks of the two sections."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = text[text.index("## On your account"):text.index("## As a Lambda function")]
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.S | re.M)


def on_lambda() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text[text.index("## As a Lambda function"):text.index("## Read on")]


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture
def desk(moto, evenkeel, tmp_path):
    """A directory as the README's reader has it, and a fleet of seven of which one leaks."""
    fleet = Fleet(moto, size=7)
    fleet.has_run_for_an_hour()
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "evenkeel").symlink_to(evenkeel)
    policies = blocks("yaml")
    assert len(policies) == 1
    (tmp_path / "evenkeel.yaml").write_text(policies[0], encoding="utf-8")

    def type_in(line: str) -> subprocess.Popen:
        return subprocess.Popen(
            ["bash", "-c", "exec " + line.replace("i-0123…", fleet.leaking)], cwd=tmp_path,
            env={**environment(moto.url, KEY, SECRET), "USER": "ann"}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=os.setpgrp)

    return fleet, tmp_path, type_in


def test_every_command_of_the_readme_does_what_it_says(desk):
    fleet, directory, type_in = desk
    before = fleet.targets()
    said = {}
    for line in commands():
        process = type_in(line)
        if "--every" in line:
            first = process.stdout.readline()
            process.send_signal(signal.SIGTERM)
            rest, errors = process.communicate(timeout=60)
            out = first + rest
        else:
            out, errors = process.communicate(timeout=60)
        words = line.split("#")[0].split()
        said[words[1] if "--every" not in line else "daemon"] = out
        # check warns here, and a daemon that is stopped while a server is out says so with 1.
        may_end_with = (0, 1) if words[1] == "check" or "--every" in line else (0,)
        assert process.returncode in may_end_with, f"{line}\n{process.returncode}\n{out}\n{errors}"
    statement = json.loads((directory / "iam.json").read_text())["Statement"]
    assert any("ec2:RebootInstances" in one["Action"] for one in statement)
    assert fleet.leaking in said["plan"]
    assert "start" in said["plan"]
    assert fleet.leaking in said["run"], "the first tick takes the leaking one out"
    assert "draining" in said["status"]
    assert fleet.leaking in said["history"]
    assert "draining" in said["explain"]
    assert fleet.targets() != before


def test_the_readme_still_has_what_is_tried_here():
    names = [line.split()[1] for line in commands()]
    assert names == ["iam", "check", "plan", "run", "run", "status", "explain", "history", "pause", "resume", "restore"]


def test_what_the_readme_prints_for_the_function_is_its_role(desk):
    """The rest of that section is docs/deploy.md's, and tried in tests/deploy."""
    _, directory, type_in = desk
    (directory / "deploy" / "sam").mkdir(parents=True)
    (directory / "program").mkdir()
    (directory / "program" / "bootstrap").symlink_to(directory / "build" / "evenkeel")
    (line,) = [line for line in on_lambda().splitlines() if line.startswith("program/bootstrap iam")]
    _, errors = type_in(line.replace("ID", "123456789012").replace("NAME", "eu-west-1")).communicate(timeout=60)
    allowed = json.loads((directory / "deploy/sam/iam.json").read_text())["Statement"]
    assert any("dynamodb:PutItem" in one["Action"] for one in allowed), errors
