"""Libraries, program and zip for one machine or for both at the same time, saying what is done and how long it took."""

import hashlib
import os
import re
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import MACHINES, ROOT, Failure, bootstrap, pins, sources, verified
from .commands import run

SILENCE = 60  # seconds after which a step that still runs says so


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def _progress(log: Path | None) -> str:
    """The last "[12/140]" of ninja's output, where there is one."""
    found = re.findall(r"^\[\d+/\d+\]", log.read_text(errors="replace"), re.MULTILINE) if log and log.is_file() else []
    return f" {found[-1]}" if found else ""


def timed(what: str, step: Callable[[], str | None], log: Path | None = None) -> None:
    """Carries out a step; its result is said with it, and how far it is from time to time."""
    started, done = time.monotonic(), threading.Event()

    def remind() -> None:
        while not done.wait(SILENCE):
            _say(f"{what}:{_progress(log)} after {time.monotonic() - started:.0f} s")

    threading.Thread(target=remind, daemon=True).start()
    try:
        result = step()
    finally:
        done.set()
    _say(f"{what}: {result or 'done'} in {time.monotonic() - started:.0f} s")


def _one(machine: str, work: Path, folder: Path, jobs: int) -> None:
    log = work / machine / "build.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    timed(f"{machine}: libraries",
          lambda: "built" if bootstrap.libraries(machine, work, jobs, log) else "kept from before")

    def program() -> str:
        return f"{bootstrap.program(machine, work, jobs, log).stat().st_size:,} bytes"

    def zipped() -> str:
        path = bootstrap.lambda_zip(machine, work, folder)
        return f"{path.name}, {path.stat().st_size:,} bytes"

    timed(f"{machine}: static program", program, log)
    timed(f"{machine}: zip", zipped)


def static(machines: list[str], work: Path, folder: Path) -> None:
    """The zips for these machines into `folder`. The compilers share the cores."""
    verified.begin(work)
    timed("Debian's packages", lambda: "; ".join(["fetched", *(f"note: {line}" for line in sources.fetch(work))]))
    jobs = max(1, (os.cpu_count() or 1) // len(machines))
    with ThreadPoolExecutor(len(machines)) as pool:
        for future in [pool.submit(_one, machine, work, folder, jobs) for machine in machines]:
            future.result()


def _not_source(folder: str, names: list[str]) -> list[str]:
    """What a copy of the tree does without."""
    top = Path(folder) == ROOT
    return [name for name in names if name == "__pycache__"
            or top and (name.startswith(("build", ".venv", ".witness")) or name in ("dist", ".git"))]


def _linked(source: str, target: str) -> None:
    """A second name, or a copy where none can be given: on another disk, and between two mounts of one disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def again(machines: list[str], work: Path, folder: Path) -> None:
    """Builds libraries and programs once more, elsewhere and without a cache; the zips must be the same to the byte.

    What was downloaded is taken along: it is verified again, and the mirror may have changed in between."""
    with tempfile.TemporaryDirectory(prefix="another-place-") as place:
        tree = Path(place) / "with" / "a-longer-path" / "evenkeel"
        shutil.copytree(ROOT, tree, ignore=_not_source)
        shutil.copytree(work / "downloads", tree / "build-package" / "downloads", copy_function=_linked)
        (tree / "packaging" / pins.PINS.name).write_text("\n".join(used.line() for used in sources.used(work)) + "\n")
        run(sys.executable, "-m", "scripts.package", "static", *machines, at=tree,
            variables={"CCACHE_DISABLE": "1", "SOURCE_DATE_EPOCH": str(bootstrap.when())})
        for machine in machines:
            name = f"evenkeel-lambda-{MACHINES[machine]}.zip"
            one, other = (hashlib.sha256((path / name).read_bytes()).hexdigest() for path in (folder, tree / "dist"))
            if one != other:
                shutil.copy(tree / "dist" / name, folder / f"again-{name}")
                raise Failure(f"built twice, {name} differs; the other one is {folder}/again-{name}")
            _say(f"{name}: built again in another place, the same to the byte ({one})")
