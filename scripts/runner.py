"""Runs jobs side by side on the machine's cores and sums their tests up. What the jobs are, suites.py says.

Every job gets a log and a folder for its results. The results are JUnit files, which GoogleTest, pytest and
tests/run.py all write, so that one function counts them all.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

WAITING, RUNNING, PASSED, FAILED, NOT_RUN = "waiting", "running", "passed", "FAILED", "NOT RUN"
ENDED = (PASSED, FAILED, NOT_RUN)
TOTAL = "all, by the clock"  # from the start to the end, building included
HEARTBEAT = 60.0  # seconds between two lines about what runs, where there is no terminal
SAMPLES = "samples"  # the file in a job's folder to which tests/sample.py writes


@dataclass(frozen=True)
class Job:
    """One command. `after`: jobs that must have passed; when one of them has not, this one is not run. `behind`: jobs
    that must have ended, well or not."""

    name: str
    command: tuple[str, ...]
    suite: str = ""  # the row of the table that it belongs to; empty: it only prepares
    after: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    cores: int = 1  # that it keeps busy; 0: it mostly waits, for the network or for a clock
    tool: bool = False  # it installs something: a failure leaves suites unrun, and fails nothing outside of CI
    programs: tuple[str, ...] = ()  # GoogleTest programs: each must leave its results behind, or it ended half-way
    seconds: float = 1800.0  # after which it hangs, and has failed
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: Counter = field(default_factory=Counter)  # why tests were skipped
    failures: list[str] = field(default_factory=list)  # the names of failed tests, or what failed instead of one

    def add(self, other: "Counts") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.reasons.update(other.reasons)
        self.failures += other.failures

    def fail(self, what: str) -> None:
        self.failed += 1
        self.failures.append(what)


def counted(folder: Path) -> Counts:
    """What the JUnit files in a folder say. A file that can't be read is a failed test."""
    counts = Counts()
    for file in sorted(folder.glob("*.xml")):
        try:
            cases = list(ET.parse(file).iter("testcase"))
        except ET.ParseError:
            counts.fail(f"{file.name} can't be read")
            continue
        for case in cases:
            if case.get("status") == "notrun":  # its name begins with DISABLED_
                counts.skipped += 1
                counts.reasons[f"{case.get('name')} is disabled"] += 1
            elif case.find("failure") is not None or case.find("error") is not None:
                counts.fail(f"{case.get('classname', '')}.{case.get('name', '')}".strip("."))
            elif (skipped := case.find("skipped")) is not None or case.get("result") == "skipped":
                counts.skipped += 1
                why = (skipped.get("message") or "").strip() if skipped is not None else ""
                counts.reasons[why.splitlines()[-1] if why else "no reason given"] += 1
            else:
                counts.passed += 1
    return counts


@dataclass
class Run:
    """A job and what became of it."""

    job: Job
    folder: Path
    state: str = WAITING
    why: str = ""  # it was not run
    seconds: float = 0.0
    counts: Counts = field(default_factory=Counts)
    process: subprocess.Popen | None = None
    began: float = 0.0

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def start(self, directory: Path, environment: Mapping[str, str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in (*self.folder.glob("*.xml"), self.folder / SAMPLES):
            old.unlink(missing_ok=True)
        # A filter of GoogleTest's in the caller's environment would leave tests out unseen.
        own = {name: value for name, value in environment.items() if not name.startswith("GTEST_")}
        variables = {**own, **self.job.environment, "EVENKEEL_RESULTS": str(self.folder),
                     "GTEST_OUTPUT": f"xml:{self.folder}/"}
        self.began, self.state = time.monotonic(), RUNNING
        with self.log.open("wb") as log:
            try:
                self.process = subprocess.Popen(
                    [word.replace("{results}", str(self.folder)) for word in self.job.command], cwd=directory,
                    env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                    start_new_session=True)
            except OSError as error:
                log.write(f"{self.job.command[0]}: {error.strerror}\n".encode())
                self.state = FAILED

    def end(self) -> None:
        """Judges it, once its process has ended. A program or a module that leaves no results behind has failed."""
        self.seconds = time.monotonic() - self.began
        code = self.process.returncode if self.process else 1
        if self.job.suite:
            self.counts = counted(self.folder)
            for program in self.job.programs:
                if not (self.folder / f"{program}.xml").is_file():
                    self.counts.fail(f"{program} ended before its tests did")
            if not self.counts.failed and code != 0:
                self.counts.fail(f"{self.job.name} ended with {code}")
            if not self.job.programs and not self.counts.passed + self.counts.failed + self.counts.skipped:
                self.counts.fail(f"{self.job.name} has no test")
        self.state = FAILED if code != 0 or self.counts.failed else PASSED

    def stop(self) -> None:
        """Ends it with everything that it has started: what is still there after some seconds is killed."""
        if not self.process or self.state != RUNNING:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def progress(self) -> str:
        """Its name, with the last "[12/140]" of a build."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 400))
            steps = re.findall(rb"\[(\d+/\d+)\]", log.read())
        return f"{self.job.name} {steps[-1].decode()}" if steps else self.job.name


def why_tools_failed(text: str) -> str:
    if "Retrying (" in text or "Temporary failure in name resolution" in text:
        return "the network can't be reached"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it said nothing"])[-1]


class Runner:
    """Runs all jobs, in their order as far as cores and needs allow."""

    def __init__(self, jobs: list[Job], cores: int, directory: Path, results: Path,
                 environment: Mapping[str, str] | None = None) -> None:
        self.runs = {job.name: Run(job, results / re.sub(r"\W+", "-", job.name)) for job in jobs}
        assert len(self.runs) == len(jobs), "two jobs have one name"
        # One more than there are: most suites wait now and then for a process or a clock.
        self._room = cores + 1
        self._directory = directory
        self._environment = {"PYTHONUNBUFFERED": "1", **(os.environ if environment is None else environment)}
        self._terminal = sys.stderr.isatty()
        self._began = self._said = time.monotonic()

    def run(self) -> None:
        try:
            while self._step():
                time.sleep(0.05)
        finally:
            # A second Ctrl-C or a closed terminal must not leave half of them running.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            self._clear()
            for run in self.runs.values():
                run.stop()

    def _step(self) -> bool:
        """Whether there is more to do."""
        for run in self.runs.values():
            if run.state != RUNNING:
                continue
            if run.process is not None and time.monotonic() - run.began > run.job.seconds:
                run.stop()
                with run.log.open("a", encoding="utf-8") as log:
                    log.write(f"\nended from outside: it ran for more than {run.job.seconds:.0f} s\n")
            if run.process is None or run.process.poll() is not None:
                run.end()
                self._tell(run)
        changed = True
        while changed:
            changed = False
            for run in self.runs.values():
                if run.state == WAITING and self._may_start(run):
                    changed = True
        self._show()
        return any(run.state not in ENDED for run in self.runs.values())

    def _may_start(self, run: Run) -> bool:
        """Starts it if it can; whether its state is another now."""
        for need in (self.runs[name] for name in run.job.after):
            if need.state in (FAILED, NOT_RUN):
                run.state = NOT_RUN
                run.why = need.why or (f"{need.job.name}: {why_tools_failed(need.text())}" if need.job.tool
                                       else f"{need.job.name} failed")
                self._tell(run)
                return True
        if any(self.runs[name].state not in ENDED for name in (*run.job.after, *run.job.behind)):
            return False
        busy = sum(other.job.cores for other in self.runs.values() if other.state == RUNNING)
        if busy and run.job.cores and busy + run.job.cores > self._room:
            return False
        run.start(self._directory, self._environment)
        if run.state == FAILED:
            run.end()
            self._tell(run)
        return True

    # ---- what people see while it runs ------------------------------------------------------------------------

    def _line(self, text: str) -> None:
        self._clear()
        print(text, file=sys.stderr, flush=True)
        self._said = time.monotonic()

    def _tell(self, run: Run) -> None:
        after = f"after {time.monotonic() - self._began:.0f} s"
        if run.state == NOT_RUN:
            return self._line(f"{run.job.name}: NOT RUN ({run.why})")
        if run.state == FAILED:
            self._line(f"---- {run.job.name} failed {after}; its whole log ({run.log}):")
            self._line(run.text().rstrip("\n"))
            return self._line(f"---- end of the log of {run.job.name}")
        skipped = f", {run.counts.skipped} skipped" if run.counts.skipped else ""
        tests = f"{run.counts.passed} passed{skipped}" if run.job.suite else "done"
        if run.job.suite or run.seconds >= 2:
            self._line(f"{run.job.name}: {tests} in {run.seconds:.0f} s ({after})")

    def _show(self) -> None:
        now = time.monotonic()
        if now - self._said < (0.5 if self._terminal else HEARTBEAT):
            return
        self._said = now
        names = ", ".join(run.progress() for run in self.runs.values() if run.state == RUNNING)
        waiting = sum(run.state == WAITING for run in self.runs.values())
        text = f"{now - self._began:.0f} s: {names}" + (f"; {waiting} more wait" if waiting else "")
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\x1b[K{text[:width]}", end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


# ---- the summary ----------------------------------------------------------------------------------------------


@dataclass
class Row:
    suite: str
    counts: Counts
    seconds: float
    state: str
    why: str = ""


def rows(runs: list[Run]) -> list[Row]:
    """A row for each suite, in the order of their first jobs."""
    table: dict[str, Row] = {}
    for run in (run for run in runs if run.job.suite):
        row = table.setdefault(run.job.suite, Row(run.job.suite, Counts(), 0.0, PASSED))
        row.counts.add(run.counts)
        row.seconds += run.seconds
        if run.state == NOT_RUN:
            row.why = run.why
        if run.state == FAILED or (run.state == NOT_RUN and row.state == PASSED):
            row.state = run.state
    for row in table.values():
        if row.state == PASSED and not row.counts.passed:
            if not row.counts.skipped:
                row.counts.fail(f"{row.suite} has no test")
            row.state = "all skipped" if row.counts.skipped else FAILED
    return list(table.values())


def table(shown: list[Row], total: Counts, seconds: float) -> list[str]:
    """A suite's seconds are those of all its processes, of which several may have run at a time."""
    width = max(len(TOTAL), *(len(row.suite) for row in shown), 0)
    lines = [f"{'suite':{width}}  {'tests':>6}  {'skipped':>7}  {'seconds':>7}  state"]
    for row in shown:
        tests = row.counts.passed + row.counts.failed
        figures = (f"{tests:6}  {row.counts.skipped:7}  {row.seconds:7.0f}" if row.state != NOT_RUN or tests
                   else f"{'-':>6}  {'-':>7}  {'-':>7}")
        state = f"{row.state} ({row.counts.failed})" if row.state == FAILED else row.state
        lines.append(f"{row.suite:{width}}  {figures}  {state}")
    tests = total.passed + total.failed
    lines.append(f"{TOTAL:{width}}  {tests:6}  {total.skipped:7}  {seconds:7.0f}")
    return lines


def samples(runs: list[Run]) -> list[str]:
    files = [run.folder / SAMPLES for run in runs if run.state in (PASSED, FAILED)]
    return [line for file in files if file.exists() for line in file.read_text(encoding="utf-8").splitlines()]


def summary(runs: list[Run], seconds: float, in_ci: bool) -> tuple[list[str], int]:
    """What is said at the end, and the exit code. The last line is the one that is counted from."""
    shown, lines, total = rows(runs), [], Counts()
    lines += samples(runs)
    broken = [run for run in runs if not run.job.suite and not run.job.tool and run.state == FAILED]
    for row in shown:
        total.add(row.counts)
        if row.state == NOT_RUN and in_ci:
            total.failed += 1
    # What could not be built or prepared counts as one failure, so that the last line never looks green.
    total.failed += len(broken)
    lines += [f"skipped {count}: {why}" for why, count in sorted(total.reasons.items())]
    lines += ([""] if lines else []) + table(shown, total, seconds)
    lines += [f"{run.job.name} FAILED" for run in broken]
    lines += [f"{row.suite} NOT RUN{' in part' if row.state == FAILED else ''}: {row.why}"
              f"{' (a failure under CI=true)' if in_ci else ''}" for row in shown if row.why]
    for run in (run for run in runs if run.counts.failures):
        lines += [f"FAILED {name}" for name in run.counts.failures]
        lines.append(f"  its log: {os.path.relpath(run.log)}")
    lines.append(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return lines, 1 if total.failed else 0
