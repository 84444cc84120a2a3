"""The steps of ./dev package, one a command.

usage: python3 -m scripts.package [--work FOLDER] [--to FOLDER] STEP [MACHINE...]

Steps: static MACHINE..., again MACHINE..., container, deb, list, update-pins, verified, changed.
MACHINE is x86_64 or aarch64. What was made before, from the same things, is kept in --work (build-package).
`verified` writes packaging/verified.txt after a complete check. `changed` prints "changed" where that file changed
within a day before the last commit, so that the static program must be tried again, and "unchanged" where it did not.
"""

import argparse
import os
import sys
from pathlib import Path

from . import MACHINES, ROOT, Failure, bootstrap, build, debian, sources, verified


def show(folder: Path, work: Path) -> None:
    """What there is, and what an operator should know about the libraries in it."""
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        print(f"  {path.stat().st_size:>9,} bytes  {path}")
    for line in (*sources.notes(work), *sources.newer(work)):
        print(f"  note: {line}")


def carry_out(step: str, machines: list[str], work: Path, folder: Path) -> None:
    match step:
        case "static":
            build.static(machines, work, folder)
        case "again":
            build.again(machines, work, folder)
        case "container":
            bootstrap.container_root("x86_64", work, folder)
        case "deb":
            debian.build(ROOT / "build" / "evenkeel", folder)
        case "list":
            show(folder, work)
        case "update-pins":
            sources.update_pins(work)
        case "verified":
            verified.write(work, folder)
        case "changed":
            print("changed" if verified.changed_lately() else "unchanged")
        case _:
            raise Failure(f"there is no step '{step}'; see {__file__}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts.package", description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "build-package")
    parser.add_argument("--to", type=Path, default=ROOT / "dist")
    parser.add_argument("step")
    parser.add_argument("machines", nargs="*", metavar="MACHINE", choices=[*MACHINES, []])
    asked = parser.parse_args()
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        machines = list(dict.fromkeys(asked.machines)) or list(MACHINES)
        carry_out(asked.step, machines, asked.work.resolve(), asked.to.resolve())
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
