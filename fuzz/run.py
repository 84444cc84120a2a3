#!/usr/bin/env python3
"""Fuzzes one target under the address and undefined-behaviour sanitizers.

usage: fuzz/run.py TARGET [RUNS]      builds build-fuzz/ with clang 19 and runs it RUNS times (10,000,000 by default)
       fuzz/run.py --keep TARGET      adds up to 30 of what the last runs found to fuzz/corpus/TARGET, minimised

Needs the packages clang-19 and libclang-rt-19-dev. What is found grows in build-fuzz/corpus/TARGET; an input that
breaks a promise is written to build-fuzz/found/, to be mended and then kept as fuzz/corpus/TARGET/regression-WHAT.
"""

import argparse
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-fuzz"
KEPT = 30
LONGEST = {  # bytes of an input: what is enough to reach every rule
    "wire_xml": 512,
    "aws_answer": 512,
    "credentials_json": 512,
    "shared_config": 256,
    "state_document": 2048,
    "policy": 512,
    "scenario": 512,
    "sim_form": 256,
    "text": 64,
}


def build(target: str) -> Path:
    if not (BUILD / "build.ninja").is_file():
        subprocess.run(["cmake", "-G", "Ninja", "-S", ROOT, "-B", BUILD, "-DCMAKE_BUILD_TYPE=Release",
                        "-DCMAKE_CXX_COMPILER=clang++-19", "-DEVENKEEL_FUZZ=ON", "-DEVENKEEL_TESTS=OFF"],
                       check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", BUILD, "--quiet", f"fuzz_{target}"], check=True)
    return BUILD / "fuzz" / f"fuzz_{target}"


def fuzz(target: str, runs: int) -> int:
    program = build(target)
    growing, found = BUILD / "corpus" / target, BUILD / "found"
    growing.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    started = time.monotonic()
    done = subprocess.run(
        [program, f"-runs={runs}", f"-max_len={LONGEST[target]}", "-timeout=20", "-rss_limit_mb=2048", "-seed=1",
         "-print_final_stats=1", f"-dict={ROOT}/fuzz/dictionaries/{target}.dict", f"-artifact_prefix={found}/{target}-",
         growing, ROOT / "fuzz" / "corpus" / target],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
    seconds = time.monotonic() - started
    executed = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-20000:])
    outcome = "no crash" if done.returncode == 0 else f"FAILED, see {found}"
    print(f"{target}: {int(executed[1]) if executed else 0:,} executions in {seconds:.0f} s, {outcome}")
    return done.returncode


def keep(target: str) -> int:
    """A spread of the minimised inputs, from the shortest to the longest; files with a name of their own stay."""
    program = build(target)
    corpus, merged = ROOT / "fuzz" / "corpus" / target, BUILD / "merged" / target
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir(parents=True)
    subprocess.run([program, "-set_cover_merge=1", f"-max_len={LONGEST[target]}", merged, corpus,
                    BUILD / "corpus" / target], check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    corpus.mkdir(parents=True, exist_ok=True)
    for old in corpus.iterdir():
        if re.fullmatch(r"[0-9a-f]{40}", old.name):
            old.unlink()
    files = sorted(merged.iterdir(), key=lambda path: (path.stat().st_size, path.name))
    room = max(0, KEPT - len(list(corpus.iterdir())))
    step = max(1, -(-len(files) // room)) if room else len(files) + 1
    for path in files[::step] if room else []:
        shutil.copy(path, corpus)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("target", choices=LONGEST)
    parser.add_argument("runs", nargs="?", type=int, default=10_000_000)
    arguments = parser.parse_args()
    return keep(arguments.target) if arguments.keep else fuzz(arguments.target, arguments.runs)


if __name__ == "__main__":
    sys.exit(main())
