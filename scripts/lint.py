#!/usr/bin/env python3
"""All the linters, in the order of how fast they are: format, includes, sources, files alone, clang-tidy.

usage: python3 -m scripts.lint [--jobs N] [--all | --changed | FILE...]

clang-tidy reads each folder of src/ at once, its programs and every header, as the unity build does: reading the
headers of a file costs more than checking it. Tests are read only with FILE. "Files alone" compiles files by
themselves, because the unity build would hide a missing #include: a sample that the commit chooses, and all that git
shows as changed or new; with --all every file. --changed checks the folders of what git shows as changed or new.

The compiler's options come from build/compile_commands.json, so build/ must be configured with the tests.
"""

import argparse
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

from tests import sample

ROOT = Path(__file__).resolve().parent.parent
FORMAT = os.environ.get("CLANG_FORMAT", "clang-format-19")
TIDY = os.environ.get("CLANG_TIDY", "clang-tidy-19")
PLACES = ("src", "fuzz", "bench", "tests/tools")
SAMPLE = 12  # files that are compiled alone, of all in src/


def run(command: list[str], text: str | None = None) -> tuple[int, str]:
    done = subprocess.run(command, cwd=ROOT, input=text or "", capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def changed_files() -> list[Path]:
    _, tracked = run(["git", "diff", "--name-only", "--diff-filter=d", "HEAD"])
    _, new = run(["git", "ls-files", "--others", "--exclude-standard"])
    return [ROOT / name for name in (tracked + new).splitlines() if (ROOT / name).is_file()]


def code_in(place: Path) -> list[Path]:
    return [path for path in sorted(place.rglob("*")) if path.suffix in (".h", ".cpp")]


def all_files() -> list[Path]:
    return [path for place in PLACES for path in code_in(ROOT / place)]


def folders_of(files: list[Path]) -> list[Path]:
    """The folders of src/ that hold any of them."""
    return sorted({ROOT / "src" / path.relative_to(ROOT / "src").parts[0] for path in files
                   if path.is_relative_to(ROOT / "src") and path.parent != ROOT / "src"})


# ---- the compiler's options -----------------------------------------------------------------------------------


def options_of_folders() -> dict[str, list[str]]:
    """Folder of src/ -> compiler and options with which the build reads it; tests have GoogleTest's besides."""
    found: dict[str, list[str]] = {}
    for entry in json.loads((ROOT / "build/compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        target = next((part.removesuffix(".dir") for part in Path(words[words.index("-o") + 1]).parts
                       if part.endswith(".dir")), "")
        del words[words.index("-o"):words.index("-o") + 2]
        found.setdefault(target, [word for word in words
                                  if word not in ("-c", entry["file"]) and not word.startswith("--param")])
    return found


def options_for(path: Path, options: dict[str, list[str]]) -> list[str]:
    folder = path.relative_to(ROOT / "src").parts[0]
    if path.stem.endswith("_test") or path.parent != ROOT / "src" and path.suffix == ".h":
        return options.get(f"{folder}_test", options.get(folder, options["evenkeel"]))
    return options.get(folder, options["evenkeel"])


# ---- the checks -------------------------------------------------------------------------------------------------


def in_parallel(what: str, check, things: list, jobs: int) -> str:
    """What `check` says of each thing, where it says anything."""
    problems, finished = [], 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for future in concurrent.futures.as_completed([pool.submit(check, thing) for thing in things]):
            finished += 1
            if sys.stderr.isatty():
                print(f"\r\033[K{what} {finished}/{len(things)}", end="", file=sys.stderr, flush=True)
            if future.result():
                problems.append(future.result())
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    return "\n".join(problems)


def check_format(files: list[Path]) -> str:
    if not files:
        return ""
    status, output = run([FORMAT, "--dry-run", "--Werror", *map(str, files)])
    return f"{output}\nfix it with: {FORMAT} -i FILE" if status else ""


def check_with(script: str) -> str:
    status, output = run([sys.executable, f"scripts/{script}"])
    return output if status else ""


def alone(path: Path, options: list[str]) -> str:
    """Compiles a file, or a header, by itself."""
    status, output = run([*options, "-fsyntax-only", "-x", "c++", "-"], f'#include "{path}"\n')
    return f"{path} does not compile alone: it includes too little\n{output}" if status else ""


def check_alone(files: list[Path], jobs: int, options: dict[str, list[str]]) -> str:
    return in_parallel("files alone", lambda path: alone(path, options_for(path, options)), files, jobs)


def as_one(folder: Path) -> str:
    """A translation unit that includes every header of a folder and every program file of it."""
    files = code_in(folder)
    headers = [path for path in files if path.suffix == ".h"]
    programs = [path for path in files if path.suffix == ".cpp" and not path.stem.endswith("_test")]
    return "".join(f'#include "{path}"\n' for path in headers + programs)


def tidy(unit: Path, options: list[str]) -> str:
    status, output = run([TIDY, "--quiet", "--warnings-as-errors=*", str(unit), "--", *options[1:]])
    lines = [line for line in output.splitlines() if "warnings generated" not in line]
    return "\n".join(lines) if status else ""


def units_of(folders: list[Path]) -> list[Path]:
    """One file for each folder, written below the root, where clang-tidy finds its settings; the long ones first, to
    end together."""
    units = []
    for folder in folders:
        unit = ROOT / "build" / "lint" / f"{folder.name}.cpp"
        unit.parent.mkdir(parents=True, exist_ok=True)
        unit.write_text(as_one(folder))
        units.append(unit)
    size = {unit: sum(path.stat().st_size for path in code_in(ROOT / "src" / unit.stem)) for unit in units}
    return sorted(units, key=lambda unit: -size[unit])


def check_tidy(units: list[Path], jobs: int, options: dict[str, list[str]]) -> str:
    def check(unit: Path) -> str:
        own = ROOT / "build" / "lint"
        return tidy(unit, (options.get(f"{unit.stem}_test", options["evenkeel"]) if unit.parent == own
                           else options_for(unit, options)))
    return in_parallel("clang-tidy", check, units, jobs)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev lint")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--all", action="store_true", help="compile every file alone, not a sample")
    parser.add_argument("--changed", action="store_true", help="only what git shows as changed or new")
    parser.add_argument("files", nargs="*", type=lambda name: Path(name).resolve())
    asked = parser.parse_args()
    options = options_of_folders()
    changed = [path for path in changed_files() if path in set(all_files())]
    files = asked.files or (changed if asked.changed else all_files())
    in_source = [path for path in files if path.is_relative_to(ROOT / "src")]
    if asked.files or asked.changed or asked.all:
        by_themselves, chosen = in_source, f"{len(in_source)} files"
    else:
        picked = sample.sampled("files alone", in_source, SAMPLE)
        by_themselves = sorted({*picked, *(path for path in changed if path in set(in_source))})
        chosen = f"{len(by_themselves)} of {len(in_source)} files, seed {sample.seed()}"
    units = ([path for path in in_source if path.suffix == ".cpp"] if asked.files else
             units_of(folders_of(in_source)) + [path for path in in_source if path.name == "main.cpp"])

    checks = (
        ("format", lambda: check_format(files)),
        ("include table", lambda: check_with("check_includes.py")),
        ("sources", lambda: check_with("check_sources.py")),
        (f"files alone ({chosen})", lambda: check_alone(by_themselves, asked.jobs, options)),
        (f"clang-tidy ({len(units)} units)", lambda: check_tidy(units, asked.jobs, options)),
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
