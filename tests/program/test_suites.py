"""`./dev test`: its table, its counts, what it says of failures and of suites that were not run, and its samples."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from scripts import suites
from scripts.runner import FAILED, NOT_RUN, PASSED, Job, Run, Runner, summary
from tests import sample
from tests.simulator import ROOT

RESULT = """\
import os, pathlib
pathlib.Path(os.environ["EVENKEEL_RESULTS"], "r.xml").write_text('''<testsuite>{cases}</testsuite>''')
"""
GOOD = '<testcase name="good"/>'
BAD = '<testcase name="bad"><failure>no</failure></testcase>'
BROKEN = '<testcase name="broken"><error>no</error></testcase>'
SKIPPED = '<testcase name="skipped"><skipped message="the disk is full"/></testcase>'
SKIPPED_BY_GOOGLE = '<testcase name="s" status="run" result="skipped"><skipped message="a.cpp:1&#x0A;no URL"/></testcase>'
DISABLED = '<testcase name="DISABLED_slow" status="notrun" result="suppressed"/>'


def python(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


def suite(name: str, cases: str, *, then: str = "", job: str = "", **options) -> Job:
    return Job(job or name, python(RESULT.format(cases=cases) + then), name, **options)


class Suites(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def play(self, *jobs: Job, cores: int = 2, in_ci: bool = False) -> tuple[list[str], int]:
        """The lines at the end and the exit code. What was said before is in self.said."""
        runner = Runner(list(jobs), cores, self.directory, self.directory / "results")
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            runner.run()
        self.said, self.runs = said.getvalue(), runner.runs
        return summary(list(runner.runs.values()), 7.4, in_ci)

    def test_the_table_sums_up_each_suite_and_the_last_line_all_of_them(self):
        lines, code = self.play(suite("unit", GOOD * 3 + SKIPPED + DISABLED),
                                suite("crash", GOOD, job="crash: one"),
                                suite("crash", GOOD + SKIPPED_BY_GOOGLE + SKIPPED, job="crash: two"))
        self.assertEqual(code, 0)
        table = [line.split() for line in lines if line.startswith(("suite", "unit", "crash", "all"))]
        self.assertEqual(table[0], ["suite", "tests", "skipped", "seconds", "state"])
        self.assertEqual([row[:3] + row[4:] for row in table[1:3]],
                         [["unit", "3", "2", "passed"], ["crash", "2", "2", "passed"]])
        self.assertEqual(table[3], ["all,", "by", "the", "clock", "5", "4", "7"])
        self.assertIn("skipped 1: DISABLED_slow is disabled", lines)
        self.assertIn("skipped 2: the disk is full", lines)
        self.assertIn("skipped 1: no URL", lines)
        self.assertEqual(lines[-1], "5 passed, 0 failed, 4 skipped")
        self.assertLessEqual(max(map(len, lines)), 80)

    def test_the_columns_stand_under_each_other(self):
        lines, _ = self.play(suite("unit", GOOD * 1234), suite("a suite with a long name", GOOD * 12 + SKIPPED * 345))
        head, *rows, total = lines[-5:-1]
        for column, cells in (("tests", ("1234", "12", "1246")), ("skipped", ("0", "345", "345"))):
            end = head.index(column) + len(column)
            self.assertEqual([row[:end].split()[-1] for row in (*rows, total)], list(cells), lines)
        self.assertEqual({row.index("passed") for row in rows}, {head.index("state")})

    def test_a_failing_suite_fails_all_and_its_whole_log_is_printed(self):
        lines, code = self.play(
            suite("unit", GOOD),
            suite("crash", GOOD + BAD + BROKEN, then="print('the first line'); print('the last line'); exit(1)"))
        self.assertEqual(code, 1)
        self.assertEqual(lines[-1], "2 passed, 2 failed, 0 skipped")
        self.assertRegex("\n".join(lines), r"\ncrash +3 +0 +\d+  FAILED \(2\)\n")
        self.assertIn("the first line\nthe last line", self.said)
        self.assertNotIn("unit failed", self.said)

    def test_a_suite_that_dies_without_a_word_or_runs_no_test_has_failed(self):
        for name, job in (("dies", suite("dies", GOOD, then="os.kill(os.getpid(), 9)")),
                          ("runs nothing", suite("runs nothing", "")),
                          ("writes half a file", suite("writes half a file", GOOD, then=(
                              "pathlib.Path(os.environ['EVENKEEL_RESULTS'], 'b.xml').write_text('<testsuite>')"))),
                          ("is not there", Job("is not there", ("/no/such/program",), "is not there"))):
            with self.subTest(name):
                lines, code = self.play(job)
                self.assertEqual(code, 1)
                self.assertIn("1 failed", lines[-1])

    def test_a_unit_test_program_that_leaves_half_way_has_failed_whatever_it_ended_with(self):
        result = "pathlib.Path(os.environ['EVENKEEL_RESULTS'], '{}_test.xml').write_text('<testsuite>{}</testsuite>')\n"
        programs = ("base_test", "model_test")
        both, one = result.format("base", GOOD) + result.format("model", ""), result.format("base", GOOD)
        for text, expected in ((both, "1 passed, 0 failed, 0 skipped"), (one, "1 passed, 1 failed, 0 skipped")):
            with self.subTest(expected):
                lines, code = self.play(Job("part 1", python("import os, pathlib\n" + text), "unit", programs=programs))
                self.assertEqual((code, lines[-1]), (int("1 failed" in expected), expected))
        self.assertIn("FAILED model_test ended before its tests did", lines)

    def test_a_part_without_a_test_is_no_failure_and_a_suite_without_one_is(self):
        empty = "import os, pathlib; pathlib.Path(os.environ['EVENKEEL_RESULTS'], 'a_test.xml').write_text('<t/>')"
        part = Job("part 2", python(empty), "unit", programs=("a_test",))
        self.assertEqual(self.play(suite("unit", GOOD, job="part 1"), part)[1], 0)
        lines, code = self.play(part)
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_what_hangs_is_ended_and_has_failed(self):
        lines, code = self.play(suite("unit", GOOD, then="import time; time.sleep(60)", seconds=1.0))
        self.assertEqual((code, lines[-1]), (1, "1 passed, 1 failed, 0 skipped"))
        self.assertIn("it ran for more than 1 s", self.said)

    def test_at_the_end_every_failed_test_is_named_with_its_log(self):
        lines, _ = self.play(suite("crash", GOOD + BAD, then="exit(1)", job="crash: one"),
                             suite("crash", GOOD, job="crash: two"))
        self.assertIn("FAILED bad", lines)
        self.assertTrue(any(line.startswith("  its log: ") and line.endswith("crash-one/log") for line in lines))

    def test_a_suite_that_only_skips_does_not_look_passed(self):
        lines, code = self.play(suite("unit", SKIPPED))
        self.assertEqual((code, lines[-1]), (0, "0 passed, 0 failed, 1 skipped"))
        self.assertRegex("\n".join(lines), r"\nunit .* all skipped\n")

    def test_a_filter_in_the_environment_leaves_no_test_out(self):
        text = "import os; exit(any(name.startswith('GTEST_FILTER') for name in os.environ))"
        with mock.patch.dict(os.environ, GTEST_FILTER="One.*"):
            self.assertEqual(self.play(suite("unit", GOOD, then=text))[1], 0)

    def test_failed_tests_count_although_the_program_ended_with_0(self):
        lines, code = self.play(suite("unit", BAD))
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))
        self.assertRegex("\n".join(lines), r"\nunit .* FAILED \(1\)\n")

    def test_a_suite_without_its_tools_is_not_run_and_fails_only_in_ci(self):
        jobs = (Job("pip", python("print('Retrying (Retry(total=4'); exit(1)"), tool=True),
                suite("witness", GOOD, after=("pip",)), suite("unit", GOOD))
        lines, code = self.play(*jobs)
        self.assertEqual((code, lines[-1]), (0, "1 passed, 0 failed, 0 skipped"))
        self.assertRegex("\n".join(lines), r"\nwitness +- +- +-  NOT RUN\n")
        self.assertIn("witness NOT RUN: pip: the network can't be reached", lines)
        lines, code = self.play(*jobs, in_ci=True)
        self.assertEqual((code, lines[-1]), (1, "1 passed, 1 failed, 0 skipped"))

    def test_nothing_is_run_on_a_program_that_could_not_be_built(self):
        lines, code = self.play(Job("building", python("print('a.cpp:1: error: no'); exit(1)")),
                                Job("building tests", python("print('never')"), after=("building",)),
                                suite("unit", GOOD, after=("building tests",)))
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))
        self.assertIn("a.cpp:1: error: no", self.said)
        self.assertIn("unit NOT RUN: building failed", lines)
        self.assertEqual(self.runs["unit"].state, NOT_RUN)

    def test_what_only_has_to_come_behind_is_run_when_the_other_has_failed(self):
        _, code = self.play(
            Job("servers", python("import time; time.sleep(0.5); open('done', 'w'); exit(1)"), tool=True),
            suite("witness", GOOD, then="exit(not pathlib.Path('done').exists())", behind=("servers",)))
        self.assertEqual((code, self.runs["witness"].state, self.runs["servers"].state), (0, PASSED, FAILED))

    def test_jobs_run_side_by_side_as_far_as_there_are_cores(self):
        note = "print(time.time(), flush=True); "
        then = f"import time; {note} time.sleep(1.5); {note}"
        for cores, together in ((5, 3), (3, 2), (1, 1)):  # of two cores each, on one more than there are
            with self.subTest(cores=cores):
                self.play(*(suite(f"s{number}", GOOD, then=then, cores=2) for number in range(3)), cores=cores)
                spans = [tuple(map(float, run.text().split())) for run in self.runs.values()]
                most = max(sum(began <= moment < ended for began, ended in spans) for moment, _ in spans)
                self.assertEqual(most, together, spans)

    def test_each_job_is_told_where_its_results_belong(self):
        job = suite("unit", GOOD, job="unit: of all/folders")
        folder = Run(job, self.directory / "x").folder
        self.assertEqual(self.play(job)[1], 0)
        self.assertTrue((self.directory / "results" / "unit-of-all-folders" / "r.xml").is_file(), folder)


class ReportOfUnittest(unittest.TestCase):
    def test_every_kind_of_end_is_counted_once(self):
        text = """\
import unittest
class A(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self):
        for number in range(3):
            with self.subTest(number): self.fail("no")
    def test_broken(self): raise RuntimeError("\\x00")
    @unittest.skip("why not")
    def test_skipped(self): pass
class B(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise RuntimeError("for all")
    def test_never(self): pass
"""
        with tempfile.TemporaryDirectory() as directory:
            (Path(directory) / "fake_module.py").write_text(text, encoding="utf-8")
            job = Job("fake", (sys.executable, "-m", "tests.run", "fake_module", "no_such_module"), "fake",
                      environment={"PYTHONPATH": f"{directory}:{ROOT}"})
            runner = Runner([job], 1, ROOT, Path(directory) / "results")
            with contextlib.redirect_stderr(io.StringIO()):
                runner.run()
        counts = runner.runs["fake"].counts
        self.assertEqual((counts.passed, counts.failed, counts.skipped), (1, 4, 1))
        self.assertEqual(dict(counts.reasons), {"why not": 1})


class Samples(unittest.TestCase):
    def chosen(self, seed: str, size: int = 20, **options) -> list[int]:
        with mock.patch.dict(os.environ, {"EVENKEEL_SEED": seed, "EVENKEEL_ALL": "0"}):
            return sample.sampled("numbers", range(200), size, **options)

    def test_a_seed_always_chooses_the_same_and_another_one_others(self):
        self.assertEqual(self.chosen("a"), self.chosen("a"))
        self.assertEqual(len(set(self.chosen("a"))), 20)
        self.assertEqual(self.chosen("a"), sorted(self.chosen("a")))
        self.assertNotEqual(self.chosen("a"), self.chosen("b"))

    def test_every_label_is_there_even_when_the_sample_grows_by_it(self):
        for seed in "abcdefgh":
            self.assertEqual({number // 20 for number in self.chosen(seed, 12, labels=lambda one: [one // 20])},
                             set(range(10)))
            self.assertEqual(len(self.chosen(seed, 12, labels=lambda one: [one // 20])), 12)
            self.assertEqual(len(self.chosen(seed, 5, labels=lambda one: [one // 20])), 10)

    def test_all_of_them_are_chosen_on_request(self):
        with mock.patch.dict(os.environ, {"EVENKEEL_ALL": "1"}):
            self.assertEqual(sample.sampled("numbers", range(200), 20), list(range(200)))

    def test_the_seed_is_the_commit_s_and_another_with_the_next_one(self):
        with tempfile.TemporaryDirectory() as directory, mock.patch.dict(os.environ):
            os.environ.pop("EVENKEEL_SEED", None)

            def git(*words: str) -> None:
                subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words], cwd=directory,
                               check=True, capture_output=True)

            def seed() -> str:
                sample.commit.cache_clear()
                with mock.patch.object(sample, "ROOT", Path(directory)):
                    return sample.seed()

            self.addCleanup(sample.commit.cache_clear)
            self.assertEqual(seed(), sample.UNKNOWN)
            git("init", "-q")
            seeds = []
            for number in range(2):
                git("commit", "-q", "--allow-empty", "-m", f"number {number}")
                seeds.append(seed())
            self.assertEqual({len(one) for one in seeds}, {12})
            self.assertNotEqual(*seeds)

    def test_what_is_said_of_a_sample_is_repeated_at_the_end(self):
        tell = "from tests import sample; sample.tell('kill points', 60, 425, 0); sample.tell('pairs', 9, 9, 1)"
        with tempfile.TemporaryDirectory() as directory:
            job = suite("crash", GOOD, then=tell, environment={"EVENKEEL_SEED": "3f2a91", "PYTHONPATH": str(ROOT)})
            runner = Runner([job], 1, ROOT, Path(directory))
            with contextlib.redirect_stderr(io.StringIO()):
                for _ in range(2):  # the second run does not add to the first one's
                    runner.runs["crash"].state = "waiting"
                    runner.run()
            lines, _ = summary(list(runner.runs.values()), 0, False)
        self.assertEqual(lines[:3], ["kill points: 60 of 425, seed 3f2a91; wrong: 0", "pairs: 9 of 9; wrong: 1", ""])


class CommandLine(unittest.TestCase):
    def test_unknown_folders_and_options_are_refused_with_what_there_is(self):
        for words, told in ((["--fast", "decide", "deicde"], "no unit tests are called deicde"),
                            (["--fast", "deicde"], "decide"), (["--slow"], "--all")):
            said = io.StringIO()
            with contextlib.redirect_stderr(said):
                self.assertEqual(suites.main(words), 1)
            self.assertIn(told, said.getvalue())

    def test_fast_builds_and_runs_the_named_folders_alone(self):
        build, *parts = suites.chosen_jobs(["--fast", "decide", "wire"], 2)
        self.assertEqual(build.command, ("./dev", "build", "decide_test", "wire_test"))
        self.assertEqual(len(parts), 2)
        for number, part in enumerate(parts):
            self.assertIn("^(decide|wire)$", part.command)
            self.assertEqual(part.environment, {"GTEST_TOTAL_SHARDS": "2", "GTEST_SHARD_INDEX": str(number),
                                                "EVENKEEL_GENERATED": str(suites.FAST_GENERATED)})

    def test_no_test_file_is_left_out(self):
        commands = " ".join(" ".join(job.command) for job in suites.chosen_jobs([], 2))
        for file in (ROOT / "tests").glob("*/test_*.py"):
            name, folder = file.stem, file.parent.name
            is_run = f"tests.{folder}.{name}" in commands or f"tests/{folder}/{name}.py" in commands or (
                folder in ("witness", "deploy") and f"--ignore=tests/{folder}/{name}.py" not in commands)
            self.assertTrue(is_run, file)
        self.assertEqual([job.command for job in suites.chosen_jobs([], 2)],
                         [job.command for job in suites.chosen_jobs(["--all"], 2)])


if __name__ == "__main__":
    unittest.main()
