"""The libraries' sources: Debian source packages, fetched and verified by apt.

apt reads a list of its own in the build folder, made from the mirrors that the machine already uses: the machine's
own configuration stays as it is, and no root is needed. packaging/sources.txt names the versions that were tried.
Where Debian no longer has one of them (it was replaced by a security update), the newest one takes its place, and
`differences` says so.
"""

import functools
import hashlib
import shutil
from pathlib import Path

from . import ROOT, Failure
from .commands import output_of, run

LOCK = ROOT / "packaging" / "sources.txt"


def locked() -> dict[str, tuple[str, str]]:
    """Source package -> its version, and the SHA-256 of its .dsc, which holds those of all its files."""
    lines = [line.split() for line in LOCK.read_text().splitlines() if line and not line.startswith("#")]
    return {name: (version, digest) for name, version, digest in lines}


def file_version(version: str) -> str:
    """As in file names: without the epoch."""
    return version.split(":", 1)[-1]


def _ordered(one: str, other: str) -> int:
    def relation(word: str) -> bool:
        try:
            output_of("dpkg", "--compare-versions", one, word, other)
        except Failure:
            return False
        return True

    return -1 if relation("lt") else int(relation("gt"))


class Apt:
    """apt with a list of deb-src lines of its own, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        line = "deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)"
        known = output_of("apt-get", "indextargets", "--format", line, "Created-By: Packages", "Origin: Debian")
        if not known.strip():
            raise Failure("apt knows no Debian mirror on this machine. Run apt-get update on a Debian 12, then again.")
        (folder / "sources.list").write_text("\n".join(sorted(set(known.splitlines()))) + "\n")
        (folder / "apt.conf").write_text(f"""
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "{folder}/lists";
Dir::Cache "{folder}/cache";
APT::Sandbox::User "";
""")
        self._variables = {"APT_CONFIG": str(folder / "apt.conf")}

    def update(self) -> None:
        output_of("apt-get", "-q", "-o", "APT::Update::Error-Mode=any", "update", variables=self._variables)

    def versions(self, name: str) -> list[str]:
        """All that the mirrors list, newest first."""
        text = output_of("apt-cache", "showsrc", "--only-source", name, variables=self._variables)
        found = {line.split()[1] for line in text.splitlines() if line.startswith("Version: ")}
        return sorted(found, key=functools.cmp_to_key(_ordered), reverse=True)

    def download(self, name: str, version: str, folder: Path) -> Path:
        """The path of the .dsc. Raises Failure where the mirror lacks one of the files."""
        folder.mkdir(parents=True, exist_ok=True)
        run("apt-get", "-q", "source", "--only-source", "--download-only", f"{name}={version}", at=folder,
            variables=self._variables)
        return folder / f"{name}_{file_version(version)}.dsc"


def _fetch_one(apt: Apt, name: str, wanted: str, folder: Path) -> tuple[str, Path]:
    listed = apt.versions(name)
    for version in [wanted] * (wanted in listed) + [version for version in listed if version != wanted]:
        try:
            return version, apt.download(name, version, folder)
        except Failure as failure:
            print(f"{name} {version} is listed but could not be fetched: {failure}")
    raise Failure(f"the source package {name} could be fetched in no version: {', '.join(listed) or 'none is listed'}")


def fetch(work: Path) -> Path:
    """Unpacks all source packages; the folder with one folder for each. Does nothing when they are there."""
    unpacked, used = work / "sources", work / "sources.txt"
    if used.is_file() and used.read_text().startswith(LOCK.read_text()):
        return unpacked
    used.unlink(missing_ok=True)
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir(parents=True)
    apt = Apt(work / "apt")
    apt.update()
    lines = []
    for name, (wanted, digest) in locked().items():
        version, description = _fetch_one(apt, name, wanted, work / "downloads")
        found = hashlib.sha256(description.read_bytes()).hexdigest()
        if version == wanted and found != digest:
            raise Failure(f"{description.name} is not the file of packaging/sources.txt: it has SHA-256 {found}")
        run("dpkg-source", "--no-check", "-x", description, unpacked / name)
        lines.append(f"{name} {version} {found}\n")
    for leftover in unpacked.glob("*.orig*"):
        leftover.unlink()
    used.write_text(LOCK.read_text() + "# used:\n" + "".join(lines))
    return unpacked


def used(work: Path) -> dict[str, tuple[str, str]]:
    lines = (work / "sources.txt").read_text().split("# used:\n")[1].splitlines()
    return {name: (version, digest) for name, version, digest in (line.split() for line in lines)}


def differences(work: Path) -> list[str]:
    """One line for each package that is not the one that packaging/sources.txt names."""
    wanted = locked()
    return [f"{name} {version} was used, for Debian's mirror no longer has {wanted[name][0]} of packaging/sources.txt"
            for name, (version, _) in used(work).items() if version != wanted[name][0]]


def newer(work: Path) -> list[str]:
    """One line for each package of which the mirror, where it can be reached, lists a newer version than that used."""
    apt, lines = Apt(work / "apt"), []
    try:
        apt.update()
    except Failure:
        lines.append("Debian's mirror could not be asked whether there is anything newer")
    for name, (version, _) in used(work).items():
        newest = apt.versions(name)[0]
        if newest != version:
            lines.append(f"{name} {version} was used; Debian has {newest} by now")
    return lines


def lock(work: Path) -> None:
    """Writes the newest versions that the mirrors have whole into packaging/sources.txt."""
    apt = Apt(work / "apt")
    apt.update()
    lines = [line for line in LOCK.read_text().splitlines() if line.startswith("#")]
    for name in locked():
        version, description = _fetch_one(apt, name, "", work / "downloads")
        lines.append(f"{name} {version} {hashlib.sha256(description.read_bytes()).hexdigest()}")
    LOCK.write_text("\n".join(lines) + "\n")
