"""Installs two DynamoDBs that aren't ours into .witness/, as pinned in dynamodb/: AWS's DynamoDB Local (Java, from Maven
Central) and dynalite (from npm), each by its own client.

usage: python3 -m tests.witness.dynamodb_pins    both, side by side, unless they are there
"""

import filecmp
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..simulator import ROOT

PINNED = Path(__file__).parent / "dynamodb"
INSTALLED = ROOT / ".witness"
# Each server's folder, what pins it, the programs that it needs, and the command that installs it.
SERVERS = {
    "DynamoDB Local": ("dynamodb-local", "pom.xml", ("java", "mvn"),
                       ["mvn", "-B", "-q", "dependency:copy-dependencies", "-DoutputDirectory=lib"]),
    "dynalite": ("dynalite", "package-lock.json", ("node", "npm"),
                 ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]),
}


class NotInstalled(Exception):
    pass


def install(server: str) -> Path:
    """The folder that it is in. Does nothing when what is pinned is there already."""
    name, pins, programs, command = SERVERS[server]
    for program in programs:
        if not shutil.which(program):
            raise NotInstalled(f"{program} is not installed; ./dev test installs it")
    folder = INSTALLED / name
    mark = folder / "installed"
    if mark.is_file() and filecmp.cmp(mark, PINNED / pins, shallow=False):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in PINNED.iterdir():
        shutil.copy(file, folder)
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise NotInstalled(f"{server} could not be installed: {(done.stdout + done.stderr).strip()[-500:]}")
    shutil.copy(PINNED / pins, mark)
    return folder


def why_not(server: str) -> str:
    try:
        install(server)
    except (NotInstalled, subprocess.TimeoutExpired) as error:
        return str(error)
    return ""


if __name__ == "__main__":
    with ThreadPoolExecutor(len(SERVERS)) as pool:
        failed = [why for why in pool.map(why_not, SERVERS) if why]
    print("\n".join(failed))
    sys.exit(1 if failed else 0)
