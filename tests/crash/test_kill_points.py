"""Killed with SIGKILL at every point between two effects of a remediation, the program continues at its next run.

An effect is a system call by which the process changes the world: it sends bytes, or it changes a file or a directory
(remediation.EFFECTS). One undisturbed remediation, from the tick that creates the state file to the tick that closes
the matter, is recorded with strace. Then, with a fresh account and a fresh state file each time:

- "before": for every effect of every tick, the process is killed as it asks the kernel for that effect, which then does
  not happen. Being killed after the last effect is the same as ending.
- "answered": for every request of every tick, the process is killed after the account has carried the request out and
  answered, with the answer unread. (The state between these two, sent and not yet carried out, can't be distinguished from one
  of them by any client: the account is one process with one lock.)

A sample of the points is tried, with each kind of effect in each tick; all of them by `./dev test --all` (tests/sample.py).

Then ordinary ticks run, a minute apart, until nothing is open. The account's own facts then say whether every server
is back exactly where it was and healthy, none was rebooted twice, nothing was dropped, and none is held.
"""

import concurrent.futures
import functools
import os
import re
import unittest
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.crash.remediation import EFFECTS, STORY, Remediation, explain_if_strace_is_refused, strace
from tests.sample import sampled, tell

POINTS, PAIRS, REQUESTS = 80, 30, 16  # tried of each unless all are; with the last, for each of the other stories

@dataclass(frozen=True)
class Point:
    tick: int
    call: str  # the system call that is not carried out any more, or "answered"
    number: int  # the how-manieth of its kind in that process

    def __str__(self) -> str:
        return f"tick {self.tick}, {self.call} {self.number}"


def effects_of(trace: str) -> list[tuple[str, int]]:
    """The effects in a trace: each system call with its number, without those openat that create nothing."""
    counts: dict[str, int] = {}
    found = []
    for line in trace.splitlines():
        match = re.match(r"\d+ +(\w+)\((.*)", line)
        if match and match[1] in EFFECTS:
            counts[match[1]] = counts.get(match[1], 0) + 1
            if match[1] != "openat" or "O_CREAT" in match[2]:
                found.append((match[1], counts[match[1]]))
    return found


@functools.cache
def record(story: Path | None = None) -> list[Point]:
    """All points of one undisturbed remediation."""
    points = []
    with Remediation(story) as remediation:
        trace = remediation.directory / "trace"
        for tick in range(20):
            done = remediation.tick(strace("-o", str(trace), "-e", "trace=" + ",".join(EFFECTS)))
            assert done.returncode == 0, done.stderr
            effects = effects_of(trace.read_text())
            requests = sum(call in ("sendto", "sendmsg") for call, _ in effects)
            points += [Point(tick, *effect) for effect in effects]
            points += [Point(tick, "answered", number) for number in range(1, requests + 1)]
            if '"open":[]' in done.stdout:
                break
        assert not remediation.wrongs(), remediation.wrongs()
    return points


def killed_tick(remediation: Remediation, call: str, number: int) -> int:
    """Its exit code: -9 when it was killed, and another one when it ended before."""
    if call == "answered":
        return remediation.tick_killed_at_request(number)[0]
    inject = f"inject={call}:signal=SIGKILL:when={number}"
    return remediation.tick(strace("-o", "/dev/null", "-e", "trace=" + call, "-e", inject)).returncode


def is_wrong_after(point: Point, again: tuple[str, int] | None = None, story: Path | None = None) -> str:
    """Kills at that point, and the next tick once more, and goes on. Empty when all is well."""
    with Remediation(story) as remediation:
        for tick in range(point.tick):
            done = remediation.tick()
            if done.returncode != 0:
                return f"{point}: already tick {tick} ended with {done.returncode}: {done.stderr}"
        code = killed_tick(remediation, point.call, point.number)
        if code != -9:
            return f"{point}: was not reached; the process ended with {code}"
        if again:
            killed_tick(remediation, *again)  # it may end before
        wrongs = remediation.ticks_until_it_has_ended() + remediation.wrongs()
        return f"{point}{f' and {again} after it' if again else ''}: {'; '.join(wrongs)}" if wrongs else ""


def wrong_of(what: str, tried: list, total: int, is_wrong: Callable[..., str]) -> list[str]:
    """Tries them side by side, and tells of it."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        wrong = [text for text in workers.map(is_wrong, tried) if text]
    tell(what, len(tried), total, len(wrong))
    return wrong


class KillPoints(unittest.TestCase):
    def setUp(self):
        refused = explain_if_strace_is_refused()
        self.assertEqual(refused, "", f"the kill points can't be tried: {refused}")

    def test_a_process_that_is_killed_before_a_request_has_not_sent_it(self):
        for number in (1, 2):
            with Remediation() as remediation:
                inject = f"inject=sendto:signal=SIGKILL:when={number}"
                done = remediation.tick(strace("-o", "/dev/null", "-e", "trace=sendto", "-e", inject))
                self.assertEqual(done.returncode, -9)
                calls = remediation.account.summary()["calls"]
                sent = sum(count for name, count in calls.items() if not name.startswith("bytes:"))
                self.assertEqual(sent, number - 1)

    def test_the_judge_sees_who_is_out_and_what_is_open(self):
        with Remediation() as remediation:
            remediation.tick()
            remediation.tick()
            wrongs = "; ".join(remediation.wrongs())
        self.assertIn("something is left open", wrongs)
        self.assertIn("'tg1', 443) ended as drained", wrongs)
        self.assertIn("'tg1-80', 80) ended as drained", wrongs)

    def test_everybody_is_back_and_rebooted_at_most_once_wherever_it_is_killed(self):
        points = record()
        kinds = {point.call for point in points}
        self.assertLessEqual({"sendto", "pwrite64", "fdatasync", "answered"}, kinds, "effects went unseen")
        tried = sampled("kill points", points, POINTS, lambda point: [(point.tick, point.call)])
        self.assertEqual(wrong_of("kill points", tried, len(points), is_wrong_after), [])

    def test_the_same_when_it_is_killed_again_while_it_recovers(self):
        last = {(point.tick, point.call): point for point in record() if point.call in ("sendto", "answered")}
        again = [*(("fdatasync", number) for number in range(1, 6)), *(("answered", number) for number in range(7, 13))]
        pairs = [(first, second) for first in last.values() for second in again]
        tried = sampled("pairs", pairs, PAIRS, lambda pair: pair)
        self.assertEqual(wrong_of("killed twice, pairs of points", tried, len(pairs), lambda pair: is_wrong_after(*pair)),
                         [])

    def test_the_same_for_standby_for_stop_and_start_and_with_a_tag(self):
        """At the requests, where these differ."""
        for name in ("standby", "stop_start", "witness"):
            with self.subTest(name):
                story = STORY.with_name(f"account_{name}.txt")
                points = [point for point in record(story) if point.call in ("sendto", "answered")]
                tried = sampled(name, points, REQUESTS, lambda point: [(point.tick, point.call)])
                wrong = wrong_of(f"kill points of {name}", tried, len(points), partial(is_wrong_after, story=story))
                self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
