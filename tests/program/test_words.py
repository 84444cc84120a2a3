"""The linter of words finds each word where people read it, and lets names of the contract pass."""

import contextlib
import io
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from scripts import check_words, lint
from tests.simulator import ROOT

PYTHON = '"""It {0} nobody."""\n\nTEXT = "whoever"\n\n\ndef f():\n    """Whom it takes."""\n    return TEXT  # anew\n'


def run(files: dict[str, str], *options: str) -> tuple[int, list[str]]:
    """The exit code and the lines of the linter for a project that consists of these files."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in files.items():
            path = Path(directory) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, ROOT / "scripts" / "check_words.py", *options, directory],
                              capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()


class Words(unittest.TestCase):
    def words(self, line: str) -> list[str]:
        return [word for word, _ in check_words.wrong_in(line)]

    def test_each_word_is_found_with_a_better_one(self):
        for line in ("it reboots nobody", "Somebody took it", "for whom it waits", "whoever asks", "in his turn",
                     "how to mend it", "everybody else", "is ill", "lets it go", "let a member go", "bring home",
                     "a foreign hand", "rung 1 of 2", "the ladder", "climbs", "the other door", "begins anew",
                     "a slip of the pen", "can't be foreseen", "foretells the tick", "people are told", "by our doing",
                     "cures it", "healed", "another hand's work", "told nobody: nothing", "LETS IT GO",
                     "is draining since 02:10", "are booting since then", "a person is called", "rebooted undrained",
                     "guards broken", "reboots none twice", "would let {} more leave", "carries on",
                     "whose it is can't be told", "see to it", "worked in vain", "comes to its end"):
            with self.subTest(line):
                found = check_words.wrong_in(line)
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0][1])

    def test_other_words_pass(self):
        for line in ("history", "this", "healthy and unhealthy", "cured, not_cured", "whose", "recommended", "until it is full",
                     "still", "doors_open", "climb()", "Ladder::climb", "secure", "theme", "home folder", "outdoors",
                     "personal", "drained", "since 02:10", "let go_on", "see to", "carrier"):
            self.assertEqual(self.words(line), [], line)

    def test_stable_words_pass_and_nothing_around_them(self):
        for line in ('{"rung", level}', "the key `foreign`", "[ADR 21](adr/0021-treatments-escalate.md)", "document x heals=yes",
                     "scenarios/outsider-drains.txt", "docs/adr/0021-treatments-escalate.md"):
            self.assertEqual(self.words(line), [], line)
        self.assertEqual(self.words("`rung` is the rung that it has reached"), ["rung"])
        for text, reason in check_words.STABLE.items():
            self.assertTrue(reason, text)

    def test_strings_are_those_of_the_program_and_not_of_its_tests(self):
        code = '#include "anew.h"\n// nobody\nauto a = "mend: x";\nauto b = R"(a\nladder)";\nchar c = \'"\';\n'
        status, lines = run({"src/cli/a.cpp": code, "src/cli/a_test.cpp": code}, "--only", "strings")
        self.assertEqual((status, [line.split(";")[0] for line in lines]),
                         (1, ["src/cli/a.cpp:3: mend", "src/cli/a.cpp:5: ladder", "strings: 2"]))

    def test_comments_are_read_in_every_language(self):
        files = {"src/sim/a_test.cpp": 'int a;  // whom\nauto b = "nobody";\n/* one\n anew */\n',
                 "tests/a.py": PYTHON, "dev": '#!/bin/sh\necho "nobody"  # whoever\n# mend\n',
                 "scenarios/a.txt": "# nobody\nstart\n----\nsomebody\n"}
        status, lines = run(files, "--only", "comments")
        self.assertEqual(status, 1)
        self.assertEqual(sorted(line.split(";")[0] for line in lines[:-1]),
                         ["dev:2: whoever", "dev:3: mend", "scenarios/a.txt:1: nobody", "src/sim/a_test.cpp:1: whom",
                          "src/sim/a_test.cpp:4: anew", "tests/a.py:1: nobody", "tests/a.py:7: Whom", "tests/a.py:8: anew"])
        self.assertEqual(lines[-1], "comments: 8")

    def test_documents_are_all_pages_that_people_write(self):
        files = {"README.md": "nobody\n", "docs/a.md": "fine\nwhom\n", ".venv/x/README.md": "nobody\n",
                 "build/a.md": "nobody\n", ".witness/node_modules/a.md": "nobody\n", "STYLE.md": "nobody\n"}
        status, lines = run(files, "--only", "documents")
        self.assertEqual((status, [line.split(";")[0] for line in lines]),
                         (1, ["README.md:1: nobody", "docs/a.md:2: whom", "documents: 2"]))

    def test_a_clean_project_passes_and_a_wrong_option_does_not(self):
        self.assertEqual(run({"README.md": "fine\n"}), (0, ["strings: 0, documents: 0, comments: 0"]))
        self.assertEqual(run({}, "--only", "everything")[0], 2)

    def test_this_project_has_none_of_them(self):
        for kind in check_words.KINDS:
            with self.subTest(kind):
                self.assertEqual(check_words.check(ROOT, kind), [])

    def test_lint_fails_by_it_also_of_what_changed(self):
        def found(script: str) -> str:
            return "a.md:1: nobody" if script == "check_words.py" else ""

        quiet = {"options_of_folders": {}, "compiled_alone": ([], "none"), "all_files": [], "changed_files": [],
                 "check_format": "", "check_alone": "", "check_tidy": ""}
        for option in ([], ["--changed"]):
            with self.subTest(option), contextlib.ExitStack() as stack:
                for name, answer in quiet.items():
                    stack.enter_context(mock.patch.object(lint, name, return_value=answer))
                stack.enter_context(mock.patch.object(lint, "check_with", side_effect=found))
                stack.enter_context(mock.patch.object(sys, "argv", ["lint", *option]))
                stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
                out = stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
                self.assertEqual(lint.main(), 1)
                self.assertIn("a.md:1: nobody", out.getvalue())

    def test_the_style_guide_names_what_the_linter_finds(self):
        text = (ROOT / "STYLE.md").read_text(encoding="utf-8")
        named = {word.lower() for word in self.words(text)}
        for word in ("nobody", "whom", "mend", "ill", "anew", "ladder", "door", "climb"):
            self.assertIn(word, named)

    def test_the_glossary_has_each_term_once_in_order_with_one_sentence(self):
        rows = re.findall(r"^\| \*\*(.+?)\*\* \| (.+) \|$", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"),
                          re.MULTILINE)
        terms = [term for term, _ in rows]
        self.assertGreaterEqual(len(terms), 25)
        self.assertEqual(terms, sorted(set(terms), key=str.lower))
        self.assertEqual([term for term, text in rows if not re.fullmatch(r"[^.]+(?:\.\w+[^.]*)*\.", text)], [])


if __name__ == "__main__":
    unittest.main()
