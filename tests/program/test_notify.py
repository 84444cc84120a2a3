"""Operators are notified by a webhook that fails in every way there is, and no restore waits for it."""

import concurrent.futures
import http.server
import json
import signal
import socket
import subprocess
import threading
import time
import unittest

from tests.crash.remediation import Remediation
from tests.simulator import PROGRAM

PATIENCE = 40  # passes in which the remediation must be over, a minute of the account's time apart
SECRET = "T0KEN"


class Webhook:
    """A server that keeps what it is told. It treats its first requests badly, as `faults` says; it can be dead,
    too: then nothing listens until revive()."""

    def __init__(self, faults: tuple[str, ...] = (), dead: bool = False) -> None:
        self.told: list[dict] = []
        self.paths: list[str] = []
        self.requests = 0
        self._faults = faults
        self._ended = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self._server.daemon_threads = True
        self._server.server_bind()
        self.url = f"http://127.0.0.1:{self._server.server_port}/services/{SECRET}"
        self._thread: threading.Thread | None = None
        if not dead:
            self.revive()

    def revive(self) -> None:
        self._server.server_activate()
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        if self._thread:
            self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        number, self.requests = self.requests, self.requests + 1
        fault = self._faults[number] if number < len(self._faults) else ""
        if fault == "slow":
            self._ended.wait(30)
            return
        if not fault:
            self.paths.append(request.path)
            self.told.append(json.loads(body))
        request.send_response({"": 200, "refuses": 500, "redirects": 307}[fault])
        if fault == "redirects":
            request.send_header("Location", f"{self.url}/elsewhere")
        request.send_header("Content-Length", "0")
        request.end_headers()

    def kinds(self) -> list[str]:
        return [notice["kind"] for notice in self.told]


class Daemon:
    """`evenkeel run --every 1s` on an account of its own, whose time goes a minute on after each pass."""

    def __init__(self, remediation: Remediation, url: str, *options: str) -> None:
        self._remediation = remediation
        self._process = subprocess.Popen(
            [PROGRAM, "run", "--every", "1s", "--json", "--notify", "webhook:env:HOOK", *options],
            cwd=remediation.directory, env=remediation.environment() | {"HOOK": url}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def next_pass(self) -> dict:
        line = self._process.stdout.readline()
        self._remediation.account.advance(minutes=1)
        return json.loads(line)

    def stop(self) -> str:
        """What it wrote to standard error."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.communicate(timeout=20)[1]
        finally:
            self._process.kill()


class Played:
    """One remediation from start to end, with that webhook."""

    def __init__(self, webhook: Webhook) -> None:
        self.gaps: list[float] = []
        with Remediation() as remediation:
            daemon = Daemon(remediation, webhook.url)
            try:
                opened = closed = 0
                for number in range(PATIENCE):
                    began = time.monotonic()
                    seen = daemon.next_pass()
                    self.gaps.append(time.monotonic() - began)
                    opened = opened or (number if seen["open"] else 0)
                    if opened and number == opened + 2 and webhook._thread is None:
                        webhook.revive()
                    closed = number if opened and not seen["open"] else 0
                    if closed:
                        break
                for _ in range(2):
                    daemon.next_pass()  # what is left is told now
            finally:
                self.stderr = daemon.stop()
            self.passes = closed
            self.facts = [(fact["kind"], fact["at"]) for fact in remediation.facts()
                          if fact["kind"] in ("deregister", "reboot", "register", "healthy")]
            self.wrongs = remediation.wrongs()


class Notify(unittest.TestCase):
    # How the webhook treats its first requests; dead: nothing listens for two passes after the start.
    ways = {"well": ((), False), "refuses": (("refuses", "refuses"), False), "slow": (("slow", "slow"), False),
            "redirects": (("redirects",), False), "dead": ((), True)}

    @classmethod
    def setUpClass(cls) -> None:
        cls.webhooks = {way: Webhook(faults, dead) for way, (faults, dead) in cls.ways.items()}
        with concurrent.futures.ThreadPoolExecutor(len(cls.ways)) as players:
            cls.played = dict(zip(cls.ways, players.map(Played, cls.webhooks.values()), strict=True))
        for webhook in cls.webhooks.values():
            webhook.close()

    def test_people_are_told_of_the_start_and_of_the_end_once(self):
        webhook, played = self.webhooks["well"], self.played["well"]
        self.assertEqual(played.wrongs, [])
        self.assertEqual(played.stderr, "")
        self.assertEqual(webhook.kinds(), ["start", "done"])
        self.assertEqual(set(webhook.paths), {f"/services/{SECRET}"})
        start, done = webhook.told
        self.assertEqual({"text", "fleet", "kind", "instance", "at", "id"}, set(start))
        self.assertEqual((start["fleet"], start["instance"]), ("web", done["instance"]))
        self.assertIn("is taken out to be treated", start["text"])
        self.assertIn("above 65", start["text"])
        self.assertIn("is back, and the signal came down", done["text"])
        self.assertLess(start["at"], done["at"])

    def test_a_webhook_that_fails_delays_nothing_and_is_told_later_and_once(self):
        well = self.played["well"]
        for way in self.ways.keys() - {"well"}:
            with self.subTest(way):
                played = self.played[way]
                self.assertEqual(played.wrongs, [])
                self.assertEqual(played.facts, well.facts, "the very same minutes")
                self.assertEqual(played.passes, well.passes)
                self.assertEqual(self.webhooks[way].kinds(), ["start", "done"])
                self.assertLess(max(played.gaps[1:]), 10, "a pass every second, and 3 s for people")
                self.assertIn("not notified: webhook:env:HOOK: ", played.stderr)
                self.assertIn("kept for the next pass", played.stderr)
                self.assertNotIn(SECRET, played.stderr)

    def test_a_broken_policy_is_said_once_and_the_last_good_one_stays_in_use(self):
        with Remediation() as remediation:
            policy = remediation.directory / "evenkeel.yaml"
            good = policy.read_text(encoding="utf-8")
            daemon = Daemon(remediation, "http://127.0.0.1:9/")

            def asked_for() -> set[float]:
                numbers = [member["numbers"] for member in daemon.next_pass()["members"]]
                return {one["required"] for one in numbers if "required" in one}

            try:
                asked_for()  # takes a server out: from now on every verdict says how many must be healthy
                before = asked_for()
                policy.write_text(good.replace("healthy: 2", "healthy: many"), encoding="utf-8")
                broken = [asked_for() for _ in range(4)]
                policy.write_text(good.replace("healthy: 2", "healthy: 3"), encoding="utf-8")
                asked_for()  # may have begun before
                mended = asked_for()
            finally:
                stderr = daemon.stop()
        self.assertEqual(before, {2})
        self.assertEqual(broken, [{2}] * 4, "it goes on with the policy that it had")
        self.assertEqual(mended, {3})
        self.assertEqual(stderr.count("stays in use, as it was before"), 1, stderr)
        self.assertIn("evenkeel.yaml:", stderr)
        self.assertEqual(stderr.count(" reads again: it is used from this pass on\n"), 1, stderr)
        self.assertEqual(stderr.count(" read again: web: keep.healthy\n"), 1, stderr)
        self.assertNotIn("evenkeel: \n", stderr)

    def test_a_hand_tells_people_too_and_does_its_work_when_nobody_can_be_told(self):
        webhook = Webhook()
        dead = socket.create_server(("127.0.0.1", 0))  # takes connections, and never answers
        self.addCleanup(dead.close)
        self.addCleanup(webhook.close)
        with Remediation() as remediation:
            def hand(url: str, *arguments: str) -> subprocess.CompletedProcess:
                began = time.monotonic()
                done = subprocess.run([PROGRAM, *arguments], cwd=remediation.directory, stdin=subprocess.DEVNULL,
                                      env=remediation.environment() | {"HOOK": url,
                                                                       "EVENKEEL_NOTIFY": " webhook:env:HOOK\n",
                                                                       "USER": "ada"},
                                      capture_output=True, text=True, timeout=60)
                self.assertLess(time.monotonic() - began, 6)
                self.assertEqual(done.returncode, 0, done.stderr)
                return done

            self.assertEqual(hand(webhook.url, "pause", "web", "--reason", "<!channel> & deploy").stderr, "")
            self.assertEqual(webhook.kinds(), ["paused"])
            self.assertIn("paused by ada: &lt;!channel&gt; &amp; deploy", webhook.told[0]["text"])
            silent = f"http://127.0.0.1:{dead.getsockname()[1]}/{SECRET}"
            untold = hand(silent, "resume", "web", "--reason", "over")
            self.assertIn("not notified: webhook:env:HOOK: ", untold.stderr)
            self.assertNotIn(SECRET, untold.stderr)
            untold = hand("", "pause", "web", "--reason", "again")
            self.assertIn("HOOK is not set", untold.stderr)
            self.assertEqual(remediation.status()["pause"]["reason"], "again")
        self.assertEqual(webhook.kinds(), ["paused"])

    def test_an_address_that_makes_no_sense_is_a_usage_error_that_shows_no_secret(self):
        with Remediation() as remediation:
            done = remediation.evenkeel("run", "--notify", f"webhook:https://example.com/{SECRET}")
            self.assertEqual(done.returncode, 2)
            self.assertIn("webhook:env:NAME", done.stderr)
            self.assertNotIn(SECRET, done.stderr + done.stdout)


if __name__ == "__main__":
    unittest.main()
