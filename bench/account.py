"""The simulated account for a measurement, and programs run against it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from tests.simulator import PROGRAM, Simulator

HERE = Path(__file__).resolve().parent
WARM_UP = timedelta(minutes=20)  # so that every server is healthy and has samples
GROUPS = ["tg1", "tg1-80"]
LIMIT = 65

# The script measures with this machine's clock, so the account's time is the machine's once it is warm. Nothing is
# throttled: with AWS's own 25 ListMetrics a second the script would need 40 seconds for 1,000 instances, whatever
# else is measured.
SCENARIO = """\
start {start}
duration 24h
fleet web servers={servers} groups=tg1:443,tg1-80:80 capacity=120 peak={peak} memory=30..45 deregistration_delay=300s
set throttling false
{more}
promise healthy={healthy}
policy:
  fleets:
    - name: web
      target_groups: [tg1, tg1-80]
      reboot_when:
        metric: Memory % Committed Bytes In Use
        above: {limit}
        over: 5m
      keep:
        healthy: {healthy}
----
"""


@dataclass
class Measured:
    code: int
    wall: float  # seconds
    cpu: float  # seconds
    memory: int  # KiB, the peak


class Account(Simulator):
    """A Simulator with a fleet of `servers` in two target groups, warm, and the commands to run against it."""

    def __init__(self, directory: Path, servers: int, *options: str, peak: int = 0, more: str = "") -> None:
        self.directory = directory
        self.healthy = servers // 2
        self.policy = directory / "evenkeel.yaml"
        self.state = directory / "state.db"
        scenario = directory / "scenario.txt"
        start = datetime.now(timezone.utc) - WARM_UP
        scenario.write_text(SCENARIO.format(start=f"{start:%Y-%m-%dT%H:%M:%SZ}", servers=servers, peak=peak, more=more,
                                            healthy=self.healthy, limit=LIMIT), encoding="utf-8")
        super().__init__(scenario, "--write-policy", str(self.policy), *options)
        self.forget()
        self.advance(minutes=WARM_UP // timedelta(minutes=1))

    def forget(self) -> None:
        """Removes what Evenkeel remembers."""
        for file in self.directory.glob("state.db*"):
            file.unlink()

    def evenkeel(self) -> list[str]:
        return [str(PROGRAM), "run", "--policy", str(self.policy), "--state", str(self.state)]

    def seed(self, *options: str) -> list[str]:
        return [str(HERE / "seed.py"), *GROUPS, "--healthy", str(self.healthy), "--above", str(LIMIT), *options]

    def facts(self) -> list[dict]:
        return self._ask("/_simulated/facts", "GET")

    def now(self) -> datetime:
        return datetime.fromisoformat(self.summary()["now"])

    def measure(self, command: list[str]) -> Measured:
        result = self.directory / "measured"
        done = subprocess.run([sys.executable, "-I", "-S", HERE / "measured.py", result, *command],
                              env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=3600)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        code, wall, cpu, memory = result.read_text().split()
        return Measured(int(code), float(wall), float(cpu), int(memory))

    def calls(self) -> dict[str, int]:
        """Calls and bytes so far: "calls", "bytes"."""
        counts = self.summary()["calls"]
        calls = sum(count for name, count in counts.items()
                    if not name.startswith("bytes:") and name != "cloudwatch:metrics")
        return {"calls": calls, "bytes": counts.get("bytes:in", 0) + counts.get("bytes:out", 0)}


def python() -> str:
    """The Python that has boto3."""
    return os.environ.get("EVENKEEL_BENCH_PYTHON", sys.executable)
