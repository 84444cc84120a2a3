#!/usr/bin/env python3
"""Words that STYLE.md replaces, in what operators and contributors read: printed strings, documents and comments.

usage: check_words.py [--only strings|documents|comments] [ROOT]

Prints "file:line: the word; the better word" for each, then how many there are of each kind, and exits 1 when there is any.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.check_documents import NOT_OURS
from scripts.check_sources import NOT_CODE, is_test

# What not to write, and what to write instead.
WORDS = {
    r"nobody|no one": "no server, no operator, nothing",
    r"somebody|someone|anybody|anyone": "a server, an operator, another tool",
    r"everybody|everyone": "every server, all operators",
    r"whoever|whomever|whom": "a server that, the operator who, which",
    r"he|him|his|himself": "the operator, the server, its",
    r"mend(?:s|ed|ing)?": "fix",
    r"heal(?:s|ed|ing)?|cures?|curing": "remediate, reboot, help",
    r"ill": "unhealthy",
    r"let(?:s|ting)?(?: (?:it|them|one|one more|more|him|a \w+))? go|sets? free": "take out of service, allow it to leave",
    r"(?:bring|brings|brought|bringing|comes?|came|coming|goes?|gone|back) home": "put back into service",
    r"foreign|strangers?|another hand|an? other hand": "external, an external change, another tool",
    r"rungs?": "escalation level, treatment",
    r"ladders?": "treatments, escalation",
    r"climb(?:s|ed|ing)?": "escalate, rise",
    r"doors?": "entry point",
    r"anew": "again",
    r"slips? of the pen": "mistake",
    r"(?:can't|can not|cannot) be foreseen": "unknown",
    r"foretells?|foretold": "predict",
    r"(?:tells?|told) (?:people|operators)|people are told": "notify operators",
    r"by our doing|of our doing": "caused by Evenkeel",
    r"(?:is|are) \w+ing since": "has been draining for 2m10s of 5m",
    r"persons?": "operator",
    r"undrained": "without draining",
    r"guards? broken": "policy violations",
    r"(?:reboots?|forgets?|starts?) none": "no server is rebooted",
    r"lets? (?:it|them|more|\{\} more) leave": "take out of service, allow it to leave",
    r"carr(?:y|ies|ied) on": "continue, resume",
    r"can(?:'t|not) be told": "is unknown",
    r"sees? to (?:it|them|the|those|what)": "fix, look at, make sure",
    r"in vain": "without effect, did not help",
    r"(?:comes?|came|coming|brings?|brought) to (?:its|an) end": "end, finish",
}
# Whole words alone: not a part of a path, of a name in code or of a call.
FINDER = {re.compile(rf"(?<![\w/.-])(?<!::)(?:{words})(?![\w(/=]|::|[.-]\w)", re.IGNORECASE): instead
          for words, instead in WORDS.items()}

# Exact text that stays, and why. It is taken out of a line before the line is read.
STABLE = {
    "heals=yes": "a key of a scenario's document", '"heals"': "the same key", "heals=yes\\|no": "the same key",
    '"rung"': "a key of the state and of --json", "`rung`": "the same key in a document",
    '"foreign"': "a key of the state and of --json", "`foreign`": "the same key in a document",
    "/nonexistent nobody": "Debian's user of that name",
}
# Files that name the words in order to replace them.
EXEMPT = ("STYLE.md", "scripts/check_words.py", "tests/program/test_words.py")

Piece = tuple[int, str]  # the number of its first line, and the text


def strings_of(text: str) -> Iterator[Piece]:
    """The string literals of C++, without those of includes."""
    for match in NOT_CODE.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
        if not match.group().startswith(("//", "/*", "'")) and not line.lstrip().startswith("#include"):
            yield text.count("\n", 0, match.start()) + 1, match.group()


def comments_of_cpp(text: str) -> Iterator[Piece]:
    for match in NOT_CODE.finditer(text):
        if match.group().startswith(("//", "/*")):
            yield text.count("\n", 0, match.start()) + 1, match.group()


def comments_of_python(text: str) -> Iterator[Piece]:
    """Comments, and the strings that document a module, a class or a function."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
                yield first.lineno, first.value.value


def comments_of_shell(text: str) -> Iterator[Piece]:
    """Whole lines, and what stands behind two spaces or more: a # elsewhere is seldom a comment."""
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.search(r"(?:^|\s{2,})\s*#(?!!)(.*)", line):
            yield number, match[1]


def intent_of(text: str) -> Iterator[Piece]:
    """The comment lines of a scenario."""
    for number, line in enumerate(text.split("\n----\n", 1)[0].splitlines(), 1):
        if line.startswith("#"):
            yield number, line


def files(root: Path, *patterns: str) -> list[Path]:
    """Those that the patterns match and that people write."""
    def skipped(folder: str) -> bool:
        return bool(NOT_OURS.match(folder)) or folder.startswith(".") and folder not in (".ci", ".github")

    found = {path.relative_to(root) for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    return sorted(root / path for path in found if not any(map(skipped, path.parts[:-1])) and path.as_posix() not in EXEMPT)


def pieces(root: Path, kind: str) -> Iterator[tuple[Path, Piece]]:
    """What is read of one kind."""
    if kind == "strings":
        sources = [path for path in files(root, "src/**/*.cpp", "src/**/*.h") if not is_test(path)]
        readers: list[tuple[list[Path], Callable[[str], Iterable[Piece]]]] = [(sources, strings_of)]
    elif kind == "documents":
        readers = [(files(root, "**/*.md"), lambda text: enumerate(text.splitlines(), 1))]
    else:
        cpp = files(root, "src/**/*.cpp", "src/**/*.h", "tests/**/*.cpp", "bench/*.cpp", "fuzz/*.cpp")
        shell = files(root, "dev", "scripts/*.sh", ".ci/*")
        readers = [(cpp, comments_of_cpp), (files(root, "scripts/**/*.py", "tests/**/*.py", "bench/*.py"),
                   comments_of_python), (shell, comments_of_shell),
                   (files(root, "scenarios/*.txt", "tests/**/*.txt"), intent_of)]
    for paths, reader in readers:
        for path in paths:
            for piece in reader(path.read_text(encoding="utf-8")):
                yield path, piece


def wrong_in(line: str) -> list[tuple[str, str]]:
    """The words of the line that STYLE.md replaces, each with the better one."""
    for text in STABLE:
        line = re.sub(rf"(?<![\w])#?{re.escape(text)}(?![\w])", "", line)
    return [(match.group(), instead) for finder, instead in FINDER.items() for match in finder.finditer(line)]


def check(root: Path, kind: str) -> list[str]:
    problems = []
    for path, (first, text) in pieces(root, kind):
        for number, line in enumerate(text.splitlines(), first):
            problems += [f"{path.relative_to(root)}:{number}: {word}; write: {instead}" for word, instead in wrong_in(line)]
    return problems


KINDS = ("strings", "documents", "comments")


def main(arguments: list[str]) -> int:
    kinds = KINDS
    if arguments[:1] == ["--only"]:
        if len(arguments) < 2 or arguments[1] not in KINDS:
            print(f"--only takes one of {', '.join(KINDS)}", file=sys.stderr)
            return 2
        kinds, arguments = (arguments[1],), arguments[2:]
    root = Path(arguments[0] if arguments else Path(__file__).parent.parent)
    found = {kind: check(root, kind) for kind in kinds}
    for problems in found.values():
        print("\n".join(problems), end="\n" if problems else "")
    print(", ".join(f"{kind}: {len(problems)}" for kind, problems in found.items()))
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
