"""docs/safety.md keeps its word: each invariant that the code knows is told once, with tests that exist."""

import re
import unittest
from collections.abc import Iterable
from pathlib import Path

from tests.planted.sweep_invariants import CALL, sources
from tests.program.test_compared import is_there

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "safety.md"
TEXT = PAGE.read_text(encoding="utf-8")
CODE = re.compile(r'"([ACFGKRT]\d+)"')


def rows(text: str) -> list[list[str]]:
    """The cells of each row of the table of invariants."""
    table = text.split("\n## The invariants\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in table.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def told(text: str) -> list[str]:
    return [row[0] for row in rows(text)]


def wrong_rows(text: str) -> list[str]:
    """The codes without a sentence, a reason, what keeps it, or tests that all exist."""
    wrong = []
    for row in rows(text):
        tests = re.findall(r"`([^`]+)`", row[-1])
        if not (len(row) == 5 and all(row) and tests and all(is_there(test) for test in tests)):
            wrong.append(row[0])
    return wrong


def in_the_code() -> set[str]:
    """The codes of every check; a check whose code is not written out fails."""
    codes = set()
    for file in sources():
        text = file.read_text(encoding="utf-8")
        for call in CALL.finditer(text):
            code = CODE.match(text, call.end())
            codes.add(code[1] if code else f"{file.name}: {text[call.end():call.end() + 20]}")
    return codes


def without_its_own_test(codes: Iterable[str]) -> list[str]:
    """The codes that no test of the invariants asks for."""
    tests = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "src/decide").rglob("*_test.cpp"))
    return [code for code in codes if f'breaks("{code}"' not in tests]


class Safety(unittest.TestCase):
    def test_every_invariant_of_the_code_is_told_and_the_reverse(self):
        self.assertGreater(len(in_the_code()), 20)
        self.assertEqual(in_the_code(), set(told(TEXT)))
        self.assertEqual(len(told(TEXT)), len(set(told(TEXT))), "each once")

    def test_every_row_is_whole_and_its_tests_exist(self):
        self.assertEqual(wrong_rows(TEXT), [])

    def test_every_invariant_has_a_test_of_its_own(self):
        self.assertEqual(without_its_own_test(sorted(in_the_code())), [])

    def test_what_is_wrong_or_missing_is_found_out(self):
        shown = "`src/decide/guards/guards_test.cpp: UnknownNeverPermits`"
        page = f"\n## The invariants\n\n| code | |\n|---|---|\n| C1 | always | else | guard | {shown} |\n"
        self.assertEqual((told(page), wrong_rows(page)), (["C1"], []))
        for old, new in (("Permits`", "Permit`"), ("| else |", "| |"), (shown, "a test")):
            self.assertEqual(wrong_rows(page.replace(old, new)), ["C1"], new)
        self.assertEqual(without_its_own_test(["C1", "Z1"]), ["Z1"])


if __name__ == "__main__":
    unittest.main()
