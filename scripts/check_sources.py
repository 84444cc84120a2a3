#!/usr/bin/env python3
"""House rules that no compiler knows: file length, banned calls, words that mean "not finished".

usage: check_sources.py [ROOT]    prints "file:line: what is wrong; what to do instead", exits 1 when there is any
"""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

LONGEST_FILE = 500
FOLDERS = ("src", "tests", "scripts", "bench", "scenarios", "cmake", "docs", ".ci")
TOP_FILES = ("dev", "CMakeLists.txt", "README.md", "ARCHITECTURE.md", "CHANGELOG.md")
LENGTH_COUNTS = (".h", ".cpp", ".py", "")
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r")\b")


@dataclass
class Ban:
    call: str  # a regular expression over code without comments and string literals
    instead: str
    places: tuple[str, ...] = ()  # where it is allowed: files or folders below src/
    only: str = ""  # the folder in which it is banned; everywhere by default
    tests: bool = True  # whether tests must keep to it, too


BANS = (
    Ban(r"\bsystem_clock::now\b|\b(?:std::)?time\s*\(\s*(?:NULL|nullptr|0)\s*\)|\bgettimeofday\b|\bclock_gettime\b",
        "take the time as a value, or from a Clock", ("base/clock.cpp",)),
    Ban(r"\bsteady_clock::now\b|\bhigh_resolution_clock\b",
        "take the time as a value, or from a Clock", ("base/clock.cpp",)),
    Ban(r"\bsleep_for\b|\bsleep_until\b|\bnanosleep\b|\bu?sleep\s*\(\s*[\d:]", "Clock::sleep", ("base/clock.cpp",)),
    Ban(r"\bs?rand\s*\(|\brandom_device\b|\bmt19937|\bgetrandom\b|\bgetentropy\b", "a Random", ("base/random.cpp",)),
    Ban(r"\bgetenv\b|\bsetenv\b", "a lookup function that main hands in", ("main.cpp", "cli/", "play/")),
    Ban(r"\bstd::c(?:out|err|log)\b|\bf?printf\s*\(|\bf?puts\s*\(|\bfmt::print\b", "return the text",
        ("main.cpp", "cli/"), tests=False),
    Ban(r"(?<![.>\w])(?:std::)?(?:exit|abort|_exit|quick_exit)\s*\(|\bstd::terminate\b", "return an Error", ("main.cpp",)),
    Ban(r"\bsystem\s*\(|\bpopen\s*\(|\bfork\s*\(|\bexecv[pe]*\s*\(", "nothing: no other program is run from here",
        tests=False),
    Ban(r"\b(?:strcpy|strcat|sprintf|atoi|atol|atof|strtok|gmtime|localtime)\s*\(", "std::string, from_chars, chrono"),
    Ban(r"\bstd::(?:stoi|stol|stoul|stoll|stoull|stod|stof)\s*\(", "std::from_chars: it does not throw"),
    Ban(r"\breinterpret_cast<\s*std::uintptr_t|\bvolatile\b|\bgoto\b", "plain code"),
    Ban(r"\bClock\b", "the time as a value: the core is pure", only="decide/"),
)

# Comments, raw strings, strings and characters, in this order of precedence.
NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])(?:u8|[uUL])?'(?:\\.|[^'\\\n])+'",
    re.DOTALL)


def code_only(text: str) -> str:
    """The same lines with everything that is not code blanked out."""
    return NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def is_test(file: Path) -> bool:
    """Tests, and what only tests share."""
    return file.stem.endswith("_test") or "testing" in file.parts


def banned(relative: str, text: str) -> list[str]:
    problems = []
    for number, line in enumerate(code_only(text).splitlines(), 1):
        for ban in BANS:
            if is_test(Path(relative)) and not ban.tests or any(relative.startswith(place) for place in ban.places):
                continue
            if relative.startswith(ban.only) and (match := re.search(ban.call, line)):
                problems.append(f"{number}: {match.group().strip()} is banned here; use {ban.instead}")
    return problems


# A word of AWS's: it begins with a capital letter, unlike those of ours.
COMPARED_WORD = re.compile(r'(?:[=!]=|\b(?:starts_with|ends_with|contains)\(|\bfind\([^"]*,)\s*"[A-Z][\w.:]*"')


def compared_words(relative: str, text: str) -> list[str]:
    """The core decides by enumerations, which observe/ reads from AWS's words."""
    if not relative.startswith("decide/") or is_test(Path(relative)):
        return []
    return [f"{number}: {match.group()} compares a word of AWS's; make it an enumerator of model/observation.h"
            for number, line in enumerate(text.splitlines(), 1) if (match := COMPARED_WORD.search(line))]


# At the beginning of a line: a function that is defined there.
FUNCTION = re.compile(r"(?:[A-Za-z_][\w:]*(?:<[^()]*>)?[ &*]+)+([a-z]\w*)\((?!\*)")


def hidden_functions(text: str) -> set[tuple[str, str]]:
    """(enclosing namespace, name) of each function in an unnamed namespace, as the formatter lays them out."""
    found, outer, inside = set(), [], False
    for line, code in zip(text.splitlines(), code_only(text).splitlines()):
        if match := re.match(r"namespace ([\w:]+) \{", code):
            outer.append(match[1])
        elif code.startswith("namespace {"):
            inside = True
        elif line.startswith("}  // namespace"):
            inside = inside and line != "}  // namespace"
        elif inside and (match := FUNCTION.match(code)):
            found.add(("::".join(outer), match[1]))
    return found


def named_twice(root: Path) -> list[str]:
    """Functions with one name in the unnamed namespaces of two files of a folder. A batch of the unity build would make
    them overloads, and a call could silently take the other file's."""
    problems = []
    for folder in sorted(path for path in (root / "src").glob("*") if path.is_dir()):
        for tests in (False, True):
            first: dict[tuple[str, str], str] = {}
            for path in sorted(folder.rglob("*.cpp")):
                if path.stem.endswith("_test") != tests:
                    continue
                for key in sorted(hidden_functions(path.read_text(encoding="utf-8", errors="replace"))):
                    if key in first:
                        problems.append(f"{path.relative_to(root)}: {key[1]}() is a name in the unnamed namespace "
                                        f"of {first[key]} as well; give one of them another name")
                    first.setdefault(key, str(path.relative_to(folder)))
    return problems


def strangers(root: Path) -> list[str]:
    """Files of src/ that no check and no build would read. The include table is the one that both read."""
    return [f"{path.relative_to(root)}: src/ has .h and .cpp files only" for path in sorted((root / "src").rglob("*"))
            if path.is_file() and path.suffix not in (".h", ".cpp") and path != root / "src" / "folders.txt"]


def project_files(root: Path) -> list[Path]:
    files = [root / name for name in TOP_FILES]
    for folder in FOLDERS:
        for directory, folders, names in os.walk(root / folder):
            folders[:] = sorted(set(folders) - {"__pycache__"})
            files += [Path(directory) / name for name in sorted(names) if not name.endswith((".pyc", ".orig"))]
    return [path for path in files if path.is_file()]


def check(root: Path) -> list[str]:
    problems = strangers(root) + named_twice(root)
    for path in project_files(root):
        place = path.relative_to(root)
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            problems.append(f"{place}: not UTF-8; write it in UTF-8")
            continue
        lines = text.splitlines()
        if path.suffix in LENGTH_COUNTS and len(lines) > LONGEST_FILE:
            problems.append(f"{place}: {len(lines)} lines; at most {LONGEST_FILE}: split it by what it is about")
        for number, line in enumerate(lines, 1):
            if match := UNFINISHED.search(line):
                problems.append(f"{place}:{number}: {match.group()}; finish it, or say in docs what is not there")
        if place.parts[0] == "src" and path.suffix in (".h", ".cpp"):
            if path.suffix == ".h" and "#pragma once" not in text:
                problems.append(f"{place}: no #pragma once; add it below the opening comment")
            relative = path.relative_to(root / "src").as_posix()
            problems += [f"{place}:{problem}" for problem in
                         banned(relative, text) + compared_words(relative, text)]
    return problems


if __name__ == "__main__":
    found = check(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
