"""What a tick on a large fleet costs in calls, as the account counts them."""

import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.simulator import PROGRAM, Simulator

SCENARIO = """\
start 2026-11-22T10:00:00Z
duration 1h
fleet web servers=1000 groups=tg1:443,tg1-80:80 capacity=120 peak=20000
memory web-7 80
promise healthy=500
policy:
  fleets:
    - name: web
      target_groups: [tg1, tg1-80]
      reboot_when:
        metric: Memory % Committed Bytes In Use
        above: 65
        over: 5m
      keep:
        healthy: 500
----
"""


class Calls(unittest.TestCase):
    def test_a_tick_on_a_thousand_instances_with_nothing_cached_takes_at_most_23(self):
        with tempfile.TemporaryDirectory() as directory:
            scenario, policy = Path(directory) / "thousand.txt", Path(directory) / "evenkeel.yaml"
            scenario.write_text(SCENARIO, encoding="utf-8")
            account = Simulator(scenario, "--time-scale", "0", "--write-policy", str(policy))
            try:
                account.advance(minutes=10)
                before = account.summary()["calls"]
                told = subprocess.run([PROGRAM, "run", "--policy", policy, "--state", Path(directory) / "state.db"],
                                      env=account.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                      timeout=120)
                self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
                calls = {name: count - before.get(name, 0) for name, count in account.summary()["calls"].items()
                         if name != "cloudwatch:metrics" and not name.startswith("bytes:")}
                calls = {name: count for name, count in calls.items() if count > 0}
            finally:
                account.stop()
        self.assertEqual(calls.get("elasticloadbalancing:DeregisterTargets"), 2, "the tick that starts is the dear one")
        self.assertLessEqual(sum(calls.values()), 23, calls)
        print(f"calls for a tick on 1,000 instances in 2 target groups: {sum(calls.values())} {calls}")


if __name__ == "__main__":
    unittest.main()
