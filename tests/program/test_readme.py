"""The README keeps its word: its commands run, its figures come out, its policy and the permissions that it has printed suffice."""

import json
import re
import shlex
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.simulator import PROGRAM, ROOT, Simulator

README = (ROOT / "README.md").read_text(encoding="utf-8")
STORY = ROOT / "scenarios" / "leaky-web.txt"


def blocks(language: str) -> list[str]:
    """The fenced blocks in that language, as they stand."""
    fenced = README.split("\n```")[1::2]  # outside, inside, outside …
    return [text for head, _, text in (block.partition("\n") for block in fenced) if head == language]


class Readme(unittest.TestCase):
    def test_its_links_lead_somewhere(self):
        for link in re.findall(r"\]\(([^)#]+)\)", README):
            if "://" not in link:
                self.assertTrue((ROOT / link).exists(), link)

    def test_its_development_commands_exist(self):
        offered = subprocess.run([ROOT / "dev"], stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
        for command in re.findall(r"\./dev [a-z]+", README):
            self.assertIn(command, offered)

    def test_its_figures_are_the_demo_s(self):
        told = subprocess.run([PROGRAM, "simulate", STORY.relative_to(ROOT)], cwd=ROOT, env={},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.assertEqual(told.returncode, 0, told.stderr)
        figures = [line for block in blocks("") for line in block.splitlines() if line.strip()]
        self.assertTrue(figures, "the README shows no output of the demo")
        self.assertEqual([line for line in figures if line not in told.stdout.splitlines()], [])


class ReadmeOnAnAccount(unittest.TestCase):
    """From the policy to the last command, in the README's order, on the demo's account over HTTP."""

    def setUp(self):
        self.account = Simulator(STORY)
        self.addCleanup(self.account.stop)
        self.account.advance(minutes=90)  # by then one is over the limit
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        policy, = blocks("yaml")
        (self.directory / "evenkeel.yaml").write_text(policy, encoding="utf-8")

    def evenkeel(self, *arguments: str, may_end_with: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run([PROGRAM, *arguments], cwd=self.directory, env=self.account.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertIn(done.returncode, may_end_with, f"evenkeel {shlex.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def stays_until_sigterm(self, *arguments: str) -> None:
        with subprocess.Popen([PROGRAM, *arguments], cwd=self.directory, env=self.account.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as daemon:
            self.assertTrue(daemon.stdout.readline(), "the daemon did not even tick once")
            daemon.send_signal(signal.SIGTERM)
            self.assertIn(daemon.wait(timeout=10), (0, 1))  # 1: a server is out at that moment

    def test_its_commands_run_and_the_printed_permissions_suffice(self):
        lines = [line.partition("#")[0] for block in blocks("sh") for line in block.splitlines()]
        commands = [shlex.split(line)[1:] for line in lines if line.startswith("build/evenkeel ")]
        self.assertGreater(len(commands), 5)
        member = ""
        for command in commands:
            if ">" in command:  # the shell's part
                command = command[:command.index(">")]
            command = [member if word.startswith("i-") else word for word in command]
            if "--every" in command:
                self.stays_until_sigterm(*command)
            else:
                self.evenkeel(*command, may_end_with=(0, 1) if command[0] in ("check", "status") else (0,))
            if command == ["run"]:
                # The account lives days before this machine's clock, so that no tick seems to have run for long.
                seen = json.loads(self.evenkeel("status", "--json", may_end_with=(0, 1)))
                member = seen["fleets"][0]["open"][0]["instance_id"]
        self.assertTrue(member, "the README never runs a tick")

        self.account.advance(minutes=5)
        self.evenkeel("run")
        printed = json.loads(self.evenkeel("iam", "--with-check"))["Statement"]
        actions = {action for one in printed if one["Effect"] == "Allow" for action in one["Action"]}
        called = {call for call in self.account.summary()["calls"]
                  if re.fullmatch(r"(ec2|elasticloadbalancing|autoscaling|cloudwatch):[A-Z]\w+", call)}
        self.assertIn("elasticloadbalancing:RegisterTargets", called)
        self.assertEqual(called - actions, set(), "called, and not in what `evenkeel iam` prints")


if __name__ == "__main__":
    unittest.main()
