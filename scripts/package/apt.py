"""Debian's mirror as apt sees it, with lists of its own in the build folder.

They are made from the mirrors that the machine already uses, for both machines' packages and for sources: the
machine's own configuration stays as it is, no root is needed, and apt verifies every signature and digest.
"""

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path

from . import Failure
from .commands import output_of

CONFIGURATION = """
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "{folder}/lists";
Dir::State::status "/dev/null";
Dir::Cache "{folder}/cache";
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; "arm64"; }};
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "2";
"""
# Configurations of container images switch these off, and every call would read all lists again.
CACHES = ("-o", "Dir::Cache::pkgcache=pkgcache.bin", "-o", "Dir::Cache::srcpkgcache=srcpkgcache.bin",
          "-o", "Acquire::GzipIndexes=false")


def file_version(version: str) -> str:
    """As in file names: without the epoch."""
    return version.split(":", 1)[-1]


def compared(one: str, other: str) -> int:
    """Negative where `one` is the older version, positive where it is the newer one."""
    def relation(word: str) -> bool:
        try:
            output_of("dpkg", "--compare-versions", one, word, other)
        except Failure:
            return False
        return True

    if one == other:
        return 0
    return -1 if relation("lt") else int(relation("gt"))


def newest_first(versions: Iterable[str]) -> list[str]:
    return sorted(set(versions), key=functools.cmp_to_key(compared), reverse=True)


class Apt:
    """What there is, and downloads. A package's `kind` is "source", or of binary packages amd64, arm64 or all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._variables = {"APT_CONFIG": str(folder / "apt.conf")}
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        known = output_of("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)",
                          "Created-By: Packages", "Origin: Debian")
        if not known.strip():
            raise Failure("apt knows no Debian mirror on this machine. Run apt-get update on a Debian 12, then again.")
        lines = [f"{kind} {line}" for line in sorted(set(known.splitlines())) for kind in ("deb", "deb-src")]
        (folder / "sources.list").write_text("\n".join(lines) + "\n")
        (folder / "apt.conf").write_text(CONFIGURATION.format(folder=folder))

    def update(self) -> None:
        output_of("apt-get", *CACHES, "-q", "-o", "APT::Update::Error-Mode=any", "update", variables=self._variables)

    def versions(self, kind: str, names: Iterable[str]) -> dict[str, list[str]]:
        """All that the mirror lists of each, newest first."""
        found: dict[str, list[str]] = {name: [] for name in names}
        if kind == "source":
            command = ["apt-cache", *CACHES, "showsrc", "--only-source", *found]
        else:
            command = ["apt-cache", *CACHES, "show", "--all-versions", *(self._binary(kind, name) for name in found)]
        try:
            text = output_of(*command, variables=self._variables)
        except Failure:  # one of them is unknown
            if len(found) == 1:
                return found
            return {name: self.versions(kind, [name])[name] for name in found}
        name = ""
        for line in text.splitlines():
            if line.startswith("Package: "):
                name = line.split()[1]
            elif line.startswith("Version: ") and name in found:
                found[name].append(line.split()[1])
        return {name: newest_first(versions) for name, versions in found.items()}

    def download(self, kind: str, wanted: Mapping[str, str], folder: Path) -> None:
        """Name -> version. The files lie in `folder` afterwards; raises Failure where the mirror lacks one."""
        folder.mkdir(parents=True, exist_ok=True)
        if kind == "source":
            words = ["source", "--only-source", "--download-only", *(f"{n}={v}" for n, v in wanted.items())]
        else:
            words = ["download", *(f"{self._binary(kind, n)}={v}" for n, v in wanted.items())]
        output_of("apt-get", *CACHES, "-q", *words, at=folder, variables=self._variables)

    @staticmethod
    def _binary(kind: str, name: str) -> str:
        return f"{name}:{'amd64' if kind == 'all' else kind}"


def file_of(kind: str, name: str, version: str) -> str:
    """As apt calls a download: the package, or the description of a source package."""
    if kind == "source":
        return f"{name}_{file_version(version)}.dsc"
    return f"{name}_{version.replace(':', '%3a')}_{kind}.deb"
