"""Plants each bug of bugs.py in a copy of the tree, builds the fast tests and shows that one of them goes red.

usage: python3 -m tests.planted.plant [--jobs N] [--from N] [WORD...]    only the bugs whose words contain WORD

Exit code 0: every planted bug was caught. A bug that doesn't apply or doesn't compile is a failure as well.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from scripts.suites import FAST_GENERATED
from .bugs import BUGS, Bug

ROOT = Path(__file__).resolve().parent.parent.parent
PLACE = ROOT / "build-planted"
# A bug is looked for where it sits, then where the parts meet.
EVERYWHERE = ["decide", "controller", "observe", "act", "record", "wire", "aws", "sim", "notify", "wiring", "cli", "play",
              "lambda"]


def run(command: list, **options) -> subprocess.CompletedProcess:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)


def copy_tree() -> Path:
    """The tree as it is now, uncommitted changes included, without what git ignores."""
    tree = PLACE / "tree"
    listed = run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, check=True).stdout.split("\0")
    wanted = {name for name in listed if name and (ROOT / name).is_file()}
    for file in tree.rglob("*"):
        if file.is_file() and str(file.relative_to(tree)) not in wanted:
            file.unlink()
    for name in wanted:
        source, target = ROOT / name, tree / name
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)  # as new, so that it is built again
    return tree


class Tests:
    def __init__(self, tree: Path, jobs: int) -> None:
        self._build, self._jobs = PLACE / "build", jobs
        if not (self._build / "build.ninja").is_file():
            # A bug changes one file of the program and none of the tests: that file alone is compiled again. The
            # ordinary build has judged what the compiler warns of.
            run(["cmake", "-G", "Ninja", "-S", tree, "-B", self._build, "-DCMAKE_BUILD_TYPE=Release",
                 "-DCMAKE_CXX_FLAGS=-w", "-DEVENKEEL_TESTS=ON", "-DEVENKEEL_UNITY=OFF",
                 "-DEVENKEEL_UNITY_TESTS=ON"], check=True)

    def red(self, module: str) -> tuple[str | None, str]:
        """The first test of a module's program that fails, or None; and what the compiler said if it failed."""
        program = f"{module}_test"
        built = run(["ninja", "-C", self._build, "-j", str(self._jobs), program])
        if built.returncode != 0:
            return None, built.stdout[-3000:]
        tested = run([self._build / program, "--gtest_brief=1", "--gtest_fail_fast"], timeout=300, cwd=self._build,
                     env={**os.environ, "EVENKEEL_GENERATED": str(FAST_GENERATED)})
        if tested.returncode == 0:
            return None, ""
        failed = re.search(r"^\[  FAILED  \] (\S+)", tested.stdout, re.M)
        return failed[1] if failed else f"{program} ended with {tested.returncode}", ""


def caught(bug: Bug, tree: Path, tests: Tests) -> tuple[bool, str]:
    file = tree / "src" / bug.file
    text = file.read_text(encoding="utf-8")
    if text.count(bug.right) != 1:
        return False, f"does not apply: {text.count(bug.right)} places"
    try:
        file.write_text(text.replace(bug.right, bug.wrong), encoding="utf-8")
        own = bug.file.split("/")[0]
        for module in [own, *(one for one in EVERYWHERE if one != own)]:
            test, broken = tests.red(module)
            if broken:
                return False, "does not compile:\n" + broken
            if test:
                return True, test
        return False, "NOT CAUGHT"
    finally:
        file.write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--from", type=int, default=1, dest="first", help="begin with the bug of this number")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the bug under way is taken out again
    chosen = [bug for bug in BUGS if all(word in bug.what + bug.file for word in options.words)]
    started = time.monotonic()
    tree = copy_tree()
    tests = Tests(tree, options.jobs)
    for module in {bug.file.split("/")[0] for bug in chosen}:
        test, broken = tests.red(module)
        if test or broken:
            print(f"{module} is red without any bug: {test or broken}", file=sys.stderr)
            return 1
    missed = tried = 0
    for number, bug in list(enumerate(chosen, 1))[options.first - 1:]:
        tried += 1
        ok, by = caught(bug, tree, tests)
        missed += not ok
        print(f"{number:3}/{len(chosen)}  {'caught' if ok else 'MISSED'}  {bug.what} ({bug.file}): {by}", flush=True)
    print(f"{tried - missed} of {tried} planted bugs caught in {time.monotonic() - started:.0f} s")
    return 1 if missed or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
