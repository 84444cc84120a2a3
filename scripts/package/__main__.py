"""The steps of ./dev package, one a command, so that it can say how far it is.

usage: python3 -m scripts.package [--work FOLDER] [--to FOLDER] STEP [MACHINE]

Steps: sources, libraries MACHINE, program MACHINE, zip MACHINE, container, deb, list, lock, reproduce MACHINE.
MACHINE is x86_64 or aarch64. What was made before, from the same things, is kept in --work (build-package).
"""

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from . import MACHINES, ROOT, Failure, bootstrap, debian, sources
from .commands import run


def show(folder: Path, work: Path) -> None:
    """What there is, for people; and what they should know about the libraries in it."""
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        print(f"  {path.stat().st_size:>9,} bytes  {path}")
    for line in (*sources.differences(work), *sources.newer(work)):
        print(f"  note: {line}")


def reproduce(machine: str, folder: Path) -> None:
    """Builds sources, libraries and program once more, elsewhere and without a cache; the zips must be the same."""
    made = folder / f"evenkeel-lambda-{MACHINES[machine]}.zip"
    with tempfile.TemporaryDirectory(prefix="another-place-") as place:
        tree = Path(place) / "with" / "a-longer-path" / "evenkeel"
        shutil.copytree(ROOT, tree, ignore=lambda _, names: [
            name for name in names if name.startswith(("build", ".venv")) or name in ("dist", ".git", "__pycache__")])
        for step in (("sources",), ("program", machine), ("zip", machine)):
            run(sys.executable, "-m", "scripts.package", *step, at=tree,
                variables={"CCACHE_DISABLE": "1", "SOURCE_DATE_EPOCH": str(bootstrap.when())})
        again = tree / "dist" / made.name
        digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (made, again)]
        if digests[0] != digests[1]:
            shutil.copy(again, folder / f"again-{made.name}")
            raise Failure(f"built twice, {made.name} differs; the other one is {folder}/again-{made.name}")
        print(f"  {made.name}: built again in another place, byte for byte the same ({digests[0]})")


def carry_out(step: str, machine: str, work: Path, folder: Path) -> None:
    match step:
        case "sources":
            sources.fetch(work)
        case "lock":
            sources.lock(work)
        case "libraries":
            bootstrap.libraries(machine, work)
        case "program":
            bootstrap.program(machine, work)
        case "zip":
            bootstrap.lambda_zip(machine, work, folder)
        case "container":
            bootstrap.container_root("x86_64", work, folder)
        case "deb":
            debian.build(ROOT / "build" / "evenkeel", folder)
        case "list":
            show(folder, work)
        case "reproduce":
            reproduce(machine, folder)
        case _:
            raise Failure(f"there is no step '{step}'; see {__file__}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts.package", description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "build-package")
    parser.add_argument("--to", type=Path, default=ROOT / "dist")
    parser.add_argument("step")
    parser.add_argument("machine", nargs="?", choices=MACHINES, default="x86_64")
    asked = parser.parse_args()
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        carry_out(asked.step, asked.machine, asked.work.resolve(), asked.to.resolve())
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
