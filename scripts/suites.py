"""The project's test suites, and how they are run: `./dev test` calls this when the packages are installed.

usage: python3 -m scripts.suites [--all | --fast [FOLDER...]]

  --all            nothing is sampled: every kill point, pair, seed and minute
  --fast [FOLDER]  the unit tests only; of these folders of src/ only, where some are named

EVENKEEL_SEED=TEXT chooses the sample; without it the commit does.
"""

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from scripts.runner import Job, Runner, summary
from tests import sample

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "results"
VENV = ".venv/bin/python"
# The files of tests/witness that have a process of their own, the longest first. The others share one.
WITNESSES = (("moto IAM", ("moto_iam",)), ("overlap", ("lambda_overlap",)),
             ("moto", ("moto_remediation", "moto_standby", "check_moto", "notify_moto", "readme_on_moto")),
             ("emulator", ("lambda_emulator",)), ("killed", ("lambda_killed",)))
# How many cores a module keeps busy, where that isn't one.
ALL = -1
USED_CORES = {
    "tests.crash.test_kill_points": ALL,
    "tests.crash.test_function_kill_points": ALL,
    "tests.program.test_bad_wire": ALL,
    "tests.program.test_invariants": ALL,
    "tests.program.test_simulate": ALL,
    "tests.program.test_credentials": 0,
    "tests.program.test_notify": 0,
}
# What needs the unit tests' objects.
AFTER_TESTS = {"tests.program.test_invariants"}
# Generated policies that the fast tests play; all tests play 300.
FAST_GENERATED = 40
BUILD, TESTS, TOOLS = "building", "building tests", ("evenkeel", "sign_lines", "journal_contract")


class UsageError(Exception):
    pass


def folders() -> list[str]:
    """Those of src/ that have unit tests: each has a program FOLDER_test, which ctest knows as FOLDER."""
    source = ROOT / "src"
    return sorted({file.relative_to(source).parts[0] for file in source.rglob("*_test.cpp")})


def modules(suite: str) -> list[str]:
    return sorted(f"tests.{suite}.{file.stem}" for file in (ROOT / "tests" / suite).glob("test_*.py"))


def fast(chosen: list[str], cores: int) -> list[Job]:
    if unknown := [name for name in chosen if name not in folders()]:
        raise UsageError(f"no unit tests are called {', '.join(unknown)}; the folders of src/ that have some: "
                         f"{' '.join(folders())}")
    targets = [f"{name}_test" for name in chosen] or ["all"]
    return [Job(TESTS, ("./dev", "build", *targets), cores=cores), *unit(chosen, cores, FAST_GENERATED)]


def unit(chosen: list[str], cores: int, generated: int = 300) -> list[Job]:
    """As many parts as there are cores: GoogleTest gives each part some tests of every program."""
    only = ("-R", f"^({'|'.join(chosen)})$") if chosen else ()
    command = ("ctest", "--test-dir", "build", "--output-on-failure", "--no-tests=error", *only)
    programs = tuple(f"{name}_test" for name in chosen or folders())
    return [Job(f"unit: part {part + 1} of {cores}", command, "unit", (TESTS,), programs=programs,
                environment={"GTEST_TOTAL_SHARDS": str(cores), "GTEST_SHARD_INDEX": str(part),
                             "EVENKEEL_GENERATED": str(generated)})
            for part in range(cores)]


def unittest(suite: str, module: str) -> Job:
    cores = USED_CORES.get(module, 1)
    if cores == ALL:
        cores = os.cpu_count() or 1
    name = module.rsplit(".", 1)[1].removeprefix("test_").replace("_", " ")
    return Job(f"{suite}: {name}", (sys.executable, "-m", "tests.run", module), suite,
               (TESTS if module in AFTER_TESTS else BUILD,), cores=cores)


def pytest(suite: str, name: str, after: str, behind: tuple[str, ...], *arguments: str) -> Job:
    return Job(name, (VENV, "-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider", "--durations=10",
                      "--junitxml={results}/pytest.xml", *arguments), suite, (BUILD, after), behind)


def everything(cores: int) -> list[Job]:
    """In the order in which they should start: what waits for the network, what is long, what is short."""
    witnesses, deployment, pinned = "pip: witnesses", "pip: deployment", "pinned witnesses"
    documents = "pip: documents"
    venv = ("./dev", "install")
    jobs = [
        Job(witnesses, (*venv, "witnesses"), cores=0, tool=True),
        Job(deployment, (*venv, "deployment"), after=(witnesses,), cores=0, tool=True),
        Job(pinned, (sys.executable, "-m", "tests.witness.pins"), cores=0, tool=True),
        Job(documents, (*venv, "documents"), cores=0, tool=True),
        Job(BUILD, ("./dev", "build", *TOOLS), cores=cores),
        Job(TESTS, ("./dev", "build", "all"), after=(BUILD,), cores=cores),
        *unit([], cores),
    ]
    own = {file: f"tests/witness/test_{file}.py" for _, files in WITNESSES for file in files}
    jobs += [pytest("witness", f"witness: {name}", witnesses, (pinned,), *(own[file] for file in files))
             for name, files in WITNESSES]
    jobs.append(pytest("witness", "witness: others", witnesses, (pinned,), "tests/witness",
                       *(f"--ignore={path}" for path in own.values())))
    jobs.append(pytest("deploy", "deploy", deployment, (), "tests/deploy"))
    jobs.append(Job("site", (sys.executable, "-m", "tests.run", *modules("site")), "site", (documents,)))
    jobs += [unittest(suite, module) for suite in ("crash", "program", "package") for module in modules(suite)]
    return jobs


def chosen_jobs(arguments: list[str], cores: int) -> list[Job]:
    match arguments:
        case ["--fast", *chosen]:
            return fast(chosen, cores)
        case [] | ["--all"]:
            return everything(cores)
    raise UsageError(f"./dev test does not know {' '.join(arguments)}: it takes --all, or --fast with folders of src/")


def main(arguments: list[str]) -> int:
    cores = os.cpu_count() or 1
    try:
        jobs = chosen_jobs(arguments, cores)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments == ["--all"]:
        jobs = [replace(job, seconds=4 * 3600) for job in jobs]
    os.environ["EVENKEEL_SEED"] = sample.seed()
    os.environ["EVENKEEL_ALL"] = "1" if arguments == ["--all"] else "0"
    began = time.monotonic()
    runner = Runner(jobs, cores, ROOT, RESULTS)
    for number in (signal.SIGTERM, signal.SIGHUP):  # so that the runner ends what it has started
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    try:
        runner.run()
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(f"the tests can't be run: {error}", file=sys.stderr)
        return 1
    lines, code = summary(list(runner.runs.values()), time.monotonic() - began, os.environ.get("CI") == "true")
    print("\n".join(lines), flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
