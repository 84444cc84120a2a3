"""The program's command line as data, read from its own --help texts, so that nothing here can get stale."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from . import Failure
from .commands import output_of

ENTRY = re.compile(r"^  (\S(?:.*?\S)?)(?:  +(\S.*))?$")  # "  --fleet NAME    only this fleet"


@dataclass
class Option:
    names: list[str]  # ["-h", "--help"]; of a positional its one name in capitals, ["FLEET"]
    value: str = ""  # what follows it: "NAME", "1m"; nothing for a switch
    required: bool = False
    text: str = ""

    @property
    def takes_file(self) -> bool:
        return "FILE" in (self.value, *self.names) or re.search(r"\bPATH\b", f"{self.value} {self.text}") is not None


@dataclass
class Command:
    words: tuple[str, ...]  # ("evenkeel", "plan")
    summary: str = ""  # its line in the list of its parent
    description: list[str] = field(default_factory=list)  # paragraphs
    usage: str = ""
    positionals: list[Option] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    commands: list["Command"] = field(default_factory=list)
    sections: dict[str, list[str]] = field(default_factory=dict)  # whatever else it says: "Exit codes"

    def all(self) -> list["Command"]:
        return [self, *(below for command in self.commands for below in command.all())]


def _entries(lines: list[str]) -> list[tuple[str, str]]:
    """Left and right column; a right column may go on over further lines."""
    entries: list[tuple[str, list[str]]] = []
    for line in lines:
        if match := ENTRY.match(line):
            entries.append((match[1], [match[2] or ""]))
        elif entries:
            entries[-1][1].append(line.strip())
    return [(left, "\n".join(right).strip()) for left, right in entries]


def _option(left: str, text: str) -> Option:
    words = re.sub(r"\b(Excludes|Needs): .*", "", left).split()
    required = "REQUIRED" in words
    words = [word for word in words if word != "REQUIRED"]
    value = words[1] if len(words) > 1 else ""
    return Option(words[0].split(","), value.split("=")[0], required, " ".join(text.split()))


def parse(words: tuple[str, ...], help_text: str) -> Command:
    command = Command(words)
    head, _, rest = help_text.partition("Usage: ")
    command.description = [" ".join(part.split()) for part in re.split(r"\n\s*\n", head) if part.strip()]
    command.usage, _, rest = rest.partition("\n")
    title, lines = "", []
    for line in [*rest.splitlines(), "End:"]:
        if not re.match(r"^\S.*:$", line):
            lines.append(line)
            continue
        if title == "Options":
            command.options = [_option(*entry) for entry in _entries(lines)]
        elif title == "Positionals":
            command.positionals = [_option(*entry) for entry in _entries(lines)]
        elif title == "Subcommands":
            command.commands = [Command((*words, left), right.split("\n")[0]) for left, right in _entries(lines)]
        elif title:
            command.sections[title] = [text for text in lines if text.strip()]
        title, lines = line.removesuffix(":"), []
    if not command.usage or not command.options:
        raise Failure(f"{' '.join(words)} --help says nothing that can be read")
    return command


def read(program: Path, words: tuple[str, ...] = ("evenkeel",), summary: str = "") -> Command:
    command = parse(words, output_of(program, *words[1:], "--help"))
    command.summary = summary
    command.commands = [read(program, below.words, below.summary) for below in command.commands]
    return command
