"""Deletes every check of the invariants, one after the other, and shows that a test of decide/ goes red.

usage: python3 -m tests.planted.sweep_invariants [--build DIR]    ./dev planted --invariants

The checks are compiled once, each with a number, and the tests run once for each number with that check switched off.
Exit code 0: no check can be deleted unnoticed.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CALL = re.compile(r'\bbroken\(\s*(?=")')
DEFINITION = re.compile(r"^ *void broken\(const char\* invariant, const std::string& what\).*{$", re.M)
SWITCH = """  void broken_unless_swept(int number, const char* invariant, const std::string& what) {
    static const char* const swept = getenv("EVENKEEL_SWEPT");
    if (swept == nullptr || std::string(swept) != std::to_string(number)) broken(invariant, what);
  }

"""


def sources() -> list[Path]:
    files = sorted((ROOT / "src" / "decide" / "invariants").iterdir())
    return [file for file in files if file.suffix in (".cpp", ".h") and not file.stem.endswith("_test")]


def numbered(text: str, checks: list[str], name: str) -> str:
    """The source with a number in each check; appends a line that names it to `checks`."""

    def number(found: re.Match) -> str:
        line = text.count("\n", 0, found.start()) + 1
        words = re.sub(r"\s+", " ", text[found.end():found.end() + 90])
        checks.append(f"{name}:{line}: {words}")
        return f"broken_unless_swept({len(checks) - 1}, "

    changed = CALL.sub(number, text)
    definition = DEFINITION.search(changed)
    if definition:
        changed = changed[:definition.start()] + SWITCH + changed[definition.start():]
        changed = "#include <cstdlib>\n" + changed
    return changed


def commands(build: Path) -> tuple[list[str], list[str]]:
    """How a file of decide/ is compiled, without its input and output; and how decide_test is linked."""
    listed = subprocess.run(["ninja", "-C", build, "-t", "commands", "decide_test"], check=True, capture_output=True,
                            text=True).stdout.splitlines()
    compile_line = next(line for line in listed if "decide.dir" in line and " -c " in line)
    link_line = next(line for line in reversed(listed) if "-o decide_test" in line)
    words = shlex.split(compile_line)
    kept, skip = [], False
    for word in words:
        if skip or word in ("-MD", "-c"):
            skip = False
            continue
        if word in ("-MT", "-MF", "-o"):
            skip = True
            continue
        if not word.endswith(".cxx"):
            kept.append(word)
    link = link_line.removeprefix(": && ").split(" && ")[0]
    return kept, shlex.split(link)


def build_tests(build: Path) -> tuple[Path, list[str]]:
    subprocess.run(["ninja", "-C", build, "decide_test"], check=True, stdout=subprocess.DEVNULL)
    place = build / "swept"
    (place / "decide" / "invariants").mkdir(parents=True, exist_ok=True)
    checks: list[str] = []
    for file in sources():
        changed = numbered(file.read_text(encoding="utf-8"), checks, file.name)
        (place / "decide" / "invariants" / file.name).write_text(changed, encoding="utf-8")
    compiler, linker = commands(build)
    objects = []
    for file in sources():
        if file.suffix != ".cpp":
            continue
        objects.append(place / (file.stem + ".o"))
        command = [compiler[0], "-I", place, *compiler[1:], "-c", place / "decide" / "invariants" / file.name, "-o", objects[-1]]
        subprocess.run(command, check=True, cwd=build)
    # The numbered definitions stand first, and the linker keeps the first.
    program = place / "decide_test"
    at = linker.index("-o")
    linker[at + 1] = str(program)
    linker[at:at] = ["-Wl,--allow-multiple-definition", *map(str, objects)]
    subprocess.run(linker, check=True, cwd=build)
    return program, checks


def red(program: Path, swept: int | None) -> str:
    """The first test that fails with that check switched off; empty: none."""
    # Who runs the tests may want GoogleTest's reports of that run, not of these.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GTEST_")}
    if swept is not None:
        environment["EVENKEEL_SWEPT"] = str(swept)
    ran = subprocess.run([program, "--gtest_brief=1"], env=environment, capture_output=True, text=True, timeout=300)
    if ran.returncode == 0:
        return ""
    failed = re.search(r"^\[  FAILED  \] (\S+)", ran.stdout, re.M)
    return failed[1] if failed else f"ended with {ran.returncode}"


def unnoticed(program: Path, checks: list[str]) -> list[str]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        tests = list(pool.map(lambda number: red(program, number), range(len(checks))))
    return [check for check, test in zip(checks, tests, strict=True) if not test]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    options = parser.parse_args()
    program, checks = build_tests(options.build)
    if broken := red(program, None):
        print(f"decide_test is red without any deletion: {broken}", file=sys.stderr)
        return 1
    left = unnoticed(program, checks)
    for check in left:
        print(f"deleted unnoticed: {check}")
    print(f"{len(checks) - len(left)} of {len(checks)} checks of the invariants are missed by a test when deleted")
    return 1 if left or not checks else 0


if __name__ == "__main__":
    sys.exit(main())
