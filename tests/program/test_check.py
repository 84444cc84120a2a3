"""`evenkeel check` on the demo's account over HTTP: what it says, how it ends, and that it changes nothing."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.simulator import PROGRAM, ROOT, Simulator

POLICY = """\
fleets:
  - name: web
    target_groups: [{groups}]
    reboot_when:
      metric: Memory % Committed Bytes In Use
      above: 65
      over: 5m
    keep:
      healthy: 5
"""


class Check(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.account = Simulator(ROOT / "scenarios" / "leaky-web.txt", "--time-scale", "0")
        cls.addClassCleanup(cls.account.stop)
        cls.account.advance(minutes=90)
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.directory = Path(directory.name)

    def check(self, groups: str, *options: str, environment: dict[str, str] | None = None):
        policy = self.directory / "evenkeel.yaml"
        policy.write_text(POLICY.format(groups=groups), encoding="utf-8")
        return subprocess.run([PROGRAM, "check", *options], cwd=self.directory,
                              env=environment or self.account.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)

    def test_a_good_policy_ends_with_0_and_few_calls_and_leaves_no_trace(self):
        before = self.account.summary()
        told = self.check("tg1, tg1-80")
        after = self.account.summary()
        self.assertEqual((told.returncode, told.stderr), (0, ""), told.stdout)
        self.assertIn("a month", told.stdout)
        self.assertNotIn("\x1b", told.stdout, "colour, and not on a terminal")
        self.assertEqual(told.stdout.splitlines()[-1], "web: would work")
        self.assertEqual(list(self.directory.iterdir()), [self.directory / "evenkeel.yaml"])
        calls = {name: count - before["calls"].get(name, 0) for name, count in after["calls"].items()
                 if ":" in name and name != "cloudwatch:metrics" and not name.startswith("bytes:")}
        calls = {name: count for name, count in calls.items() if count}
        self.assertLessEqual(sum(calls.values()), 21, calls)
        self.assertEqual(calls.get("ec2:RebootInstances"), 1, "the dry run")

    def test_what_would_not_work_ends_with_7_and_says_what_to_type(self):
        told = self.check("tg1", "--json")
        self.assertEqual((told.returncode, told.stderr), (7, ""), told.stdout)
        fleet, = json.loads(told.stdout)["fleets"]
        self.assertEqual((fleet["fleet"], fleet["verdict"]), ("web", "would_not_work"))
        first = fleet["findings"][0]
        self.assertEqual((first["severity"], first["rule"]), ("would_not_work", "elsewhere_registered"))
        self.assertEqual(len(first["members"]), 8)
        self.assertEqual(first["remedy"], "add tg1-80 to target_groups")
        self.assertIsNone(fleet["missing_permissions"])

    def test_keys_that_aws_does_not_take_end_with_3(self):
        stranger = {**self.account.environment, "AWS_SECRET_ACCESS_KEY": "not-the-secret"}
        told = self.check("tg1, tg1-80", environment=stranger)
        self.assertEqual(told.returncode, 3, told.stdout + told.stderr)
        self.assertIn("SignatureDoesNotMatch", told.stderr)
        self.assertNotIn("permission_missing", told.stdout)


if __name__ == "__main__":
    unittest.main()
