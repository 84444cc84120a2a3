"""packaging/verified.txt: what the packages depend on, as of the last complete ./dev package --check.

It has a digest for each file that decides how the packages are built, and one for the third-party headers that src/
includes. A fast test fails when they no longer fit. An ordinary edit of the source changes nothing of it.
"""

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from ..history import compared_with
from . import MACHINES, ROOT, Failure, sources
from .bootstrap import when
from .commands import output_of

RECORD = "packaging/verified.txt"
REMEDY = "./dev package --check"
LISTS = ("build_packages", "package_packages", "package_check_packages")  # of ./dev
FUNCTIONS = ("package", "package_step", "package_tests")  # of ./dev
# Besides packaging/ and scripts/package/: what configures the build, and what tries the programs.
SINGLE = ("CMakeLists.txt", "fuzz/CMakeLists.txt", "tests/package/test_bootstrap.py", "tests/package/world.py")
# The C library's and Linux's own headers.
SYSTEM = re.compile(r"(sys|net|netinet|arpa|linux|bits|ext|experimental|asm|asm-generic)/.*|"
                    r"(aio|alloca|argp|assert|byteswap|complex|cpuid|ctype|cxxabi|dirent|dlfcn|elf|endian|err|errno"
                    r"|error|execinfo|fcntl|features|fenv|float|fnmatch|ftw|getopt|glob|grp|iconv|ifaddrs|inttypes"
                    r"|iso646|langinfo|libgen|limits|link|locale|malloc|math|memory|mntent|mqueue|netdb|nl_types|paths"
                    r"|poll|pthread|pty|pwd|regex|resolv|sched|search|semaphore|setjmp|shadow|signal|spawn|std\w+"
                    r"|string|strings|sysexits|syslog|tar|termios|tgmath|threads|time|uchar|ucontext|ulimit|unistd"
                    r"|utime|utmp|utmpx|wait|wchar|wctype|wordexp)\.h")
INCLUDE = re.compile(r"^\s*#\s*include\s*<([^>]*[/.][^>]*)>", re.MULTILINE)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def headers(root: Path = ROOT) -> list[str]:
    """The third-party headers of the program: the list of what is linked, as the source says it."""
    found = set()
    for path in (root / "src").rglob("*"):
        if path.suffix in (".h", ".cpp") and not path.stem.endswith("_test"):
            found.update(INCLUDE.findall(path.read_text()))
    return sorted(name for name in found if not SYSTEM.fullmatch(name) and not name.startswith(("gtest/", "gmock/")))


def _files(root: Path) -> list[Path]:
    folders = [root / "packaging", root / "scripts" / "package", root / "cmake"]
    inside = [path for folder in folders for path in folder.rglob("*") if path.is_file()
              and "__pycache__" not in path.parts and not re.search(r"~$|^\.#|\.sw.$|\.orig$", path.name)]
    single = [root / name for name in SINGLE if (root / name).is_file()]
    return sorted(path for path in [*single, *inside] if path != root / RECORD)


def inputs(root: Path = ROOT) -> dict[str, str]:
    """What the packages depend on -> its digest."""
    found = {path.relative_to(root).as_posix(): _digest(path.read_bytes()) for path in _files(root)}
    text = (root / "dev").read_text()
    for name in LISTS:
        if not (match := re.search(rf"^{name}=\((.*?)\)", text, re.MULTILINE | re.DOTALL)):
            raise Failure(f"./dev has no list {name}; scripts/package/verified.py reads it")
        found[f"dev:{name}"] = _digest(" ".join(match[1].split()).encode())
    for name in FUNCTIONS:
        if not (match := re.search(rf"^{name}\(\) (\{{.*?^}}|\{{ .*? \}})$", text, re.MULTILINE | re.DOTALL)):
            raise Failure(f"./dev has no function {name}; scripts/package/verified.py reads it")
        found[f"dev:{name}()"] = _digest(match[1].encode())
    found["src:third-party-headers"] = _digest("\n".join(headers(root)).encode())
    return found


def recorded(root: Path = ROOT) -> dict[str, str]:
    path = root / RECORD
    lines = path.read_text().splitlines() if path.is_file() else []
    return {line.split()[1]: line.split()[2] for line in lines if line.startswith("input ")}


def differences(root: Path = ROOT) -> list[str]:
    """One line for each thing that is not as it was at the last complete check."""
    then, now = recorded(root), inputs(root)
    lines = [f"{name} changed" for name in now if name in then and then[name] != now[name]]
    lines += [f"{name} is new" for name in now if name not in then]
    return lines + [f"{name} is gone" for name in then if name not in now]


def begin(work: Path, root: Path = ROOT) -> None:
    """Called before anything is built: what is built has to be what `write` records."""
    work.mkdir(parents=True, exist_ok=True)
    (work / "inputs.json").write_text(json.dumps(inputs(root)))


def write(work: Path, folder: Path, root: Path = ROOT) -> None:
    """Called after everything of a complete check has passed."""
    found = inputs(root)
    if changed := [name for name in found if found[name] != json.loads((work / "inputs.json").read_text()).get(name)]:
        raise Failure(f"{', '.join(changed)} changed while the check ran: run {REMEDY} again")
    text = f"""# What the packages depend on, and what they were made of when {REMEDY} last passed to its end.
# That command writes this file; tests/package compares it with the tree.
digest {_digest("".join(f"{name} {digest}" for name, digest in found.items()).encode())}
commit-date {datetime.fromtimestamp(when(), UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}
compiler {output_of("x86_64-linux-gnu-gcc-12", "--version").splitlines()[0]}
"""
    for architecture in MACHINES.values():
        name = f"evenkeel-lambda-{architecture}.zip"
        content = (folder / name).read_bytes()
        text += f"zip {name} {len(content)} {_digest(content)}\n"
    text += "".join(f"library {package.line()}\n" for package in sources.used(work))
    text += "".join(f"input {name} {digest}\n" for name, digest in found.items())
    (root / RECORD).write_text(text)


def changed_lately(root: Path = ROOT) -> bool:
    """Whether the record differs between the last commit and the one that history.compared_with() says. Where there
    is none, the answer is yes."""
    before = compared_with(root)
    if not before:
        return True
    try:
        return bool(output_of("git", "diff", "--name-only", before, "HEAD", "--", RECORD, at=root).strip())
    except Failure:
        return True
