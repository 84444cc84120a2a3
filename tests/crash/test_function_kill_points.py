"""The Lambda function, killed with SIGKILL at every point of its ticks, is right at its next invocation.

As in test_kill_points.py, but through the function's entry point and with the state in DynamoDB: one undisturbed remediation is
recorded with strace, over a few processes that tick several times each, as Lambda keeps them. Then, with a fresh account
and table each time, a process is killed

- "before" an effect: as it asks the kernel to send bytes (to AWS, to DynamoDB, to Lambda's Runtime API) or to write a
  line of the log, which then does not happen;
- "answered": after AWS or DynamoDB has carried a request out and answered, with the answer unread.

New processes go on, a minute apart; one in three of them is killed as well. What the account's own facts must say then
is the same as there, and the history must tell one beginning and one end.

A sample of the points is tried, with each kind of effect in each process; all of them by `./dev test --all`
(tests/sample.py).
"""

import json
import subprocess
import unittest
from dataclasses import dataclass

from tests.crash.remediation import EFFECTS, Between, Remediation, explain_if_strace_is_refused, strace
from tests.crash.test_kill_points import effects_of, wrong_of
from tests.sample import chance, sampled
from tests.witness.lambda_function import Answer, Function, Recycled

SAMPLE = 24
TICKS_OF_A_LIFE = 3
LIVES = 5  # in which an undisturbed remediation has ended
KILLED = Answer("died", -9)


@dataclass(frozen=True)
class Point:
    life: int  # which process
    call: str  # the system call that is not carried out any more, or "answered"
    number: int  # the how-manieth of its kind in that process

    def __str__(self) -> str:
        return f"process {self.life}, {self.call} {self.number}"


class FunctionRemediation(Remediation):
    """The same remediation by the function. `store`: where the table is, if not in the simulated account."""

    def __init__(self, table: str = "evenkeel", store: str = "") -> None:
        super().__init__()
        self._table, self._store = table, store
        self._recycled: Recycled | None = None

    def __exit__(self, *_: object) -> None:
        if self._recycled:
            self._recycled.function.close()
        super().__exit__()

    def environment(self, url: str = "") -> dict[str, str]:
        """`url`: of a wire to DynamoDB, which is to AWS as well where that is the same."""
        own = super().environment("" if self._store else url) | {"EVENKEEL_STATE": f"dynamodb://{self._table}"}
        return own | ({"AWS_ENDPOINT_URL_DYNAMODB": url or self._store} if self._store else {})

    def live(self, under: list[str] | None = None, url: str = "", victim_of: Between | None = None) -> Answer:
        """One process for some ticks, a minute apart; the last answer."""
        with Function(self.directory, self.environment(url), under=tuple(under or ())) as function:
            if victim_of:
                victim_of.aims_at(function.process)
            for _ in range(TICKS_OF_A_LIFE):
                answer = function.invoke({"source": "aws.events"})
                self.account.advance(minutes=1)
                if answer.kind != "response":
                    break
            else:
                function.lines()
            return answer

    def killed(self, point: Point) -> Answer:
        """A process that is to be killed there; its last answer otherwise."""
        if point.call == "answered":
            between = Between(self._store or self.account.url, point.number)
            answer = self.live(url=between.url, victim_of=between)
            between.close()
            return answer
        inject = f"inject={point.call}:signal=SIGKILL:when={point.number}"
        return self.live(strace("-o", "/dev/null", "-e", "trace=" + point.call, "-e", inject))

    def tick(self, under: list[str] | None = None) -> subprocess.CompletedProcess:
        if not self._recycled:
            self._recycled = Recycled(self.directory, self.environment())
        answer = self._recycled.invoke({})
        self.account.advance(minutes=1)
        if answer.kind != "response":
            return subprocess.CompletedProcess([], 1, "", str(answer))
        return subprocess.CompletedProcess([], answer.document["exit_code"], json.dumps(answer.fleet), "")

    def wrongs(self) -> list[str]:
        done = self.evenkeel("history", "--json", "--limit", "10000")
        kinds = [event["kind"] for event in json.loads(done.stdout)["events"]]
        told = (kinds.count("start"), kinds.count("done"))
        return super().wrongs() + ([] if told == (1, 1) else [f"the history has {told} beginnings and ends: {kinds}"])


def without_the_next(trace: str) -> str:
    """Without the asking for one more invocation, which comes at the end of a process or does not."""
    lines = trace.splitlines()
    last = max(number for number, line in enumerate(lines) if "POST /2018-06-01/runtime/" in line)
    return "\n".join(lines[: last + 1])


def record(remediation: FunctionRemediation, store: str = "") -> list[Point]:
    """All points of one undisturbed remediation."""
    points = []
    trace = remediation.directory / "trace"
    with remediation:
        for life in range(LIVES):
            wire = Between(store or remediation.account.url, 0)
            answer = remediation.live(strace("-o", str(trace), "-e", "trace=" + ",".join(EFFECTS)), url=wire.url)
            wire.close()
            effects = effects_of(without_the_next(trace.read_text()))
            points += [Point(life, *effect) for effect in effects]
            points += [Point(life, "answered", number) for number in range(1, wire.requests + 1)]
            if not answer.fleet["open"]:
                break
        assert not remediation.wrongs(), remediation.wrongs()
    return points


def is_wrong_after(remediation: FunctionRemediation, point: Point, again: Point | None = None) -> str:
    """Kills at that point, and perhaps the next process as well, and goes on. Empty when all is well."""
    with remediation:
        for life in range(point.life):
            answer = remediation.live()
            if answer.kind != "response":
                return f"{point}: already process {life} ended with {answer}"
        answer = remediation.killed(point)
        if answer != KILLED:
            return f"{point}: was not reached; the last answer was {answer}"
        if again:
            remediation.killed(again)  # it may end before
        wrongs = remediation.ticks_until_it_has_ended() + remediation.wrongs()
        return f"{point}{f' and {again} after it' if again else ''}: {'; '.join(wrongs)}" if wrongs else ""


def chosen(what: str, points: list[Point], sample: int) -> list[tuple[Point, Point | None]]:
    """The points to try, every third with a second one for the process after it."""
    points = sampled(what, points, sample, lambda point: [(point.life, point.call)])
    random = chance(f"{what}, the second one")
    again = [Point(-1, random.choice(("sendto", "answered")), random.randint(2, 20)) for _ in points]
    return [(point, again[number] if number % 3 == 0 else None) for number, point in enumerate(points)]


class FunctionKillPoints(unittest.TestCase):
    def setUp(self):
        refused = explain_if_strace_is_refused()
        self.assertEqual(refused, "", f"the kill points can't be tried: {refused}")

    def test_the_judge_sees_a_remediation_that_was_left_behind(self):
        with FunctionRemediation() as remediation:
            remediation.live()
            wrongs = "; ".join(remediation.wrongs())
        self.assertIn("something is left open", wrongs)
        self.assertIn("the history has (1, 0) beginnings and ends", wrongs)

    def test_everybody_is_back_and_rebooted_at_most_once_wherever_the_function_is_killed(self):
        points = record(FunctionRemediation())
        self.assertLessEqual({"sendto", "write", "answered"}, {point.call for point in points}, "effects went unseen")
        tried = chosen("kill points of the function", points, SAMPLE)
        wrong = wrong_of("kill points of the function", tried, len(points),
                         lambda one: is_wrong_after(FunctionRemediation(), *one))
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
