"""The Lambda function beside the same job as a boto3 function, both under AWS's runtime interface emulator, over https.

Fresh process to first response, memory, what one whole remediation is billed, what CloudWatch is asked for, the zip.
"""

import os
import re
import statistics
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bench.account import HERE, python
from bench.emulator import MEMORY, WHOLE_CORE_AT, CpuShare, Function
from bench.read_phase import seconds
from bench.remediation import LEAKY, PEAK, SERVERS, all_back
from bench.tables import Table
from bench.tls_account import TlsAccount
from tests.simulator import PROGRAM, ROOT

ZIP = Path(os.environ.get("EVENKEEL_DIST", ROOT / "dist"), "evenkeel-lambda-x86_64.zip")
STATIC, DYNAMIC, BOTO3 = "the zip's bootstrap", "build/evenkeel", "boto3 function"
FRESH = [(10, 0), (100, 0), (100, 25)]  # instances, ms a call
TICKS_FOR_MEMORY = 12
TICKS_AT_MOST = 60
# Evenkeel paces its calls by this machine's clock, and between two ticks a minute of the account takes none of it.
PAUSE = 2.0  # seconds
RECYCLED_AFTER = 8  # ticks without a pause, for the same reason
HEALTHY_TICKS = 360  # six hours; a healthy fleet is the same at any time
MONTH = 30 * 24 * 60  # ticks
PRICE = 0.01 / 1000  # dollars a metric that GetMetricData is asked for
AS_WRITTEN = ("over: 5m", "over: 5m")
PERIOD_OF_FIVE = ("over: 5m", "over: 15m\n      period: 5m\n      max_age: 10m")


@dataclass
class Contender:
    name: str
    command: list[str]

    @property
    def ours(self) -> bool:
        return self.name != BOTO3

    def environment(self, account: TlsAccount) -> dict[str, str]:
        return account.evenkeel_environment() if self.ours else account.seed_environment()

    def function(self, account: TlsAccount, share: CpuShare | None = None, timeout: int = 60) -> Function:
        return Function(share.held(self.command) if share else self.command, self.environment(account),
                        account.directory / "function.log", timeout)


def contenders(directory: Path) -> list[Contender]:
    found = []
    if ZIP.is_file():
        with zipfile.ZipFile(ZIP) as packed:
            bootstrap = Path(packed.extract("bootstrap", directory))
        bootstrap.chmod(0o755)
        found.append(Contender(STATIC, [str(bootstrap)]))
    found.append(Contender(DYNAMIC, [str(PROGRAM)]))
    found.append(Contender(BOTO3, [python(), "-m", "awslambdaric", "seed_function.handler"]))
    return found


def check_read(contender: Contender, answer: dict, servers: int) -> None:
    """That it read the whole fleet and found no server above the limit."""
    if contender.ours:
        reasons = [member["reason"] for member in answer["fleets"][0]["members"]]
        well = reasons == ["below_limit"] * servers
    else:
        well = answer == {"read": servers, "remediated": False}
    if not well:
        raise RuntimeError(f"{contender.name} did not read {servers} healthy instances: {answer}")


def spread(values: Iterable[float], shown: Callable[[float], str]) -> str:
    values = sorted(values)
    least, middle, most = shown(values[0]), shown(statistics.median(values)), shown(values[-1])
    return middle if least == most else f"{middle} ({least}-{most})"


def times(ratio: float) -> str:
    return f"{ratio:,.0f}×" if ratio >= 10 else f"{ratio:.1f}×"


# ---- fresh process to first response --------------------------------------------------------------------------


@dataclass
class Starts:
    wall: list[float] = field(default_factory=list)  # seconds
    cpu: list[float] = field(default_factory=list)


def fresh_starts(directory: Path, all_of_them: list[Contender], servers: int, latency: int,
                 repeat: int) -> dict[str, Starts]:
    account = TlsAccount(directory, servers, "--time-scale", "1", "--latency", f"{latency}ms")
    took = {each.name: Starts() for each in all_of_them}
    try:
        for _ in range(repeat):
            for each in all_of_them:
                account.forget()
                with each.function(account) as function:
                    invocation = function.invoke()
                    took[each.name].cpu.append(function.cpu())
                check_read(each, invocation.answer, servers)
                took[each.name].wall.append(invocation.seconds)
    finally:
        account.stop()
    return took


def fresh_table(directory: Path, all_of_them: list[Contender], repeat: int) -> Table:
    ours = [each.name for each in all_of_them if each.ours]
    made = Table(f"Lambda: fresh process to first response, {repeat} starts each, in turns",
                 ["", *ours, BOTO3, *(f"{BOTO3} / {name}" for name in ours)])
    for servers, latency in FRESH:
        took = fresh_starts(directory, all_of_them, servers, latency, repeat)
        for what, of in (("wall", lambda name: took[name].wall), ("CPU of the process", lambda name: took[name].cpu)):
            pairs = [[theirs / own for own, theirs in zip(of(name), of(BOTO3))] for name in ours]
            made.rows.append([f"{servers} instances, {latency} ms a call: {what}",
                              *(spread(of(name), seconds) for name in [*ours, BOTO3]),
                              *(spread(ratios, times) for ratios in pairs)])
    made.notes = ["A ratio is that of two starts one after the other: the median of all, the least and the most."]
    return made


# ---- memory ---------------------------------------------------------------------------------------------------


def memory_table(directory: Path, all_of_them: list[Contender], servers: int = 100) -> Table:
    made = Table(f"Lambda: peak memory at {servers} instances", ["", *(each.name for each in all_of_them)])
    peaks = []
    for each in all_of_them:
        account = TlsAccount(directory, servers, "--time-scale", "0")
        try:
            with each.function(account) as function:
                for _ in range(TICKS_FOR_MEMORY):
                    function.invoke()
                    account.advance(minutes=1)
                peaks.append(function.peak_memory() / 1024)
        finally:
            account.stop()
    made.rows = [[f"after {TICKS_FOR_MEMORY} invocations, one a minute", *(f"{peak:.1f} MiB" for peak in peaks)]]
    return made


# ---- what one remediation is billed ---------------------------------------------------------------------------


@dataclass
class Billed:
    invocations: int
    seconds: float
    first: float  # seconds of the first invocation, with the start of the process; without what slept
    took: timedelta  # of the account's time

    @property
    def gigabyte_seconds(self) -> float:
        return self.seconds * MEMORY / 1024


def account_with_leak(directory: Path, servers: int = SERVERS) -> TlsAccount:
    return TlsAccount(directory, servers, "--time-scale", "0", peak=PEAK * servers // SERVERS, more=LEAKY)


def billed_by_ticks(directory: Path, contender: Contender, share: CpuShare | None) -> Billed:
    """Every tick from the one that takes the server out to the one that finds it cured, a minute apart."""
    account = account_with_leak(directory)
    try:
        began, billed = account.now(), []
        with contender.function(account, share) as function:
            for ticks in range(1, TICKS_AT_MOST + 1):
                invocation = function.invoke()
                billed.append(invocation.billed / 1000)
                (fleet,) = invocation.answer["fleets"]
                if ticks == 1 and not fleet["open"]:
                    raise RuntimeError(f"the first tick took nobody out: {fleet}")
                if any(event["kind"] == "done" for event in fleet["events"]):
                    if not all_back(account):
                        raise RuntimeError("done, but not everybody is healthy")
                    return Billed(ticks, sum(billed), billed[0], account.now() - began)
                account.advance(minutes=1)
                time.sleep(PAUSE)
        raise RuntimeError(f"the remediation did not end within {TICKS_AT_MOST} ticks")
    finally:
        account.stop()


def billed_asleep(directory: Path, share: CpuShare | None) -> Billed:
    """One invocation that sleeps inside; what it sleeps passes on the account and is billed in full."""
    account = account_with_leak(directory)
    sleeping = Contender(BOTO3, [python(), str(HERE / "virtual_time.py"), account.url, "never", "-m", "awslambdaric",
                                 "seed_function.handler"])
    try:
        began = account.now()
        with sleeping.function(account, share, timeout=900) as function:
            invocation = function.invoke()
        if not invocation.answer["remediated"] or not all_back(account):
            raise RuntimeError(f"the function ended with {invocation.answer}")
        slept = account.now() - began
        awake = invocation.billed / 1000
        return Billed(1, slept.total_seconds() + awake, awake, slept)
    finally:
        account.stop()


def billed_table(directory: Path, contender: Contender, repeat: int) -> Table:
    made = Table(f"Lambda: what one whole remediation is billed, {repeat} of each, in turns",
                 ["", "Evenkeel", BOTO3, f"{BOTO3} / Evenkeel"])
    share = CpuShare()
    try:
        kinds = [("a whole core", None)]
        if share.group:
            kinds.append((f"{MEMORY / WHOLE_CORE_AT:.1%} of a core, what {MEMORY} MB give", share))
        else:
            made.notes.append("Not measured with a function's share of a core: control groups can't be written to.")

        def cells(sides: tuple, of: Callable[[Billed], float], digits: int) -> list[str]:
            return [spread((of(each) for each in side), lambda value: f"{value:,.{digits}f}") for side in sides]

        for title, held in kinds:
            rounds = [(billed_by_ticks(directory, contender, held), billed_asleep(directory, held))
                      for _ in range(repeat)]
            sides = tuple(zip(*rounds))
            ratio = spread((their.seconds / own.seconds for own, their in rounds), times)
            made.rows += [
                [f"invocations, {title}", *(str(side[0].invocations) for side in sides), ""],
                ["seconds billed", *cells(sides, lambda each: each.seconds, 2), ratio],
                ["of these the cold start; awake", *cells(sides, lambda each: each.first, 2), ""],
                [f"GB-s at {MEMORY} MB", *cells(sides, lambda each: each.gigabyte_seconds, 3), ""],
                ["minutes from start to done", *(f"{side[0].took.total_seconds() / 60:.0f}" for side in sides), ""],
            ]
    finally:
        share.close()
    made.notes.append(f"Evenkeel is {contender.name}; its first invocation is a cold start. It is done when the server "
                      "has soaked; the boto3 function as soon as it is in service.")
    return made


# ---- what CloudWatch is asked for -----------------------------------------------------------------------------


class Ticks:
    """A function that ticks without a pause; its process is replaced from time to time."""

    def __init__(self, account: TlsAccount, contender: Contender) -> None:
        self.account, self.contender = account, contender
        self.function: Function | None = None
        self.left = 0

    def __enter__(self) -> "Ticks":
        return self

    def __exit__(self, *_: object) -> None:
        if self.function:
            self.function.__exit__()

    def tick(self) -> tuple[dict, int]:
        """The fleet's part of the answer, and for how many metrics CloudWatch was asked."""
        if self.left == 0:
            self.__exit__()
            self.function, self.left = self.contender.function(self.account), RECYCLED_AFTER
        self.left -= 1
        before = self.account.metrics_requested()
        (fleet,) = self.function.invoke().answer["fleets"]
        asked = self.account.metrics_requested() - before
        self.account.advance(minutes=1)
        return fleet, asked


def asked_by_ticks(directory: Path, contender: Contender, servers: int, ticks: int,
                   policy: tuple[str, str]) -> list[int]:
    """How many metrics each tick asked for, in a fleet that is well."""
    account = TlsAccount(directory, servers, "--time-scale", "0", policy=policy)
    try:
        with Ticks(account, contender) as function:
            asked = [function.tick()[1] for _ in range(ticks)]
        if any(fact["kind"] == "deregister" for fact in account.facts()):
            raise RuntimeError("somebody was taken out of a healthy fleet")
        return asked
    finally:
        account.stop()


def while_one_is_out(directory: Path, contender: Contender, servers: int) -> tuple[list[int], list[int]]:
    """How many metrics the ticks asked for that found a member out: until its reboot, and from then on."""
    account = account_with_leak(directory, servers)
    asked: tuple[list[int], list[int]] = ([], [])
    rebooted = 0
    try:
        with Ticks(account, contender) as function:
            if not function.tick()[0]["open"]:
                raise RuntimeError("the first tick took nobody out")
            for _ in range(TICKS_AT_MOST):
                fleet, metrics = function.tick()
                if not fleet["open"]:
                    return asked
                rebooted |= any(action["effect"] == "reboot" for action in fleet["actions"])
                asked[rebooted].append(metrics)
        raise RuntimeError(f"the remediation did not end within {TICKS_AT_MOST} ticks")
    finally:
        account.stop()


def seed_asks(directory: Path, contender: Contender, servers: int) -> int:
    account = TlsAccount(directory, servers, "--time-scale", "0")
    try:
        before = account.metrics_requested()
        with contender.function(account) as function:
            check_read(contender, function.invoke().answer, servers)
        return account.metrics_requested() - before
    finally:
        account.stop()


def most_within(asked: list[int], minutes: int) -> int:
    """Of any so many ticks in a row."""
    return max(sum(asked[first:first + minutes]) for first in range(len(asked) - minutes + 1))


def metrics_table(directory: Path, ours: Contender, seed: Contender, servers: int = 100) -> Table:
    made = Table(f"Lambda: what CloudWatch is asked for, {servers} instances, a tick a minute",
                 ["", "metrics", "the most in one period", "in 30 days", "dollars for that"])

    def add(title: str, metrics: int, most: str, ticks: int = 0) -> None:
        month = metrics * MONTH // ticks if ticks else None
        made.rows.append([title, f"{metrics:,}", most, *([f"{month:,}", f"{month * PRICE:,.2f}"] if month is not None
                                                         else ["", ""])])

    for minutes, policy in ((1, AS_WRITTEN), (5, PERIOD_OF_FIVE)):
        asked = asked_by_ticks(directory, ours, servers, HEALTHY_TICKS, policy)
        add(f"Evenkeel, period: {minutes}m", sum(asked), str(most_within(asked, minutes)), HEALTHY_TICKS)
    add(BOTO3, seed_asks(directory, seed, servers) * HEALTHY_TICKS, str(servers), HEALTHY_TICKS)
    nobody = asked_by_ticks(directory, ours, servers, 60, (f"healthy: {servers // 2}", f"healthy: {servers}"))
    add("Evenkeel, no start: healthy: 100, 60 ticks", sum(nobody), str(max(nobody)), 60)
    drained, booted = while_one_is_out(directory, ours, servers)
    add(f"Evenkeel, one is out: until its reboot, {len(drained)} ticks", sum(drained), str(max(drained)))
    add(f"Evenkeel, one is out: from its reboot on, {len(booted)} ticks", sum(booted), str(max(booted)))
    made.notes = [f"Counted by the account over {HEALTHY_TICKS} ticks where nothing else is said. `period` is the "
                  "metric's own, 1m where the policy doesn't say; the boto3 function reads whenever it is started. "
                  "What is asked for after a reboot is that member's own metric, once a tick until it is back."]
    return made


# ---- the zip --------------------------------------------------------------------------------------------------


def linked(program: Path) -> str:
    headers = subprocess.run(["readelf", "-ldW", program], capture_output=True, text=True, check=True).stdout
    return "with a loader" if "INTERP" in headers or "(NEEDED)" in headers else "static, no loader"


def zip_table(directory: Path) -> Table:
    made = Table("Lambda: the zips", ["", "MB", "bootstrap, MB", "its link"])
    for path in sorted(ZIP.parent.glob("evenkeel-lambda-*.zip")):
        with zipfile.ZipFile(path) as packed:
            program = Path(packed.extract("bootstrap", directory / path.stem))
        sizes = [f"{each.stat().st_size / 1e6:.2f}" for each in (path, program)]
        made.rows.append([path.name, *sizes, linked(program)])
    return made


# ---- all of it ------------------------------------------------------------------------------------------------


def tools() -> list[str]:
    """What others made of this measurement, with its versions."""
    pinned = (ROOT / "tests" / "requirements-no-deps.txt").read_text()
    emulator = re.search(r"^aws-sam-cli==\S+", pinned, re.MULTILINE).group()
    client = re.search(r"^awslambdaric==\S+", (HERE / "requirements.txt").read_text(), re.MULTILINE).group()
    proxy = subprocess.run(["haproxy", "-v"], capture_output=True, text=True, check=True).stdout.split()[2]
    return [f"AWS's runtime interface emulator of {emulator}, {client}, haproxy {proxy}"]


def tables(directory: Path, repeat: int, remediations: int) -> Iterable[Table]:
    everybody = contenders(directory)
    shown = everybody[0]  # the zip's, where there is one
    yield fresh_table(directory, everybody, repeat)
    yield memory_table(directory, everybody)
    yield billed_table(directory, shown, remediations)
    yield metrics_table(directory, shown, everybody[-1])
    if ZIP.is_file():
        yield zip_table(directory)
