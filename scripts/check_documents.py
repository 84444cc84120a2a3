#!/usr/bin/env python3
"""Every document that is named exists: in code, comments, scripts and documents. Every link of a document leads to a
file or a heading that exists.

usage: check_documents.py [ROOT]    prints "file:line: what is wrong; what to do instead", exits 1 when there is any

A name is read from the project's folder or from the folder of the file that has it; in code, also from docs/. Addresses
of other sites are not asked for.
"""

import os
import re
import sys
from functools import cache
from pathlib import Path

# What a build, a download or a tool writes; by name, wherever it lies.
NOT_OURS = re.compile(r"^(build|build-.*|dist|node_modules|__pycache__|\.git|\.cache|\.venv.*|\.witness|\.pytest_cache|"
                      r"\.terraform|\.aws-sam)$")
# With or without folders and an anchor; no pattern, no variable, no part of an address.
NAMED = re.compile(r"(?<![\w./{}<>*$:-])(?P<path>(?:\.{1,2}/)*(?:[\w.-]+/)*[\w-][\w.-]*\.md)\b(?!\.?\w|\()"
                   r"(?:#(?P<anchor>[\w-]+))?")
LINK = re.compile(r"\[(?P<text>[^\[\]]*)\]\(\s*<?(?P<target>[^()\s<>]+)>?\s*\)")
FENCE = re.compile(r"^(?P<mark>```+|~~~+).*?^(?P=mark)[ \t]*$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)", re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.+?)(?: +#+)?$", re.MULTILINE)
DECISION = re.compile(r"ADR (\d+)$")
# Tests that write documents for themselves, in a folder of their own, and name them.
MADE_BY_TESTS = {"tests/program/test_documents.py", "tests/program/test_words.py", "tests/site/test_site.py"}


def blank(match: re.Match) -> str:
    return re.sub(r"[^\n]", " ", match.group())


@cache
def anchors(document: Path) -> frozenset[str]:
    """The names of a document's headings, as GitHub and the site make them."""
    found: set[str] = set()
    for heading in HEADING.findall(FENCE.sub(blank, document.read_text(encoding="utf-8"))):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        repeats = (f"{name}-{count}" for count in range(1, 1000))
        found.add(name if name not in found else next(other for other in repeats if other not in found))
    return frozenset(found)


def files(root: Path) -> list[Path]:
    found = []
    for directory, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not NOT_OURS.match(name))
        found += [Path(directory) / name for name in sorted(names) if not name.endswith((".pyc", ".orig"))]
    return found


def named(root: Path, path: Path, text: str) -> list[tuple[int, str]]:
    problems = []
    for match in NAMED.finditer(text):
        folders = [root, path.parent, *([] if path.suffix == ".md" else [root / "docs"])]
        places = [folder / match["path"] for folder in folders if (folder / match["path"]).is_file()]
        if not places:
            problems.append((match.start(), f"there is no {match['path']}; name a document from the project's folder"))
        elif match["anchor"] and match["anchor"] not in anchors(places[0]):
            problems.append((match.start(), f"{match['path']} has no heading #{match['anchor']}"))
    return problems


def linked(path: Path, text: str) -> list[tuple[int, str]]:
    problems = []
    for match in LINK.finditer(INLINE_CODE.sub(blank, FENCE.sub(blank, text))):
        target, _, anchor = match["target"].partition("#")
        if re.match(r"[a-z]+:", match["target"]):
            continue
        place = path.parent / target if target else path
        if not place.exists():
            problems.append((match.start(), f"the link to {target} leads nowhere; write it from this file's folder"))
        elif anchor and place.suffix == ".md" and anchor not in anchors(place):
            problems.append((match.start(), f"{place.name} has no heading #{anchor}"))
        number = DECISION.match(match["text"])
        if number and not place.name.startswith(f"{int(number[1]):04}-"):
            problems.append((match.start(), f"[{match['text']}] leads to {place.name}, which is another decision"))
    return problems


def check(root: Path) -> list[str]:
    problems = []
    for path in files(root):
        place = path.relative_to(root).as_posix()
        if place in MADE_BY_TESTS:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found = named(root, path, text)
        if path.suffix == ".md":
            found = named(root, path, LINK.sub(blank, text)) + linked(path, text)
        problems += [f"{place}:{text.count(chr(10), 0, start) + 1}: {words}" for start, words in sorted(set(found))]
    return problems


if __name__ == "__main__":
    found = check(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve())
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
