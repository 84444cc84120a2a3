"""Every way to leave and every treatment on a bad wire: whatever is lost, no server is treated while serving, treated twice
or forgotten, and no size has changed."""

import concurrent.futures
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.sample import sampled, tell
from tests.simulator import PROGRAM

STORY = Path(__file__).with_name("bad_wire.txt")
SEEDS = (1, 2)
WAYS = {
    "reboots in Standby": {"treatments": "reboot"},
    "stops and starts in Standby": {"treatments": "stop_start"},
    "replacements": {"treatments": "replace"},
    "a ladder, and evidence before it": {"treatments": "{command: Recycle}, reboot, stop_start",
                                         "evidence": "evidence: {document: Snap, within: 2m}"},
    "without Standby": {"treatments": "reboot, stop_start", "leave_by": "deregister", "health": "EC2"},
}


def played(way: str, seed: int, directory: str) -> dict:
    words = {"health": "EC2,ELB", "leave_by": "standby", "evidence": "", "treatment": way} | WAYS[way]
    story = STORY.read_text(encoding="utf-8")
    for name, value in words.items():
        story = story.replace("{" + name + "}", value)
    file = Path(directory) / f"{seed}-{'-'.join(way.split())}.txt"
    file.write_text(story, encoding="utf-8")
    done = subprocess.run([PROGRAM, "simulate", file, "--seed", str(seed), "--json"], env={}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300)
    assert done.stderr == "", done.stderr
    return json.loads(done.stdout)


class BadWire(unittest.TestCase):
    def test_nobody_is_treated_while_serving_or_twice_or_forgotten_and_no_size_changes(self):
        every = [(way, seed) for way in WAYS for seed in SEEDS]
        plays = sampled("bad wire", every, len(WAYS), lambda play: [play[0]])
        with tempfile.TemporaryDirectory() as directory, \
                concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as players:
            figures = list(players.map(lambda play: played(*play, directory), plays))
        tell("days on a bad wire", len(plays), len(every))
        for (way, seed), one in zip(plays, figures, strict=True):
            with self.subTest(way, seed=seed):
                for figure in ("undrained_reboots", "double_reboots", "forgotten", "guard_violations", "size_changes",
                               "failed_ticks"):
                    self.assertEqual(one[figure], 0, f"{figure}: {one['findings']}")
                self.assertEqual(one["problems"], [])
                self.assertGreater(sum(one["faults_fired"].values()), 20, "the wire was not bad")
                treated = one["remediations"].get("cured", 0) + one["remediations"].get("replaced", 0)
                self.assertGreater(treated, 5, one["remediations"])


if __name__ == "__main__":
    unittest.main()
