#!/usr/bin/env python3
"""All the linters, in the order of how fast they are: format, includes, sources, clang-tidy.

usage: lint.py [--jobs N] [--changed | FILE...]

Without files everything is checked. --changed takes what git shows as changed or new. clang-tidy reads the compile
commands of build/, so that must be configured; it looks at programs and headers, not at the tests.
"""

import argparse
import concurrent.futures
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORMAT = os.environ.get("CLANG_FORMAT", "clang-format-19")
TIDY = os.environ.get("CLANG_TIDY", "clang-tidy-19")
CODE = (".h", ".cpp")


def run(command: list[str]) -> tuple[int, str]:
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def changed_files() -> list[Path]:
    _, tracked = run(["git", "diff", "--name-only", "--diff-filter=d", "HEAD"])
    _, new = run(["git", "ls-files", "--others", "--exclude-standard"])
    return [ROOT / name for name in (tracked + new).splitlines() if (ROOT / name).is_file()]


def all_files() -> list[Path]:
    return [path for path in sorted((ROOT / "src").rglob("*")) if path.suffix in CODE]


def check_format(files: list[Path]) -> str:
    if not files:
        return ""
    status, output = run([FORMAT, "--dry-run", "--Werror", *map(str, files)])
    return f"{output}\nmend it with: {FORMAT} -i FILE" if status else ""


def check_with(script: str) -> str:
    status, output = run([sys.executable, f"scripts/{script}"])
    return output if status else ""


def tidy_one(path: Path) -> str:
    status, output = run([TIDY, "-p", "build", "--quiet", "--warnings-as-errors=*", str(path)])
    lines = [line for line in output.splitlines() if "warnings generated" not in line]
    return "\n".join(lines) if status else ""


def check_tidy(files: list[Path], jobs: int) -> str:
    sources = [path for path in files if path.suffix == ".cpp" and not path.stem.endswith("_test")]
    sources.sort(key=lambda path: -path.stat().st_size)  # the long ones first: nobody waits for a last long one
    problems, finished = [], 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for future in concurrent.futures.as_completed([pool.submit(tidy_one, path) for path in sources]):
            finished += 1
            if sys.stderr.isatty():
                print(f"\r\033[Kclang-tidy {finished}/{len(sources)}", end="", file=sys.stderr, flush=True)
            if future.result():
                problems.append(future.result())
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    return "\n".join(problems)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev lint")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--changed", action="store_true", help="only what git shows as changed or new")
    parser.add_argument("files", nargs="*", type=lambda name: Path(name).resolve())
    arguments = parser.parse_args()
    files = arguments.files or (changed_files() if arguments.changed else all_files())
    files = [path for path in files if path.suffix in CODE]

    checks = (
        ("format", lambda: check_format(files)),
        ("include table", lambda: check_with("check_includes.py")),
        ("sources", lambda: check_with("check_sources.py")),
        ("clang-tidy", lambda: check_tidy(files, arguments.jobs)),
    )
    failed = []
    for name, check in checks:
        started = time.monotonic()
        problems = check()
        if problems:
            failed.append(name)
            print(problems.rstrip())
        print(f"{name}: {'FAILED' if problems else 'passed'} in {time.monotonic() - started:.0f} s", file=sys.stderr)
    if failed:
        print(f"FAILED: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
