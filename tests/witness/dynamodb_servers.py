"""Two DynamoDBs that aren't ours: AWS's DynamoDB Local (Java, from Maven Central) and dynalite (from npm), pinned in
tests/witness/dynamodb, installed by their own clients into .witness/, running as long as they are needed."""

import filecmp
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..ports import free_ports, wait_for_listener
from ..simulator import ROOT

PINNED = Path(__file__).parent / "dynamodb"
INSTALLED = ROOT / ".witness"


def _not_here(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


def _need(*programs: str) -> None:
    for program in programs:
        if not shutil.which(program):
            _not_here(f"{program} is not installed; ./dev test installs it")


def _install(name: str, pins: str, command: list[str]) -> Path:
    """Runs `command` in a folder of its own, unless what `pins` says is there already."""
    folder = INSTALLED / name
    mark = folder / "installed"
    if mark.is_file() and filecmp.cmp(mark, PINNED / pins, shallow=False):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in PINNED.iterdir():
        shutil.copy(file, folder)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        _not_here(f"{name} could not be installed: {(done.stdout + done.stderr).strip()[-500:]}")
    shutil.copy(PINNED / pins, mark)
    return folder


def _dynamodb_local(port: int) -> tuple[list[str], Path]:
    _need("java", "mvn")
    copy = ["mvn", "-B", "-q", "dependency:copy-dependencies", "-DoutputDirectory=lib"]
    folder = _install("dynamodb-local", "pom.xml", copy)
    runner = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"
    # It has no option for the address that it listens on.
    options = ["-inMemory", "-disableTelemetry", "-port", str(port)]
    return ["java", "-Xmx256m", "-Djava.library.path=lib", "-cp", "lib/*", runner, *options], folder


def _dynalite(port: int) -> tuple[list[str], Path]:
    _need("node", "npm")
    folder = _install("dynalite", "package-lock.json", ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"])
    # Its command line listens everywhere; its library can be told where.
    script = f"require('dynalite')({{createTableMs: 0}}).listen({port}, '127.0.0.1')"
    return ["node", "-e", script], folder


SERVERS = {"DynamoDB Local": _dynamodb_local, "dynalite": _dynalite}


@contextmanager
def running(name: str, log: Path) -> Iterator[str]:
    """The URL of a server of its own with no table in it."""
    (port,) = free_ports(1)
    command, folder = SERVERS[name](port)
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            wait_for_listener(port, process, 60, log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.kill()
            process.wait(timeout=20)
