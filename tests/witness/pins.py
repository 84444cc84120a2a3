"""Installs what isn't ours, besides the packages of .venv, into .witness/, each by its own client and as pinned: two
DynamoDBs (AWS's DynamoDB Local, in Java, from Maven Central; dynalite from npm), and two CloudWatch clients (the boto3 of
today and AWS's SDK for JavaScript).

usage: python3 -m tests.witness.pins    all of them, side by side, unless they are there
"""

import filecmp
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..simulator import ROOT

HERE = Path(__file__).parent
INSTALLED = ROOT / ".witness"
NPM = ("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")


@dataclass(frozen=True)
class Pinned:
    """Where it is installed, the folder that pins it and the file there that says how, and the commands that install it."""

    folder: str
    pins: Path
    file: str
    programs: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...]


PINNED = {
    "DynamoDB Local": Pinned("dynamodb-local", HERE / "dynamodb", "pom.xml", ("java", "mvn"),
                             (("mvn", "-B", "-q", "dependency:copy-dependencies", "-DoutputDirectory=lib"),)),
    "dynalite": Pinned("dynalite", HERE / "dynamodb", "package-lock.json", ("node", "npm"), (NPM,)),
    "boto3 of today": Pinned(
        "boto3", HERE / "clients" / "boto3", "requirements.txt", (),
        ((sys.executable, "-m", "venv", "venv"),
         ("venv/bin/python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-q",
          "-r", "requirements.txt"))),
    "AWS SDK for JavaScript": Pinned("javascript", HERE / "clients" / "javascript", "package-lock.json",
                                     ("node", "npm"), (NPM,)),
}


class NotInstalled(Exception):
    pass


def install(name: str) -> Path:
    """The folder that it is in. Does nothing when what is pinned is there already."""
    pinned = PINNED[name]
    for program in pinned.programs:
        if not shutil.which(program):
            raise NotInstalled(f"{program} is not installed; ./dev test installs it")
    folder = INSTALLED / pinned.folder
    mark = folder / "installed"
    if mark.is_file() and filecmp.cmp(mark, pinned.pins / pinned.file, shallow=False):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in pinned.pins.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    for command in pinned.commands:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise NotInstalled(f"{name} could not be installed: {(done.stdout + done.stderr).strip()[-500:]}")
    shutil.copy(pinned.pins / pinned.file, mark)
    return folder


def why_not(name: str) -> str:
    try:
        install(name)
    except (NotInstalled, subprocess.TimeoutExpired) as error:
        return str(error)
    return ""


if __name__ == "__main__":
    with ThreadPoolExecutor(len(PINNED)) as pool:
        failed = [why for why in pool.map(why_not, PINNED) if why]
    print("\n".join(failed))
    sys.exit(1 if failed else 0)
