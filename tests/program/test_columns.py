"""No line of what is for people is wider than a terminal of 80 columns, whatever a command tells."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unittest
from pathlib import Path

from tests.crash.remediation import PROCESS_TIMEOUT, Remediation
from tests.simulator import PROGRAM

STORY = Path(__file__).with_name("columns.txt")
FLEET = "checkout-frontend-production-eu-west-one"
COLUMNS = 80
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
COMMANDS = ("check", "plan", "run", "status", "explain", "history", "pause", "resume", "restore", "state",
            "state export", "state import", "iam", "simulate")


def on_a_terminal(arguments: list[str], directory: Path, environment: dict[str, str]) -> str:
    """What the program writes to a pseudo terminal of 80 columns, on both of its streams."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    with subprocess.Popen([PROGRAM, *arguments], cwd=directory, env=environment | {"COLUMNS": str(COLUMNS)},
                          stdin=subprocess.DEVNULL, stdout=its, stderr=its) as process:
        os.close(its)
        said = b""
        while True:
            try:
                more = os.read(ours, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            if not more:
                break
            said += more
        process.wait(timeout=PROCESS_TIMEOUT)
    os.close(ours)
    return said.decode()


def too_wide(text: str) -> list[str]:
    """The lines that are wider and could be narrower. Of what is written over itself, the widest state counts."""
    wide = []
    for line in COLOUR.sub("", text).replace("\r\n", "\n").split("\n"):
        state = max((part.rstrip() for part in re.split(r"\r|\x1b\[K", line)), key=len)
        if len(state) > COLUMNS and len(state.split()) > 1:
            wide.append(state)
    return wide


class Columns(unittest.TestCase):
    def fits(self, *arguments: str, says: str = "") -> str:
        text = on_a_terminal(list(arguments), self.remediation.directory, self.remediation.environment())
        self.assertIn(says, " ".join(COLOUR.sub("", text).split()), arguments)
        self.assertEqual(too_wide(text), [], arguments)
        return text

    def test_a_wide_line_is_found_and_one_long_word_is_not(self):
        self.assertEqual(len(too_wide("two words " + 80 * "x")), 1)
        self.assertEqual(too_wide("    arn:" + 80 * "x" + "\n\x1b[1m" + 80 * "x" + "\x1b[0m\r\n"), [])

    def test_every_command_fits(self):
        with Remediation(STORY) as self.remediation:
            leaking = self.remediation.account.summary()["servers"][2]["id"]
            self.fits("plan", says="worst")
            self.fits("check", says="checkout-frontend")
            self.fits("run", says="checkout-frontend")
            self.remediation.account.advance(minutes=5)
            self.fits("run")
            self.remediation.account.advance(minutes=5)  # by now the reboot is refused
            self.fits("run")
            for command in (["status"], ["history", "--fleet", FLEET], ["explain", leaking], ["plan"], ["check"],
                            ["explain", leaking, "--at", "2026-11-22T10:10:00Z"],
                            ["pause", FLEET, "--reason", "a release over https://[2001:db8:85a3:8d3:1319:8a2e:370:7348]:8443/healthz " * 3],
                            ["run"], ["status"], ["restore", leaking, "--reason", "it is needed by another service now"],
                            ["resume", FLEET, "--reason", "the release is over and everything is well again"],
                            ["explain", "i-00000000000000000"], ["plan", "--fleet", "no-such-fleet" * 4],
                            ["state", "export", "all.json"], ["state", "import", "all.json"],
                            ["run", "--deadline", "1s"], ["plan", "--frobnicate"], ["frobnicate" * 9]):
                self.fits(*command)
                self.remediation.account.advance(minutes=1)  # as AWS's token buckets are filled again
            policy = self.remediation.directory / "evenkeel.yaml"
            policy.write_text(policy.read_text(encoding="utf-8").replace("above: 65", "above: much, and more"),
                              encoding="utf-8")
            for command in ("plan", "check", "run", "status"):
                self.fits(command)
                self.remediation.account.advance(minutes=1)

    def test_the_help_of_every_command_fits(self):
        with Remediation(STORY) as self.remediation:
            self.fits()
            self.fits("--help", says="Evenkeel reboots leaking web servers")
            for command in COMMANDS:
                self.fits(*command.split(), "--help", says="OPTIONS" if command != "state" else "")
