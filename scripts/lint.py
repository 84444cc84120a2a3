#!/usr/bin/env python3
"""All the linters, fastest first: format, includes, sources, documents, words, files alone, clang-tidy.

usage: python3 -m scripts.lint [--jobs N] [--all | --changed | FILE...]

clang-tidy reads each folder of src/ at once, its programs and every header, as the unity build does: reading the
headers of a file costs more than checking it. It does not read tests. "Files alone" compiles files by themselves,
because the unity build would hide a missing #include: a sample of all files and one of those that changed within a day
before the commit, both chosen by the commit, and all that git shows as changed or new; with --all every file.
--changed checks the folders of what git shows as changed or new.

The compiler's options come from build/compile_commands.json, so build/ must be configured with the tests.
"""

import argparse
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

from scripts.history import compared_with
from tests import sample

ROOT = Path(__file__).resolve().parent.parent
FORMAT = os.environ.get("CLANG_FORMAT", "clang-format-19")
TIDY = os.environ.get("CLANG_TIDY", "clang-tidy-19")
PLACES = ("src", "fuzz", "bench", "tests/tools")
SAMPLE = 12  # files that are compiled alone, of all in src/
LATELY = 24  # and of those that changed lately


def run(command: list[str], text: str | None = None) -> tuple[int, str]:
    done = subprocess.run(command, cwd=ROOT, input=text or "", capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class CannotLook(Exception):
    pass


def git(*words: str) -> list[str]:
    try:
        status, text = run(["git", *words])
    except OSError as error:
        raise CannotLook(f"git can't be run: {error.strerror}") from error
    if status:
        raise CannotLook(f"git can't say what changed: {text.strip().splitlines()[0] if text.strip() else status}")
    return text.splitlines()


def changed_files() -> list[Path]:
    names = git("diff", "--name-only", "--diff-filter=d", "HEAD") + git("ls-files", "--others", "--exclude-standard")
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def changed_lately() -> list[Path]:
    """Since the commit that history.compared_with() says."""
    base = compared_with(ROOT)
    if not base:
        git("log", "-1")  # says what is wrong, where it is git
    names = git("diff", "--name-only", "--diff-filter=d", base, "HEAD") if base else []
    return [ROOT / name for name in names if (ROOT / name).is_file()]


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
    wrong = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", output, re.MULTILINE)))
    return f"{output}\nfix it with: {FORMAT} -i {' '.join(wrong)}" if status else ""


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


def code_file(name: str) -> Path:
    path = Path(name).resolve()
    if not path.is_file() or path.suffix not in (".h", ".cpp") or not path.is_relative_to(ROOT):
        raise argparse.ArgumentTypeError(f"{name} is no .h or .cpp file of this project")
    return path


def positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1")
    return int(text)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev lint")
    parser.add_argument("--jobs", type=positive, default=os.cpu_count() or 1, help="how many at a time")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="compile every file alone, not a sample")
    which.add_argument("--changed", action="store_true", help="only what git shows as changed or new")
    which.add_argument("files", nargs="*", type=code_file, default=[], metavar="FILE", help="only these")
    return parser.parse_args()


def compiled_alone(asked: argparse.Namespace, files: list[Path]) -> tuple[list[Path], str]:
    """Of `files`, those of src/ that are compiled alone; and how that is said."""
    known = [path for path in files if path.is_relative_to(ROOT / "src")]
    if asked.files or asked.changed or asked.all:
        return known, f"{len(known)} of {len(known)}"
    picked = set(sample.sampled("files alone", known, SAMPLE))
    try:
        lately = sorted(set(changed_lately()) & set(known))
        picked |= {*sample.sampled("files changed lately", lately, LATELY), *(set(changed_files()) & set(known))}
    except CannotLook as reason:
        print(f"files alone: a sample of all only, since {reason}", file=sys.stderr)
    return sorted(picked), f"{len(picked)} of {len(known)}, seed {sample.seed()}"


def main() -> int:
    asked = arguments()
    try:
        files = asked.files or (sorted(set(changed_files()) & set(all_files())) if asked.changed else all_files())
    except CannotLook as reason:
        print(f"./dev lint --changed: {reason}", file=sys.stderr)
        return 1
    options = options_of_folders()
    in_source = [path for path in files if path.is_relative_to(ROOT / "src")]
    by_themselves, chosen = compiled_alone(asked, files)
    if asked.files:
        units = [path for path in in_source if path.suffix == ".cpp" and not path.stem.endswith("_test")]
        units += units_of(folders_of([path for path in in_source if path.suffix == ".h"]))
    else:
        units = units_of(folders_of(in_source)) + [path for path in in_source if path.name == "main.cpp"]

    checks = (
        ("format", lambda: check_format(files)),
        ("include table", lambda: check_with("check_includes.py")),
        ("sources", lambda: check_with("check_sources.py")),
        ("names", lambda: check_with("check_names.py")),
        ("documents", lambda: check_with("check_documents.py")),
        ("words", lambda: check_with("check_words.py")),
        (f"files alone: {chosen}", lambda: check_alone(by_themselves, asked.jobs, options)),
        (f"clang-tidy: {len(units)} folders or files", lambda: check_tidy(units, asked.jobs, options)),
    )
    failed = []
    for name, check in checks:
        if "clang-tidy" in name and units:
            print(f"{name} …", file=sys.stderr)
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
