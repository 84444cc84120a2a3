"""docs/aws.md keeps its word: each fact has a source, a state and tests that exist, and nothing that the simulated
account plays is missing there."""

import re
import unittest
from collections.abc import Iterable
from pathlib import Path

from tests.program.test_compared import is_there

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
STATES = {"documented", "measured", "reported", "assumed"}


def facts(text: str) -> list[list[str]]:
    """The cells of each row below a heading of the second level."""
    tables = text.split("\n## ")[1:]
    rows = [line for table in tables for line in table.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return [row for row in cells if row[0] != "fact" and not row[0].startswith("---")]


def wrong_rows(text: str) -> list[str]:
    """The facts without a source, date, known state or test that exists."""
    wrong = []
    for row in facts(text):
        tests = re.findall(r"`([^`]+)`", row[-1])
        sound = len(row) == 5 and row[1] and re.fullmatch(r"20\d\d-\d\d", row[2]) and row[3] in STATES
        if not (sound and tests and all(is_there(test) for test in tests)):
            wrong.append(row[0])
    return wrong


def missing(text: str, names: Iterable[str]) -> list[str]:
    told = "\n".join(row[0] for row in facts(text))
    return [name for name in names if f"`{name}`" not in told]


def operations() -> list[str]:
    names = []
    for file in sorted((ROOT / "src/sim/api").glob("*.cpp")):
        for table in re.findall(r"Operation kOperations\[\] = \{(.*?)\};", file.read_text(encoding="utf-8"), re.DOTALL):
            names += re.findall(r'\{"(\w+)",', table)
    return names


def switches() -> list[str]:
    words = (ROOT / "src/sim/scenario/words.cpp").read_text(encoding="utf-8")
    table = re.search(r"kSwitches = \{\{(.*?)\}\};", words, re.DOTALL)
    return [f"set {name}" for name in re.findall(r'\{"(\w+)",', table.group(1) if table else "")]


class Aws(unittest.TestCase):
    def test_every_fact_has_a_source_a_date_a_state_and_tests_that_exist(self):
        self.assertGreater(len(facts(TEXT)), 80)
        self.assertEqual(wrong_rows(TEXT), [])

    def test_every_operation_that_the_simulated_account_answers_is_told(self):
        self.assertGreater(len(operations()), 40)
        self.assertEqual(missing(TEXT, operations()), [])

    def test_every_switch_of_the_simulated_account_is_told(self):
        self.assertGreater(len(switches()), 15)
        self.assertEqual(missing(TEXT, switches()), [])

    def test_what_is_wrong_or_missing_is_found_out(self):
        shown = "`src/sim/world/instances_test.cpp: StayOpenAfterAUsersReboot`"
        row = f"\n## EC2\n\n| `set x` | EC2 | 2026-11 | assumed | {shown} |\n"
        self.assertEqual(wrong_rows(row), [])
        for old, new in (("Reboot`", "Reboots`"), ("assumed", "known"), ("2026-11", "lately"), ("| EC2 |", "| |")):
            self.assertEqual(wrong_rows(row.replace(old, new)), ["`set x`"], new)
        self.assertEqual(missing(row, ["set x", "set y"]), ["set y"])


if __name__ == "__main__":
    unittest.main()
