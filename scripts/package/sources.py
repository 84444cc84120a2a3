"""What the static program is made from besides its own source: Debian's packages, fetched and unpacked.

work/downloads has the files, work/sources a folder for each source package, work/MACHINE/debian the binary packages'
files for that machine, and work/used.txt says which packages these are.
"""

import shutil
import time
from pathlib import Path

from . import DEBIAN, MACHINES, Failure, pins
from .apt import Apt
from .commands import output_of

USED = "# used:\n"  # the line in used.txt between the pins that were asked for and what was taken
FRESH = 3600  # seconds for which apt's lists are not read again


def _mirror(work: Path) -> Apt:
    apt, mark = Apt(work / "apt"), work / "apt" / "updated"
    if not mark.is_file() or time.time() - mark.stat().st_mtime > FRESH:
        apt.update()
        mark.touch()
    return apt


def _without_mirror(wanted: list[pins.Package], folder: Path) -> bool:
    return all(pins.is_there(pin, folder) for pin in wanted)


def fetch(work: Path) -> list[str]:
    """Downloads and unpacks; notes on what is not as pinned. Does nothing where that was done before."""
    mark, wanted = work / "used.txt", pins.read()
    if mark.is_file() and mark.read_text().split(USED)[0] == pins.PINS.read_text():
        return notes(work)
    mark.unlink(missing_ok=True)
    if _without_mirror(wanted, work / "downloads"):
        taken, said = wanted, []
    else:
        taken, said = pins.take(_mirror(work), wanted, work / "downloads")
    _unpack(taken, work)
    lines = [package.line() for package in taken] + [f"note: {line}" for line in said]
    mark.write_text(pins.PINS.read_text() + USED + "\n".join(lines) + "\n")
    return said


def _unpack(taken: list[pins.Package], work: Path) -> None:
    shutil.rmtree(work / "sources", ignore_errors=True)
    (work / "sources").mkdir(parents=True)
    for machine in MACHINES:
        shutil.rmtree(work / machine / "debian", ignore_errors=True)
        (work / machine / "debian").mkdir(parents=True)
    for package in taken:
        path = work / "downloads" / package.file
        if package.kind == "source":
            output_of("dpkg-source", "--no-check", "-x", path, work / "sources" / package.name)
            continue
        for machine, architecture in DEBIAN.items():
            if package.kind in (architecture, "all"):
                output_of("dpkg-deb", "-x", path, work / machine / "debian")
    for leftover in (work / "sources").glob("*.orig*"):
        leftover.unlink()


def _recorded(work: Path) -> list[str]:
    mark = work / "used.txt"
    if not mark.is_file():
        raise Failure("the libraries are not fetched yet: ./dev package")
    return mark.read_text().split(USED)[1].splitlines()


def used(work: Path) -> list[pins.Package]:
    return [pins.Package(*line.split()) for line in _recorded(work) if not line.startswith("note: ")]


def notes(work: Path) -> list[str]:
    """One line for each package that is not the one that packaging/pins.txt names."""
    return [line.removeprefix("note: ") for line in _recorded(work) if line.startswith("note: ")]


def newer(work: Path) -> list[str]:
    """One line for each package of which the mirror, where it can be reached, lists a newer version than that used."""
    try:
        apt = _mirror(work)
    except Failure:
        return ["Debian's mirror could not be asked whether it has anything newer"]
    lines, packages = [], used(work)
    for kind in pins.KINDS:
        of_kind = {package.name: package for package in packages if package.kind == kind}
        for name, versions in apt.versions(kind, of_kind).items():
            if versions and versions[0] != of_kind[name].version:
                lines.append(f"{of_kind[name].label}: {of_kind[name].version} was used, and Debian lists {versions[0]}")
    return lines


def update_pins(work: Path) -> None:
    """Writes the newest versions that the mirror has whole into packaging/pins.txt."""
    comment = [line for line in pins.PINS.read_text().splitlines() if line.startswith("#")]
    unpinned = [pins.Package(pin.kind, pin.name, "", "") for pin in pins.read()]
    taken, said = pins.take(_mirror(work), unpinned, work / "downloads")
    for line in said:
        print(f"note: {line}")
    pins.PINS.write_text("\n".join([*comment, *(package.line() for package in taken)]) + "\n")
