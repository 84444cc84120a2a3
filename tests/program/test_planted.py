"""The planted bugs still fit the source: ./dev planted would otherwise prove nothing."""

import unittest

from tests.planted.bugs import BUGS
from tests.simulator import ROOT


class Planted(unittest.TestCase):
    def test_every_bug_applies_in_exactly_one_place(self):
        wrong = [
            f"{bug.what}: {found} places in src/{bug.file}"
            for bug in BUGS
            if (found := (ROOT / "src" / bug.file).read_text(encoding="utf-8").count(bug.right)) != 1
        ]
        self.assertEqual(wrong, [])

    def test_there_are_enough_and_each_is_another(self):
        self.assertGreaterEqual(len(BUGS), 30)
        self.assertEqual(len({(bug.file, bug.right, bug.wrong) for bug in BUGS}), len(BUGS))


if __name__ == "__main__":
    unittest.main()
