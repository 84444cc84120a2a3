#!/usr/bin/env python3
"""What the unit tests run of the code, counted from the source by clang, and held to the project's own floor.

usage: coverage.py BUILD_DIRECTORY [--show FILE]    after a build with -DEVENKEEL_COVERAGE=ON
"""

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINES = {"decide": 97.0, "record": 95.0, "wire": 95.0}  # per cent, per folder of src/
GUARDS = 100.0  # of the branches of each of these files
GUARD_FILES = [f"decide/guards/{name}.cpp" for name in ("guards", "capacity", "fleet", "gates", "member", "scaling")]


def run_tests(build: Path) -> list[Path]:
    """Runs every test program; their profiles."""
    programs = sorted(build.glob("*_test"))
    profiles = [build / f"{program.name}.profraw" for program in programs]

    def run(program: Path, profile: Path) -> None:
        done = subprocess.run([program, "--gtest_brief=1"], cwd=build, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, env={**os.environ, "LLVM_PROFILE_FILE": str(profile)})
        if done.returncode != 0:
            sys.exit(f"{program.name} failed:\n{done.stdout[-3000:]}")

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(run, programs, profiles))
    return profiles


def llvm_cov(build: Path, command: str, *arguments: str) -> str:
    programs = sorted(build.glob("*_test"))
    objects = [str(programs[0])] + [f"-object={program}" for program in programs[1:]]
    profile = f"-instr-profile={build / 'all.profdata'}"
    return subprocess.run(["llvm-cov-19", command, *objects, profile, *arguments],
                          check=True, capture_output=True, text=True).stdout


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--show", help="the lines of one file that were not run, and branches never taken")
    options = parser.parse_args()
    build = options.build.resolve()
    if options.show:
        print(llvm_cov(build, "show", "-show-branches=count", "-sources", str(ROOT / "src" / options.show)))
        return 0
    profiles = [str(profile) for profile in run_tests(build)]
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", *profiles, "-o", build / "all.profdata"], check=True)
    report = json.loads(llvm_cov(build, "export", "-summary-only"))
    files = {}
    for file in report["data"][0]["files"]:
        path = Path(file["filename"])
        if path.is_relative_to(ROOT / "src") and not path.name.endswith("_test.cpp") and \
                "testing" not in path.parts:
            files[str(path.relative_to(ROOT / "src"))] = file["summary"]
    below = 0

    def show(name: str, covered: int, count: int, floor: float | None) -> int:
        percent = 100 * covered / count if count else 100.0
        missed = floor is not None and percent < floor
        wanted = "" if floor is None else f"   at least {floor:.0f} %{'  MISSED' if missed else ''}"
        print(f"  {name:<28} {covered:>6} of {count:>6}  {percent:6.2f} %{wanted}")
        return missed

    print("lines")
    for folder in sorted({name.split("/")[0] for name in files if "/" in name}):
        lines = [summary["lines"] for name, summary in files.items() if name.startswith(folder + "/")]
        below += show(folder + "/", sum(one["covered"] for one in lines), sum(one["count"] for one in lines),
                      LINES.get(folder))
    print("branches")
    for name in GUARD_FILES:
        branches = files[name]["branches"]
        below += show(name, branches["covered"], branches["count"], GUARDS)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
