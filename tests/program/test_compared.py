"""docs/compared.md keeps its word: whatever it says is shown by a scenario or a test is there."""

import re
import unittest
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docs" / "compared.md").read_text(encoding="utf-8")


def rows(heading: str) -> Iterator[list[str]]:
    """The cells of each row of the table under that heading."""
    section = TEXT.split(heading, 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    for line in lines:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def is_there(shown: str) -> bool:
    """Whether "path" exists, and the test of "path: name" stands in it."""
    path, _, name = shown.partition(": ")
    if not (ROOT / path).is_file():
        return False
    if not name:
        return path.startswith("scenarios/")
    text = (ROOT / path).read_text(encoding="utf-8")
    pattern = rf"^    def {name}\(|^def {name}\(" if path.endswith(".py") else rf"^\w+\(\w+,\s*{name}\b"
    return re.search(pattern, text, re.MULTILINE) is not None


class Compared(unittest.TestCase):
    def test_what_it_names_is_there(self):
        named = re.findall(r"`((?:scenarios|src|tests)/[^`]+)`", TEXT)
        self.assertGreater(len(named), 80)
        self.assertEqual([shown for shown in named if "NAME" not in shown and not is_there(shown)], [])

    def test_a_name_that_is_not_there_is_found_out(self):
        self.assertTrue(is_there("src/decide/guards/guards_test.cpp: UnknownNeverPermits"))
        self.assertFalse(is_there("src/decide/guards/guards_test.cpp: UnknownNeverPermit"))
        self.assertFalse(is_there("scenarios/no-such-story.txt"))

    def test_every_answer_but_no_is_shown_and_every_trap(self):
        for feature, ours, *others in rows("# Evenkeel compared"):
            if feature.startswith("**"):
                continue
            self.assertEqual(len(others), 10, feature)
            self.assertTrue(others[-1].startswith("`") or ours.startswith(("no:", "not yet")), feature)
        traps = list(rows("## Traps"))
        self.assertGreater(len(traps), 20)
        for trap, shown in traps:
            self.assertTrue(shown.startswith("`"), trap)

    def test_every_scenario_opens_with_two_sentences(self):
        files = sorted((ROOT / "scenarios").glob("*.txt"))
        self.assertGreaterEqual(len(files), 40)
        for file in files:
            lines = file.read_text(encoding="utf-8").splitlines()
            opening = " ".join(line[1:].strip() for line in takewhile(lambda line: line.startswith("#"), lines))
            self.assertRegex(opening, r"^[A-Z].*[.!?]$", file.name)
            self.assertEqual(len(re.findall(r"[.!?](?: |$)", opening)), 2, f"{file.name}: {opening}")


if __name__ == "__main__":
    unittest.main()
