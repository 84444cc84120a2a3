"""Which Debian packages go into the static program: those that packaging/pins.txt names, or their replacements.

Debian's mirror keeps a package for as long as no update replaces it. A pin that it no longer has whole is replaced by
the newest version that it does have, and a note says so. What lies in the downloads already,
with the pinned digest, is not asked for again.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from . import ROOT, Failure
from .apt import compared, file_of

PINS = ROOT / "packaging" / "pins.txt"
KINDS = ("source", "all", "amd64", "arm64")


@dataclass(frozen=True)
class Package:
    kind: str  # source, or the architecture of a binary package
    name: str
    version: str
    digest: str  # SHA-256 of the .deb, or of the .dsc, which holds those of its files

    @property
    def file(self) -> str:
        return file_of(self.kind, self.name, self.version)

    @property
    def label(self) -> str:
        return f"{self.name} ({self.kind})"

    def line(self) -> str:
        return f"{self.kind} {self.name} {self.version} {self.digest}"


class Mirror(Protocol):
    def update(self) -> None: ...

    def versions(self, kind: str, names: Iterable[str]) -> dict[str, list[str]]: ...

    def download(self, kind: str, wanted: Mapping[str, str], folder: Path) -> None: ...


def read(path: Path = PINS) -> list[Package]:
    lines = [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]
    for words in lines:
        if len(words) != 4 or words[0] not in KINDS:
            raise Failure(f"{path}: '{' '.join(words)}' is not KIND NAME VERSION SHA256; KIND: {', '.join(KINDS)}")
    return [Package(*words) for words in lines]


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def source_files(description: Path) -> dict[str, str]:
    """Name -> SHA-256 of the files that a .dsc describes."""
    files, inside = {}, False
    for line in description.read_text().splitlines():
        if line.startswith("Checksums-Sha256:"):
            inside = True
        elif inside and line.startswith(" "):
            digest, _, name = line.split()
            files[name] = digest
        else:
            inside = False
    return files


def is_there(package: Package, folder: Path) -> bool:
    """Whether the downloads hold it, whole and unchanged."""
    path = folder / package.file
    if not path.is_file() or digest_of(path) != package.digest:
        return False
    others = source_files(path) if package.kind == "source" else {}
    return all((folder / name).is_file() and digest_of(folder / name) == digest for name, digest in others.items())


def take(mirror: Mirror, pins: list[Package], folder: Path) -> tuple[list[Package], list[str]]:
    """Puts every package into `folder`, in the pinned version or another; which they are, and a note on each other one.
    The mirror's lists are not read again here."""
    taken, notes = [], []
    for kind in KINDS:
        of_kind = [pin for pin in pins if pin.kind == kind]
        missing = [pin for pin in of_kind if not is_there(pin, folder)]
        listed = mirror.versions(kind, [pin.name for pin in missing]) if missing else {}
        at_once = {pin.name: pin.version for pin in missing if pin.version in listed[pin.name]}
        for pin in missing:
            # apt keeps a file that is there already, whatever it holds; only the pinned one has a digest to go by.
            for version in set(listed[pin.name]) - {pin.version}:
                (folder / file_of(kind, pin.name, version)).unlink(missing_ok=True)
        try:
            if at_once:
                mirror.download(kind, at_once, folder)
        except Failure:
            pass  # one by one then
        for pin in of_kind:
            if pin in missing and not _is_right(pin, folder):
                package = _replacement(mirror, pin, listed[pin.name], folder)
                if pin.version not in ("", package.version):
                    notes.append(_note(package, pin, pin.version in listed[pin.name]))
                elif not pin.version and package.version != listed[pin.name][0]:
                    notes.append(f"{package.label}: pinned {package.version}, because Debian's mirror lists "
                                 f"{listed[pin.name][0]} without its files")
                taken.append(package)
            else:
                taken.append(pin)
    return taken, notes


def _is_right(pin: Package, folder: Path) -> bool:
    """Whether a download is whole. One with another content than the pinned one stops everything."""
    path = folder / pin.file
    if not path.is_file():
        return False
    if digest_of(path) != pin.digest:
        raise Failure(f"{path.name} is not the file that packaging/pins.txt names: it has SHA-256 {digest_of(path)}. "
                      "Debian does not change a published file: find out where this one comes from")
    return is_there(pin, folder)


def _replacement(mirror: Mirror, pin: Package, listed: list[str], folder: Path) -> Package:
    for version in [pin.version] * (pin.version in listed) + [v for v in listed if v != pin.version]:
        try:
            mirror.download(pin.kind, {pin.name: version}, folder)
        except Failure:
            continue
        path = folder / file_of(pin.kind, pin.name, version)
        if version == pin.version:
            if _is_right(pin, folder):
                return pin
            continue
        package = Package(pin.kind, pin.name, version, digest_of(path))
        if is_there(package, folder):
            return package
    what = f"listed there: {', '.join(listed)}; their files are missing" if listed else "none is listed there"
    raise Failure(
        f"Debian's mirror has no version of {pin.label} ({what}).\n"
        "Remedies: run this again later, since a mirror in the middle of an update has gaps; or name another Debian 12 "
        f"mirror in /etc/apt/sources.list, and run apt-get update; or put {pin.file}"
        f"{' and its files' if pin.kind == 'source' else ''} into {folder} (SHA-256 {pin.digest})")


def _note(package: Package, pin: Package, listed: bool) -> str:
    newer = compared(package.version, pin.version) > 0
    remedy = "to pin it: ./dev package --update-pins, then --check" if newer else "don't ship it: it may lack fixes"
    reason = "lists it without its files" if listed else "no longer has it"
    return (f"{package.label}: took the {'newer' if newer else 'OLDER'} {package.version} instead of {pin.version}, "
            f"since Debian's mirror {reason}; {remedy}")
