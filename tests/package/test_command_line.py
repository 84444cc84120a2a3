"""The manual page and the completions have every subcommand and every option that the program has."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from scripts.package import command_line, completions, manual
from scripts.package.command_line import Command, parse
from tests.simulator import PROGRAM

HELP = """What it is for.

More of it.
Usage: tool [OPTIONS] SUBCOMMAND

Options:
  -h,--help                   this text
  --mode UINT=1               how; it's [odd]: really
  --a-name-that-is-far-too-long TEXT REQUIRED
                              goes on
                              below

Subcommands:
  go                          starts it

                              At length.

Exit codes:
  0  fine
"""


def words_of_help(command: Command) -> set[str]:
    """Every --option in the help text itself, found without our parser."""
    text = subprocess.run([PROGRAM, *command.words[1:], "--help"], check=True, capture_output=True, text=True).stdout
    options = text.partition("Options:")[2].partition("\n\n")[0]
    return set(re.findall(r"^  (?:-\w,)?(--[\w-]+)", options, re.MULTILINE))


class Parsing(unittest.TestCase):
    def test_reads_what_cli11_writes(self) -> None:
        tool = parse(("tool",), HELP)
        self.assertEqual(tool.description, ["What it is for.", "More of it."])
        self.assertEqual([option.names for option in tool.options],
                         [["-h", "--help"], ["--mode"], ["--a-name-that-is-far-too-long"]])
        self.assertEqual([option.value for option in tool.options], ["", "UINT", "TEXT"])
        self.assertEqual(tool.options[2].text, "goes on below")
        self.assertTrue(tool.options[2].required)
        self.assertEqual([(command.words, command.summary) for command in tool.commands],
                         [(("tool", "go"), "starts it")])
        self.assertEqual(tool.sections, {"Exit codes": ["  0  fine"]})


class Texts(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        assert PROGRAM.is_file(), f"{PROGRAM} is not there; build it with ./dev build"
        cls.top = command_line.read(PROGRAM)
        cls.page = manual.page(cls.top, "1.2.3", 1_700_000_000)

    def test_no_option_and_no_subcommand_is_lost_in_reading(self) -> None:
        self.assertIn("plan", [command.words[-1] for command in self.top.commands])
        for command in self.top.all():
            read = {name for option in command.options for name in option.names if name.startswith("--")}
            self.assertEqual(read, words_of_help(command), command.words)

    def test_the_manual_page_has_them_all(self) -> None:
        sections = dict(re.findall(r'^\.SS "([^"]+)"\n(.*?)(?=^\.S[SH] )', self.page, re.MULTILINE | re.DOTALL))
        for command in self.top.all()[1:]:
            section = sections[manual.plain(" ".join(command.words[1:]))]
            for option in words_of_help(command) - {"--help"}:
                self.assertIn(f"\\fB{manual.plain(option)}\\fR", section, command.words)

    def test_the_manual_page_can_be_set(self) -> None:
        if not shutil.which("groff"):
            self.skipTest("groff is not installed")
        done = subprocess.run(["groff", "-man", "-Tutf8", "-wall", "-z"], input=self.page, capture_output=True,
                              text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_bash_completes_them_all(self) -> None:
        for command in self.top.all():
            options = words_of_help(command)
            self.assertLessEqual(options, set(self.bash(*command.words, "--")), command.words)
            below = {inner.words[-1] for inner in command.commands}
            self.assertLessEqual(below, set(self.bash(*command.words, "")), command.words)

    def test_bash_completes_files_where_a_file_is_wanted(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / "my policy.yaml").touch()
            self.assertEqual(self.bash("evenkeel", "plan", "--policy", "my", at=place), ["my policy.yaml"])
            self.assertEqual(self.bash("evenkeel", "simulate", "my", at=place), ["my policy.yaml"])
            self.assertEqual(self.bash("evenkeel", "plan", "--fleet", "my", at=place), [])

    def bash(self, *words: str, at: str = ".") -> list[str]:
        script = completions.bash(self.top) + f"""
COMP_WORDS=({' '.join(json.dumps(word) for word in words)}) COMP_CWORD={len(words) - 1}
_evenkeel
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
        done = subprocess.run(["bash", "-c", script], cwd=at, capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.splitlines() if done.stdout.strip() else []

    def test_zsh_and_fish_know_them_all(self) -> None:
        zsh, fish = completions.zsh(self.top), completions.fish(self.top)
        for command in self.top.all():
            function = re.search(rf"^_{'_'.join(command.words)}\(\) {{\n(.*?)^}}", zsh, re.MULTILINE | re.DOTALL)
            self.assertIsNotNone(function, command.words)
            lines = [line for line in fish.splitlines()
                     if all(f"__fish_seen_subcommand_from {word}" in line for word in command.words[1:])]
            for option in words_of_help(command):
                self.assertIn(f"{option}[", function[1], command.words)
                self.assertTrue(any(f" -l {option[2:]} " in line for line in lines), (command.words, option))
            for below in command.commands:
                self.assertIn(f"'{below.words[-1]}:", function[1])
                self.assertTrue(any(f" -a {below.words[-1]} " in line for line in lines), below.words)

    def test_zsh_and_fish_can_read_them(self) -> None:
        shells = [shell for shell in ("zsh", "fish") if shutil.which(shell)]
        if not shells:
            self.skipTest("neither zsh nor fish is installed")
        for shell in shells:
            text = getattr(completions, shell)(self.top)
            with tempfile.NamedTemporaryFile("w", suffix=f".{shell}") as file:
                file.write(text)
                file.flush()
                done = subprocess.run([shell, "-n", file.name], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""), shell)


if __name__ == "__main__":
    unittest.main()
