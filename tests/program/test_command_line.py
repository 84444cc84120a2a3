"""What --help says of each command is in a document, and the exit codes mean there what they mean here."""

import re
import unittest

from scripts.package.command_line import Command, read
from tests.simulator import PROGRAM, ROOT

DOCUMENTS = "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])
OF_EVERY_COMMAND = {"--help", "--version"}


def exit_codes(command: Command) -> set[int]:
    lines = command.sections["Exit codes"]
    return {int(found[1]) for line in lines if (found := re.match(r" ?( \d|\d\d)  \S", line))}


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tool = read(PROGRAM)
        cls.commands = cls.tool.all()

    def test_every_option_is_named_in_a_document(self):
        unnamed = {f"{' '.join(command.words)} {name}" for command in self.commands for option in command.options
                   for name in option.names if name.startswith("--") and name not in OF_EVERY_COMMAND
                   and not re.search(re.escape(name) + r"(?![a-z-])", DOCUMENTS)}
        self.assertEqual(unnamed, set())
        self.assertGreater(len(self.commands), 12)

    def test_the_exit_codes_of_each_command_are_those_of_the_document(self):
        text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
        table = text.partition("## Exit codes\n")[2].partition("\n## ")[0]
        rows = re.findall(r"^\| (\d+) \| .* \| ([^|]+) \|$", table, re.MULTILINE)
        documented = {int(code): of for code, of in rows}
        self.assertEqual(exit_codes(self.tool), set(documented))
        for command in self.tool.commands:
            name = command.words[-1]
            says = {code for code, of in documented.items() if of == "every command" or f"`{name}`" in of}
            for one in command.all():
                self.assertEqual(exit_codes(one), says, one.words)
