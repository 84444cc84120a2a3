"""Every check of the invariants is missed by a test when it is deleted."""

import os
import unittest

from tests.planted import sweep_invariants


class Invariants(unittest.TestCase):
    def test_no_check_can_be_deleted_unnoticed(self):
        program, checks = sweep_invariants.build_tests(sweep_invariants.ROOT / "build")
        self.assertGreater(len(checks), 50)
        self.assertEqual(sweep_invariants.red(program, None), "", "red without any deletion")
        self.assertEqual(sweep_invariants.unnoticed(program, checks), [])


if __name__ == "__main__":
    unittest.main()
