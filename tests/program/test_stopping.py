"""A process that stays is told to stop: it says who is out and stays out; a second signal ends it at once."""

import signal
import socket
import subprocess
import time
import unittest

from tests.crash.remediation import Remediation
from tests.simulator import PROGRAM

NEEDS_A_PERSON = 1
AT_ONCE = 2.0  # seconds: far less than any of the program's time limits


def daemon(remediation: Remediation, environment: dict[str, str], every: str) -> subprocess.Popen:
    return subprocess.Popen([PROGRAM, "run", "--every", every], cwd=remediation.directory, env=environment,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class Stopping(unittest.TestCase):
    def setUp(self):
        self.remediation = Remediation()
        self.addCleanup(self.remediation.__exit__)

    def test_with_a_server_out_it_says_so_and_ends_with_1(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), daemon(self.remediation, self.remediation.environment(), "1h") as process:
                process.stdout.readline()  # it has ticked
                time.sleep(0.5)
                process.send_signal(number)
                _, said = process.communicate(timeout=30)
                self.assertEqual(process.returncode, NEEDS_A_PERSON, said)
                self.assertIn(f"stopped with 1 server out of service: {self.remediation.leaking} of web", said)
                self.assertIn("nothing puts it back until a tick runs again", said)

    def test_with_nobody_out_it_ends_with_0(self):
        self.assertEqual(self.remediation.evenkeel("pause", "web", "--reason", "quiet").returncode, 0)
        with daemon(self.remediation, self.remediation.environment(), "1h") as process:
            process.stdout.readline()
            time.sleep(0.5)
            process.terminate()
            _, said = process.communicate(timeout=30)
        self.assertEqual((process.returncode, said), (0, ""))

    def test_a_second_signal_whichever_ends_it_at_once(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:  # takes every connection and never answers
            environment = self.remediation.environment(f"http://127.0.0.1:{silent.getsockname()[1]}")
            with daemon(self.remediation, environment, "1m") as process:
                silent.settimeout(30)
                connection, _ = silent.accept()
                process.send_signal(signal.SIGTERM)
                time.sleep(0.3)
                self.assertIsNone(process.poll(), "the tick under way is finished")
                process.send_signal(signal.SIGINT)
                began = time.monotonic()
                process.wait(timeout=30)
                self.assertLess(time.monotonic() - began, AT_ONCE)
                self.assertEqual(process.returncode, -signal.SIGINT)
                connection.close()


if __name__ == "__main__":
    unittest.main()
