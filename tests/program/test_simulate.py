"""The main story, as the program tells it in figures. (The other scenarios are tests of src/cli.)"""

import concurrent.futures
import functools
import json
import os
import subprocess
import unittest

from tests.sample import sampled, tell
from tests.simulator import PROGRAM, ROOT

SEEDS, SAMPLE = range(1, 21), 4


@functools.cache
def day(seed: int, run: int = 1) -> dict:
    """leaky-web's figures; another `run` plays the same day once more."""
    played = subprocess.run([PROGRAM, "simulate", "scenarios/leaky-web.txt", "--seed", str(seed), "--json"], cwd=ROOT,
                            env={}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert (played.returncode, played.stderr) == (0, ""), f"run {run}: {played.stderr}{played.stdout}"
    return json.loads(played.stdout)


class LeakyWeb(unittest.TestCase):
    def test_nothing_is_lost_where_much_was_lost_without(self):
        seeds = sampled("days", SEEDS, SAMPLE)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as players:
            days = dict(zip(seeds, players.map(day, seeds), strict=True))
        tell("days of leaky-web", len(seeds), len(SEEDS))
        for seed, figures in days.items():
            with self.subTest(seed=seed):
                for figure in ("dropped_by_our_doing", "undrained_reboots", "double_reboots", "forgotten",
                               "guard_violations", "crashes"):
                    self.assertEqual(figures[figure], 0, figure)
                for figure in ("requests_total", "min_healthy", "ticks", "api_calls", "wall_seconds"):
                    self.assertGreater(figures[figure], 0, figure)
                self.assertGreater(figures["reboots"], 50)
                self.assertGreater(figures["without"]["crashes"], 20)
                self.assertLess(figures["requests_dropped"], figures["without"]["requests_dropped"] / 100)

    def test_the_same_seed_plays_the_same_day_and_another_seed_another(self):
        def but_for_the_time_it_took(figures: dict) -> dict:
            return {key: but_for_the_time_it_took(value) if isinstance(value, dict) else value
                    for key, value in figures.items() if key != "wall_seconds"}

        one, other = sampled("days", SEEDS, SAMPLE)[:2]
        self.assertEqual(but_for_the_time_it_took(day(one)), but_for_the_time_it_took(day(one, run=2)))
        self.assertNotEqual(but_for_the_time_it_took(day(one)), but_for_the_time_it_took(day(other)))


if __name__ == "__main__":
    unittest.main()
