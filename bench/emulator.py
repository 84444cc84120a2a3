"""A Lambda function's process under AWS's runtime interface emulator, on loopback."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_ports, wait_for_listener

MEMORY = 128  # MB, what deploy/ gives the function
WHOLE_CORE_AT = 1769  # MB at which Lambda gives a whole core; less has its share (Lambda's documentation)
PATH = "/2015-03-31/functions/function/invocations"
WITHIN = 120  # seconds, for whatever is waited for


def emulator() -> Path:
    """The emulator that AWS packs into aws-sam-cli; tests/requirements-no-deps.txt has its version."""
    packed = Path(sysconfig.get_path("purelib"), "samcli/local/rapid/aws-lambda-rie-x86_64")
    return Path(os.environ.get("EVENKEEL_RIE", packed))


class CpuShare:
    """A control group that holds its processes to what Lambda gives a function of `MEMORY`. Needs root, and control
    groups of version 1 or 2 that can be written to."""

    def __init__(self) -> None:
        period = 20_000  # microseconds
        quota = period * MEMORY // WHOLE_CORE_AT
        self.group = None
        for root, limits in ((Path("/sys/fs/cgroup/cpu"), {"cpu.cfs_period_us": period, "cpu.cfs_quota_us": quota}),
                             (Path("/sys/fs/cgroup"), {"cpu.max": f"{quota} {period}"})):
            group = root / f"evenkeel-bench-{os.getpid()}"
            try:
                group.mkdir()
                self.group = group
                for name, value in limits.items():
                    (group / name).write_text(str(value))
                return
            except OSError:
                self.close()

    def close(self) -> None:
        if self.group:
            self.group.rmdir()
            self.group = None

    def held(self, command: list[str]) -> list[str]:
        """The command, in the group."""
        assert self.group
        return ["/bin/sh", "-c", 'echo $$ >"$0" && exec "$@"', str(self.group / "cgroup.procs"), *command]


@dataclass
class Invocation:
    seconds: float  # from the request to the whole answer
    answer: dict
    billed: int  # milliseconds, as the emulator reports them; the first invocation's have the start of the process


class Function:
    """The emulator starts the command at the first invocation, as Lambda's cold start does."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path, timeout: int = 60) -> None:
        self.log = log
        own, runtime = free_ports(2)
        self.port = own
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [emulator(), "--log-level", "error", "--runtime-interface-emulator-address", f"127.0.0.1:{own}",
                 "--runtime-api-address", f"127.0.0.1:{runtime}", *command],
                env={**environment, "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout),
                     "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(MEMORY)},
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        self._read, self._rest, self._found = log.open(errors="replace"), "", []
        wait_for_listener(own, self.process, WITHIN)

    def __enter__(self) -> "Function":
        return self

    def __exit__(self, *_: object) -> None:
        for pid in [*self._children(), self.process.pid]:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self._read.close()

    def invoke(self, event: dict | None = None, within: int = WITHIN) -> Invocation:
        reported = len(self._billed())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=within)
        body = json.dumps(event or {})
        began = time.perf_counter()
        connection.request("POST", PATH, body, {"Content-Type": "application/json"})
        text = connection.getresponse().read().decode()
        seconds = time.perf_counter() - began
        connection.close()
        if not text.startswith("{") or "errorMessage" in text[:100]:
            raise RuntimeError(f"the function failed: {text}\n{self.log.read_text()}")
        answer = json.loads(text)
        ends = time.monotonic() + 5
        while len(self._billed()) == reported and time.monotonic() < ends:
            time.sleep(0.002)
        return Invocation(seconds, answer, self._billed()[reported])

    def cpu(self) -> float:
        """Seconds of CPU that the function's process took so far; threads that have ended are not counted."""
        (pid,) = self._children()
        return sum(int(one.read_text().split()[0]) for one in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9

    def peak_memory(self) -> int:
        """KiB that the function's process had in memory at most so far."""
        (pid,) = self._children()
        status = Path(f"/proc/{pid}/status").read_text()
        return int(re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE).group(1))

    def _children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for task in tasks for pid in task.read_text().split()]

    def _billed(self) -> list[int]:
        *whole, self._rest = (self._rest + self._read.read()).split("\n")
        self._found += [int(match.group(1)) for line in whole
                        if (match := re.match(r"REPORT .*Billed Duration: (\d+) ms", line))]
        return self._found


def missing() -> list[str]:
    """What the measurements need and this machine lacks."""
    lacks = []
    if not os.access(emulator(), os.X_OK):
        lacks.append(f"AWS's runtime interface emulator at {emulator()} (of the package aws-sam-cli; or EVENKEEL_RIE)")
    lacks += [f"{name} (apt-get install {name})" for name in ("haproxy", "openssl") if not shutil.which(name)]
    python = os.environ.get("EVENKEEL_BENCH_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import awslambdaric, boto3"], capture_output=True).returncode != 0:
        lacks.append(f"awslambdaric and boto3 in {python} (pip install -r bench/requirements.txt)")
    return lacks
