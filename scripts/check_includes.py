#!/usr/bin/env python3
"""Which folder may include which: refuses every #include that src/folders.txt does not allow.

usage: check_includes.py [ROOT]    prints "file:line: what is wrong; what is allowed", exits 1 when there is any
"""

import re
import sys
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

if __package__:
    from .check_sources import is_test
else:
    from check_sources import is_test

# The pure core is handed what it needs: it draws no numbers.
REFUSED_HEADERS = {"decide": {"base/random.h"}}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


@dataclass
class Table:
    """src/folders.txt: a folder, or a pattern of files, and the words behind its name."""

    folders: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Table":
        table = cls()
        for line in path.read_text(encoding="utf-8").splitlines():
            name, colon, words = line.partition(":")
            if colon and not line.startswith("#"):
                (table.files if "/" in name else table.folders)[name] = words.split()
        return table

    def words(self, file: Path) -> list[str]:
        """What a file, named from src/, may include besides its own folder."""
        found = list(self.folders[file.parts[0]])
        for pattern, more in self.files.items():
            if fnmatch(str(file), pattern):
                found += more
        return found

    def below(self, folder: str) -> set[str]:
        """The folders that a folder reaches, each by what it may include."""
        reached, todo = set(), [folder]
        while todo:
            todo += [word for word in self.folders.get(todo.pop(), []) if word in self.folders and word not in reached]
            reached |= set(todo)
        return reached

    def third_party(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name, words in {**self.folders, **self.files}.items():
            for word in words:
                if word.startswith("<"):
                    found.setdefault(word[1:], set()).add(name)
        return found


def problem(table: Table, file: Path, bracket: str, header: str) -> str | None:
    folder, words = file.parts[0], table.words(file)
    if bracket == "<":
        for start, names in table.third_party().items():
            if header.startswith(start) and f"<{start}" not in words and not is_test(file):
                return f"{folder} must not include <{header}>; only {', '.join(sorted(names))} may"
        return None
    if "/" not in header:
        return f'"{header}" is not rooted at src/; write "{folder}/{header}"'
    if header in REFUSED_HEADERS.get(folder, set()):
        return f"{folder} must not include {header}; it returns its reasons and is handed its inputs"
    other = header.split("/")[0]
    if other in {folder, *words} or header in words:
        return None
    if is_test(file) and "testing" in header.split("/") and other in table.below(folder):
        return None
    may = sorted({folder, *(word for word in words if not word.startswith("<"))} - {"main.cpp"})
    return f"{folder} must not include {header}; it may include {', '.join(may)}"


def check(root: Path) -> list[str]:
    problems = []
    source = root / "src"
    table = Table.read(Path(__file__).parent.parent / "src" / "folders.txt")
    for path in sorted([*source.rglob("*.h"), *source.rglob("*.cpp")]):
        file, place = path.relative_to(source), path.relative_to(root)
        if file.parts[0] not in table.folders:
            problems.append(f"{place}: {file.parts[0]} is not in the include table; add it to src/folders.txt")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if (match := INCLUDE.match(line)) and (text := problem(table, file, *match.groups())):
                problems.append(f"{place}:{number}: {text}")
    return problems


if __name__ == "__main__":
    found = check(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
