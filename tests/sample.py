"""What is slow is sampled: other cases with every commit, the same ones for the same seed, all of them on request.

EVENKEEL_SEED chooses the sample; without it the commit does. `./dev test --all` sets EVENKEEL_ALL=1: nothing is left out.
"""

import functools
import os
import random
import subprocess
import sys
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from tests.simulator import ROOT

Item = TypeVar("Item")
UNKNOWN = "0"  # the seed where there is no commit: an unpacked archive


@functools.cache
def commit() -> str:
    """The commit that is checked out; UNKNOWN where there is no git."""
    try:
        told = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True)
    except OSError:
        return UNKNOWN
    return told.stdout.strip() if told.returncode == 0 else UNKNOWN


def seed() -> str:
    """As short as it is printed, so that what is printed repeats the sample."""
    text = (os.environ.get("EVENKEEL_SEED") or commit())[:12]
    return text.encode("ascii", "backslashreplace").decode()


def everything() -> bool:
    return os.environ.get("EVENKEEL_ALL") == "1"


def chance(what: str) -> random.Random:
    """The seed's own numbers for one purpose."""
    return random.Random(f"{seed()}/{what}")


def sampled(what: str, items: Sequence[Item], size: int,
            labels: Callable[[Item], Iterable[Hashable]] = lambda _: ()) -> list[Item]:
    """`size` of the items in their order, or as many more as it takes for every label to be there."""
    if everything() or size >= len(items):
        return list(items)
    order = list(range(len(items)))
    chance(what).shuffle(order)
    seen: set[Hashable] = set()
    needed, others = [], []
    for index in order:
        new = set(labels(items[index])) - seen
        seen |= new
        (needed if new else others).append(index)
    return [items[index] for index in sorted(needed + others[:max(0, size - len(needed))])]


def tell(what: str, tried: int, total: int, wrong: int | None = None) -> None:
    """How large a sample was, and what came of it where the test counts that: into the log, and where ./dev test looks
    for it."""
    chosen = f", seed {seed()}" if tried < total else ""
    line = f"{what}: {tried} of {total}{chosen}" + ("" if wrong is None else f"; wrong: {wrong}")
    print(f"\n{line}", file=sys.stderr, flush=True)
    if folder := os.environ.get("EVENKEEL_RESULTS"):
        with (Path(folder) / "samples").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
