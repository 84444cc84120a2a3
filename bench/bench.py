#!/usr/bin/env python3
"""Evenkeel beside the same job in boto3, on the simulated account, in one run: as a script (seed.py), and as a Lambda
function (seed_function.py) under AWS's runtime interface emulator.

usage: bench.py [--part script,lambda] [--instances 10,100,1000] [--repeat 5] [--starts 30] [--write docs/benchmarks.md]

Run it with .venv/bin/python, which has boto3. The account listens on loopback; no packet leaves this machine.
--write puts each part's tables between that part's markers in that file.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import lambda_bench, read_phase, remediation
from bench.emulator import missing
from bench.tables import Table, markdown, plain
from tests.simulator import PROGRAM, ROOT

PARTS = ["script", "lambda"]


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


def write_into(path: Path, part: str, text: str) -> None:
    begin, end = f"<!-- {part} begin -->", f"<!-- {part} end -->"
    whole = path.read_text(encoding="utf-8")
    before, _, rest = whole.partition(begin)
    _, marker, after = rest.partition(end)
    if not marker:
        sys.exit(f"{path} lacks the lines {begin} and {end} between which the tables go; put them there")
    path.write_text(f"{before}{begin}\n{text}{end}{after}", encoding="utf-8")


def page(command: str, about: list[str], tables: list[Table], more: str = "") -> str:
    """A part of the document."""
    return ("\n" + "\n".join(f"- {line}" for line in [command, *about]) + "\n\n"
            + "\n".join(markdown(table) for table in tables) + more + "\n")


def show(tables: Iterable[Table]) -> list[Table]:
    """Prints each as soon as it is there."""
    shown = []
    for table in tables:
        shown.append(table)
        print("\n" + plain(table), flush=True)
    return shown


def script_part(arguments: argparse.Namespace, directory: Path) -> str:
    about = machine()
    counts = [int(number) for number in arguments.instances.split(",")]
    tables = show(read_phase.table(directory, count, latency, arguments.repeat)
                  for count in counts for latency in (0, 25))
    tables += show(remediation.tables(directory))
    decision = output_of(PROGRAM.parent / "decide_bench") if (PROGRAM.parent / "decide_bench").is_file() else ""
    print("\n" + (decision or "decide_bench is not built: cmake -DEVENKEEL_BENCH=ON"))
    command = f"`./dev bench`, that is `bench/bench.py --instances {arguments.instances} --repeat {arguments.repeat}`"
    return page(command, about, tables, f"\n### One decision\n\n```\n{decision}\n```\n" if decision else "")


def lambda_part(arguments: argparse.Namespace, directory: Path) -> str:
    about = machine()
    tables = show(lambda_bench.tables(directory, arguments.starts, arguments.remediations))
    command = f"`./dev bench --part lambda --starts {arguments.starts} --remediations {arguments.remediations}`"
    return page(command, [*about, *lambda_bench.tools()], tables)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", default=",".join(PARTS))
    parser.add_argument("--instances", default="10,100,1000")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--starts", type=int, default=30, help="fresh processes of each function")
    parser.add_argument("--remediations", type=int, default=3, help="whole remediations of each function")
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    parts = arguments.part.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"--part: there is no {', '.join(sorted(unknown))}; there is {', '.join(PARTS)}")
    print("\n".join(machine()), flush=True)
    lacks = missing() if "lambda" in parts else []
    with tempfile.TemporaryDirectory() as directory:
        for part in parts:
            if part == "lambda" and lacks:
                print("\nThe Lambda function is not measured: this machine lacks " + "; ".join(lacks))
                continue
            text = (script_part if part == "script" else lambda_part)(arguments, Path(directory))
            if arguments.write:
                write_into(arguments.write, part, text)
    return 1 if lacks else 0


if __name__ == "__main__":
    sys.exit(main())
