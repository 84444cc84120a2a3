"""The simulated account as a process of its own, over HTTP: `evenkeel simulate FILE --listen`."""

import json
import os
import re
import subprocess
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("EVENKEEL", ROOT / "build" / "evenkeel"))
REGION = "eu-west-1"


def environment(url: str, key: str, secret: str) -> dict[str, str]:
    """A clean environment for a program that is to talk to `url` and to nothing else."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",  # no profile of the user who runs this
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


class Simulator:
    key, secret = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    def __init__(self, scenario: Path, *options: str) -> None:
        assert PROGRAM.is_file(), f"{PROGRAM} is not there; build it with ./dev build"
        self._process = subprocess.Popen(
            [PROGRAM, "simulate", scenario, "--listen", "127.0.0.1:0", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        first = self._process.stdout.readline()
        match = re.search(r"http://127\.0\.0\.1:\d+", first)
        if not match:
            rest = self._process.communicate(timeout=20)[0]
            raise AssertionError(f"the simulator did not say where it listens: {first}{rest}")
        self.url = match.group()
        self.environment = environment(self.url, self.key, self.secret)

    def advance(self, minutes: int) -> None:
        """Moves the account's time on, at once."""
        self._ask(f"/_simulated/advance?seconds={60 * minutes}", "POST")

    def summary(self) -> dict:
        return self._ask("/_simulated/summary", "GET")

    def stop(self) -> int:
        """Ends it with SIGTERM; its exit code."""
        self._process.terminate()
        try:
            self._process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        return self._process.returncode

    def _ask(self, path: str, method: str) -> dict:
        request = urllib.request.Request(self.url + path, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)
