"""Runs unittest modules and leaves a JUnit file behind: how many tests, which were skipped and why, seconds of each.

usage: python3 -m tests.run MODULE...    the file goes into the folder EVENKEEL_RESULTS, where that is set
"""

import os
import sys
import time
import unittest
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

SLOWEST, WORTH_NAMING = 10, 0.5


@dataclass
class Case:
    name: str
    seconds: float = 0.0
    skipped: str | None = None
    failures: list[str] = field(default_factory=list)


class Result(unittest.TextTestResult):
    """Every test once, however many of its subtests fail. What fails for a whole class or module is a case, too."""

    def __init__(self, *arguments, **options) -> None:
        super().__init__(*arguments, **options)
        self.cases: dict[str, Case] = {}
        self._began = 0.0

    def _case(self, test: unittest.TestCase) -> Case:
        return self.cases.setdefault(test.id(), Case(test.id()))

    def startTest(self, test) -> None:
        super().startTest(test)
        self._case(test)
        self._began = time.monotonic()

    def stopTest(self, test) -> None:
        self._case(test).seconds = time.monotonic() - self._began
        super().stopTest(test)

    def addFailure(self, test, err) -> None:
        super().addFailure(test, err)
        self._case(test).failures.append(self.failures[-1][1])

    def addError(self, test, err) -> None:
        super().addError(test, err)
        self._case(test).failures.append(self.errors[-1][1])

    def addSubTest(self, test, subtest, err) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._case(test).failures.append(f"{subtest}: {err[1]}")

    def addSkip(self, test, reason) -> None:
        super().addSkip(test, reason)
        self._case(test).skipped = reason

    def addUnexpectedSuccess(self, test) -> None:
        super().addUnexpectedSuccess(test)
        self._case(test).failures.append("it was expected to fail, and passed")


def junit(cases: list[Case]) -> ET.ElementTree:
    suite = ET.Element("testsuite", name="unittest", tests=str(len(cases)))
    for case in cases:
        element = ET.SubElement(suite, "testcase", name=case.name, time=f"{case.seconds:.3f}")
        for text in case.failures:
            # XML has no place for most control characters.
            clean = "".join(sign if sign >= " " or sign in "\n\t" else "?" for sign in text)
            ET.SubElement(element, "failure").text = clean
        if case.skipped is not None and not case.failures:
            ET.SubElement(element, "skipped", message=case.skipped)
    return ET.ElementTree(suite)


def main(modules: list[str]) -> int:
    try:
        tests = unittest.defaultTestLoader.loadTestsFromNames(modules)
    except SystemExit as leaves:
        print(f"{' '.join(modules)}: left with {leaves.code} while it was imported", file=sys.stderr)
        return 1
    result = unittest.TextTestRunner(resultclass=Result).run(tests)
    cases = list(result.cases.values())
    slow = sorted((case for case in cases if case.seconds >= WORTH_NAMING), key=lambda case: -case.seconds)
    for case in slow[:SLOWEST]:
        print(f"{case.seconds:7.1f} s  {case.name}", file=sys.stderr)
    if folder := os.environ.get("EVENKEEL_RESULTS"):
        junit(cases).write(Path(folder) / "unittest.xml", encoding="utf-8")
    return 0 if result.wasSuccessful() and cases else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
