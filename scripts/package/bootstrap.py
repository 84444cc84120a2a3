"""The static program for one machine, and the Lambda zip around it."""

import hashlib
import os
import shutil
import struct
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from . import GNU, MACHINES, ROOT, Failure, sources
from .commands import output_of, run

PACKAGING = ROOT / "packaging"
LIMIT = 4_000_000  # bytes of a zip
ZONES = Path("/usr/share/zoneinfo")
HEADER = 44  # bytes of a TZif file
# The roots of everything that AWS's endpoints present (https://www.amazontrust.com/repository/).
ROOTS = ("Amazon_Root_CA_1", "Amazon_Root_CA_2", "Amazon_Root_CA_3", "Amazon_Root_CA_4",
         "Starfield_Services_Root_Certificate_Authority_-_G2")


def when() -> int:
    """The time in everything that carries one: SOURCE_DATE_EPOCH, else that of the last commit."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    try:
        return int(output_of("git", "log", "-1", "--format=%ct", at=ROOT))
    except Failure:
        raise Failure("there is no git commit to take the time from; set SOURCE_DATE_EPOCH to seconds since 1970") \
            from None


def _fingerprint(machine: str, work: Path) -> str:
    """Of everything that the libraries are made from."""
    compiler = output_of(GNU.format(machine=machine, tool="gcc-12"), "--version")
    packages = "\n".join(package.line() for package in sources.used(work))
    parts = [compiler.encode(), packages.encode()]
    parts += [path.read_bytes() for path in (PACKAGING / "libraries.sh", PACKAGING / "static.cmake",
                                             *sorted((PACKAGING / "cmake").iterdir()))]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def libraries(machine: str, work: Path, jobs: int, log: Path | None = None) -> bool:
    """Builds what sources.fetch has fetched into work/MACHINE/prefix; false where that was done before."""
    stamp, wanted = work / machine / "libraries.sha256", _fingerprint(machine, work)
    if stamp.is_file() and stamp.read_text() == wanted:
        return False
    stamp.unlink(missing_ok=True)
    shutil.rmtree(work / machine / "program", ignore_errors=True)
    run(PACKAGING / "libraries.sh", work / "sources", work / machine / "debian", work / machine / "libraries",
        work / machine / "prefix", machine, str(jobs), log=log)
    stamp.write_text(wanted)
    return True


def program(machine: str, work: Path, jobs: int, log: Path | None = None) -> Path:
    build = work / machine / "program"
    if not (build / "build.ninja").is_file():
        run("cmake", "-G", "Ninja", "-S", ROOT, "-B", build, "--toolchain", PACKAGING / "static.cmake",
            f"-DEVENKEEL_MACHINE={machine}", f"-DEVENKEEL_PREFIX={work / machine / 'prefix'}",
            "-DCMAKE_BUILD_TYPE=Release", "-DEVENKEEL_STATIC=ON", "-DEVENKEEL_TESTS=OFF", log=log)
    run("ninja", "-C", build, "-j", str(jobs), "evenkeel", log=log)
    check_static(build / "evenkeel", machine)
    return build / "evenkeel"


def check_static(path: Path, machine: str) -> None:
    headers = output_of("readelf", "--wide", "--program-headers", path)
    for unwanted, what in (("INTERP", "asks for a loader"), ("DYNAMIC", "has a dynamic section")):
        if unwanted in headers:
            raise Failure(f"{path} is not static: it {what}; see EVENKEEL_STATIC in CMakeLists.txt")
    kind = {"x86_64": "X86-64", "aarch64": "AArch64"}[machine]
    if kind not in output_of("readelf", "--file-header", path):
        raise Failure(f"{path} is not for {machine}")


def certificates() -> bytes:
    texts = []
    for name in ROOTS:
        path = Path("/usr/share/ca-certificates/mozilla") / f"{name}.crt"
        if not path.is_file():
            raise Failure(f"{path} is missing; it comes with Debian's ca-certificates")
        texts.append(path.read_text().strip() + "\n")
    return "".join(texts).encode()


def without_first_block(content: bytes) -> bytes:
    """A time zone's file with the least that its first data block can be. The 32-bit times there are for readers of
    version 1; the second block has all of them, and a reader of it skips the first (RFC 8536, section 3)."""
    magic, version, *counts = struct.unpack(">4sc15x6I", content[:HEADER])
    if magic != b"TZif" or version < b"2":
        raise Failure(f"a time zone's file begins with {content[:5]!r}: it has no second data block")
    utc_flags, standard_flags, leaps, times, types, characters = counts
    first = times * 5 + types * 6 + characters + leaps * 8 + standard_flags + utc_flags
    # At least one type, 6 bytes, and one character must be there.
    return content[:HEADER - 24] + struct.pack(">6I", 0, 0, 0, 0, 1, 1) + bytes(7) + content[HEADER + first:]


def time_zones(folder: Path = ZONES) -> dict[str, bytes]:
    """The tz database's zones and their other names: "Europe/Berlin" -> its file. Not those that count leap seconds
    (right/), nor second copies (posix/), nor what is this machine's own choice."""
    if not (folder / "Etc" / "UTC").is_file():
        raise Failure(f"{folder}/Etc/UTC is missing; it comes with Debian's tzdata")
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name.split("/")[0] in ("right", "posix", "localtime", "posixrules", "Factory") or not path.is_file():
            continue
        content = path.read_bytes()
        if content.startswith(b"TZif"):
            found[name] = without_first_block(content)
    return found


def pack(path: Path, files: dict[str, tuple[bytes, int]], seconds: int) -> None:
    """A zip of name -> content and mode, in which nothing depends on when and where it is made. advzip compresses it,
    better than zlib does (docs/adr/0024), and changes nothing else."""
    moment = datetime.fromtimestamp(seconds, UTC)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(files):
            content, mode = files[name]
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            entry.create_system = 3  # Unix: the mode counts
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, content)
    output_of("advzip", "--recompress", "--shrink-normal", "--quiet", path)


def lambda_zip(machine: str, work: Path, folder: Path) -> Path:
    """evenkeel-lambda-MACHINE.zip of what `program` has built."""
    path = folder / f"evenkeel-lambda-{MACHINES[machine]}.zip"
    pack(path, {
        "bootstrap": ((work / machine / "program" / "evenkeel").read_bytes(), 0o755),
        "ca.pem": (certificates(), 0o644),
        "evenkeel.yaml": ((PACKAGING / "evenkeel.yaml").read_bytes(), 0o644),
        **{f"zoneinfo/{name}": (content, 0o644) for name, content in time_zones().items()},
    }, when())
    if path.stat().st_size >= LIMIT:
        raise Failure(f"{path.name} has {path.stat().st_size:,} bytes, and must stay under {LIMIT:,}")
    return path


def container_root(machine: str, work: Path, folder: Path) -> Path:
    """dist/container/: what packaging/Containerfile copies."""
    root = folder / "container"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    shutil.copy(work / machine / "program" / "evenkeel", root / "evenkeel")
    (root / "evenkeel").chmod(0o755)
    (root / "ca.pem").write_bytes(certificates())
    for name, content in time_zones().items():
        (root / "zoneinfo" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "zoneinfo" / name).write_bytes(content)
    return root
