#!/usr/bin/env python3
"""Evenkeel beside the same job as a boto3 script (seed.py), on the simulated account, in one run.

usage: bench.py [--instances 10,100,1000] [--repeat 5] [--write docs/benchmarks.md]

Run it with .venv/bin/python, which has boto3. The account listens on loopback; no packet leaves this machine.
--write puts the tables between the markers of that file.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import read_phase, remediation
from bench.tables import Table, markdown, plain
from tests.simulator import PROGRAM, ROOT

BEGIN, END = "<!-- bench begin -->", "<!-- bench end -->"


def output_of(*command: str | Path) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine() -> list[str]:
    names = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    python = output_of(sys.executable, "-c", "import boto3, botocore, platform\n"
                       "print(platform.python_version(), boto3.__version__, botocore.__version__)").split()
    commit = output_of("git", "-C", ROOT, "describe", "--always", "--dirty")
    load = os.getloadavg()[0]
    return [
        f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC, evenkeel at commit {commit}",
        f"{os.cpu_count()} × {names[0] if names else platform.machine()}, {memory:.0f} GiB, {system}, "
        f"Linux {platform.release()}; load {load:.1f} at the start",
        f"Python {python[0]}, boto3 {python[1]}, botocore {python[2]}",
    ]


def write_into(path: Path, text: str) -> None:
    whole = path.read_text(encoding="utf-8")
    before, _, rest = whole.partition(BEGIN)
    _, marker, after = rest.partition(END)
    if not marker:
        sys.exit(f"{path} lacks the lines {BEGIN} and {END} between which the tables go; put them there")
    path.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", default="10,100,1000")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    about = machine()
    tables: list[Table] = []
    print("\n".join(about), flush=True)

    def show(table: Table) -> None:
        tables.append(table)
        print("\n" + plain(table), flush=True)

    with tempfile.TemporaryDirectory() as directory:
        for count in (int(number) for number in arguments.instances.split(",")):
            for latency in (0, 25):
                show(read_phase.table(Path(directory), count, latency, arguments.repeat))
        for table in remediation.tables(Path(directory)):
            show(table)
    decision = output_of(PROGRAM.parent / "decide_bench") if (PROGRAM.parent / "decide_bench").is_file() else ""
    print("\n" + (decision or "decide_bench is not built: cmake -DEVENKEEL_BENCH=ON"))
    if arguments.write:
        command = f"`./dev bench`, that is `bench/bench.py --instances {arguments.instances} " \
                  f"--repeat {arguments.repeat}`"
        lines = [command, *about]
        write_into(arguments.write, "\n" + "\n".join(f"- {line}" for line in lines) + "\n\n"
                   + "\n".join(markdown(table) for table in tables)
                   + (f"\n### One decision\n\n```\n{decision}\n```\n" if decision else "") + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
