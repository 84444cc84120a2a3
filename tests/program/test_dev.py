"""./dev: what it shows, what it refuses before it starts, and that two of them do not work in one folder at a time."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tests.simulator import ROOT

TERMINAL = "cd {folder}; jobs=2; source {root}/scripts/terminal.sh; {text}"


class Terminal(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = Path(directory.name)

    def shell(self, text: str, **options) -> subprocess.Popen:
        variables = {name: value for name, value in os.environ.items() if name != "EVENKEEL_LOCKED"}
        return subprocess.Popen(["bash", "-c", TERMINAL.format(folder=self.folder, root=ROOT, text=text)], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=variables, **options)

    def said(self, text: str) -> str:
        return self.shell(text).communicate(timeout=30)[0].strip()

    def test_a_build_says_how_far_it_is_and_how_long_it_takes(self):
        show = "SECONDS=40; echo '{}' >>\"$log\"; state_of building 0"
        self.assertEqual(self.said(show.format("[10/40] Building a.o")), "building: [10/40] 40 s, about 2 min left")
        self.assertEqual(self.said(show.format("no step yet")), "building: 40 s")

    def test_the_steps_of_cmake_itself_are_no_progress(self):
        show = "SECONDS=40; echo '[0/2] Re-checking globbed directories...' >\"$log\"; state_of building 0"
        self.assertEqual(self.said(show), "building: 40 s")

    def test_a_moving_line_is_no_wider_than_the_terminal(self):
        show = "terminal=yes; tput() { echo 30; }; SECONDS=40; state_of 'building one target and another one' 0"
        self.assertEqual(self.said(show), "building one target and anoth")

    def test_times_are_rounded_up(self):
        for seconds, text in ((1, "10 s"), (41, "50 s"), (60, "1 min"), (61, "2 min")):
            self.assertEqual(self.said(f"duration {seconds}"), text)

    @unittest.skipUnless(shutil.which("flock"), "flock is not installed (util-linux)")
    def test_a_second_one_waits_until_the_first_has_ended(self):
        first = self.shell("lock; echo has it; read -r _; echo first >>order", stdin=subprocess.PIPE)
        self.addCleanup(first.communicate)
        self.assertEqual(first.stdout.readline(), "has it\n")
        second = self.shell("lock; echo second >>order")
        self.assertEqual(second.stdout.readline(),
                         "another ./dev is at work in this folder; waiting until it has ended\n")
        time.sleep(0.3)
        self.assertFalse((self.folder / "order").exists())
        first.stdin.write("\n")
        first.stdin.flush()
        second.communicate(timeout=30)
        self.assertEqual((self.folder / "order").read_text(), "first\nsecond\n")

    def test_what_the_first_one_starts_does_not_wait_for_it(self):
        self.assertEqual(self.said("lock; bash -c 'source {}/scripts/terminal.sh; lock; echo went on'".format(ROOT)),
                         "went on")


class Arguments(unittest.TestCase):
    def dev(self, *words: str) -> tuple[int, str]:
        done = subprocess.run(["./dev", *words], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60)
        return done.returncode, done.stdout + done.stderr

    def test_help_is_given_for_every_command_before_anything_starts(self):
        help_text = (ROOT / "scripts" / "help.txt").read_text(encoding="utf-8")
        for command in ("help", "build", "test", "lint", "sanitize", "coverage", "bench", "planted", "package", "docs"):
            with self.subTest(command):
                self.assertEqual(self.dev(command, *(["--help"] if command != "help" else [])), (0, help_text))

    def test_help_fits_a_terminal_of_80_columns(self):
        text = (ROOT / "scripts" / "help.txt").read_text(encoding="utf-8")
        self.assertLess(max(map(len, text.splitlines())), 80)

    def test_what_a_command_does_not_know_is_refused_before_anything_starts(self):
        for words in (("sanitize", "--foo"), ("rewrite", "x"), ("docs", "x"), ("package", "--check", "x"),
                      ("package", "--foo"), ("package", "--update-pins", "--check"), ("nosuch",)):
            with self.subTest(words):
                status, text = self.dev(*words)
                self.assertEqual(status, 1)
                self.assertNotIn("building", text)


if __name__ == "__main__":
    unittest.main()
