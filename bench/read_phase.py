"""One fresh process that reads the whole fleet and starts nothing: calls, bytes, wall, CPU, peak memory."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.account import Account, python
from bench.tables import Table


@dataclass
class Runs:
    """What one contender took, repetition by repetition."""
    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, **values: float) -> None:
        for name, value in values.items():
            self.values.setdefault(name, []).append(value)

    def median(self, name: str) -> float:
        return statistics.median(self.values[name])

    def text(self, name: str, shown: Callable[[float], str]) -> str:
        least, most = (shown(edge(self.values[name])) for edge in (min, max))
        middle = shown(self.median(name))
        return middle if least == most else f"{middle} ({least}-{most})"


def seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 10 else f"{value:.2f} s" if value >= 1 else f"{1000 * value:.0f} ms"


def mebibytes(value: float) -> str:
    return f"{value / 1024:.0f} MiB"


def kilobytes(value: float) -> str:
    return f"{value / 1000:,.0f} kB"


ROWS: list[tuple[str, str, Callable[[float], str]]] = [
    ("calls", "calls", lambda value: f"{value:,.0f}"),
    ("bytes of bodies", "bytes", kilobytes),
    ("wall", "wall", seconds),
    ("CPU", "cpu", seconds),
    ("peak memory", "memory", mebibytes),
]


def contest(directory: Path, servers: int, latency: int, repeat: int) -> dict[str, Runs]:
    account = Account(directory, servers, "--time-scale", "1", "--latency", f"{latency}ms")
    contenders = {
        "Evenkeel": account.evenkeel(),
        "boto3 script": [python(), *account.seed()],
        "tuned script": [python(), *account.seed("--tuned")],
    }
    runs = {name: Runs() for name in contenders}
    try:
        for _ in range(repeat):
            for name, command in contenders.items():
                account.forget()
                before = account.calls()
                took = account.measure(command)
                after = account.calls()
                if took.code != 0:
                    raise RuntimeError(f"{name} ended with exit code {took.code}: {command}")
                runs[name].add(wall=took.wall, cpu=took.cpu, memory=took.memory,
                               **{key: after[key] - before[key] for key in after})
        if any(fact["kind"] == "deregister" for fact in account.facts()):
            raise RuntimeError("somebody was taken out: this was to measure reading alone")
    finally:
        account.stop()
    return runs


def table(directory: Path, servers: int, latency: int, repeat: int) -> Table:
    runs = contest(directory, servers, latency, repeat)
    first, *others = runs
    made = Table(f"Reading {servers:,} instances, {latency} ms a call",
                 ["", *runs, *(f"{other} / {first}" for other in others)])
    for title, name, shown in ROWS:
        ratios = [runs[other].median(name) / runs[first].median(name) for other in others]
        made.rows.append([title, *(each.text(name, shown) for each in runs.values()),
                          *(f"{ratio:.0f}×" if ratio >= 10 else f"{ratio:.1f}×" for ratio in ratios)])
    return made
