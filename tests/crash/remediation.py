"""One remediation on the simulated account, tick by tick, with a way to disturb it and a judge of how it ended."""

import functools
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

from tests.simulator import PROGRAM, Simulator

STORY = Path(__file__).with_name("account.txt")
LEAKING = "web-1"
PATIENCE = 90  # ticks of a minute in which it must have ended: a lost reboot is waited out for 36 minutes
PROCESS_TIMEOUT = 120

# What a process does to the world: bytes that it sends, and every change of a file or a directory. The index of the
# write-ahead log changes through shared memory, unseen here; it is rebuilt from the log after a crash.
EFFECTS = ("sendto,sendmsg,write,writev,pwrite64,pwritev,ftruncate,fallocate,fsync,fdatasync,unlink,unlinkat,rename,"
           "renameat,renameat2,link,linkat,mkdir,mkdirat,chmod,fchmod,fchmodat,chown,fchown,fchownat,openat").split(",")


def strace(*options: str) -> list[str]:
    return ["strace", "-f", "-qq", *options]


def explain_if_strace_is_refused() -> str:
    """Why processes can't be stopped at a chosen system call here; empty when they can."""
    if shutil.which("strace") is None:
        return "strace is not installed: apt-get install strace"
    tried = subprocess.run([*strace("-o", "/dev/null", "-e", "trace=write"), "true"], capture_output=True, text=True)
    if tried.returncode == 0:
        return ""
    return f"strace may not trace here (a container needs --cap-add=SYS_PTRACE): {tried.stderr.strip()}"


class Remediation:
    """A fresh account with one leaking member in two target groups, and a fresh state file."""

    def __init__(self, story: Path | None = None) -> None:
        # Killing a process loses nothing that it has written, so memory serves as well as a disk, and is faster.
        memory = Path("/dev/shm")
        self._directory = tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None)
        self.directory = Path(self._directory.name)
        self.state = self.directory / "evenkeel.db"
        self._policy = self.directory / "evenkeel.yaml"
        self.account = Simulator(story or STORY, "--time-scale", "0", "--write-policy", str(self._policy))
        self.account.advance(minutes=5)  # by then the member has been over the limit for long enough

    def __enter__(self) -> "Remediation":
        return self

    def __exit__(self, *_: object) -> None:
        self.account.stop()
        self._directory.cleanup()

    def evenkeel(self, *arguments: str, under: list[str] | None = None) -> subprocess.CompletedProcess:
        return subprocess.run([*(under or []), PROGRAM, *arguments], cwd=self.directory, env=self.environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PROCESS_TIMEOUT)

    def environment(self, url: str = "") -> dict[str, str]:
        return self.account.environment | ({"AWS_ENDPOINT_URL": url} if url else {}) | {
            "EVENKEEL_POLICY": str(self._policy), "EVENKEEL_STATE": str(self.state)}

    def tick(self, under: list[str] | None = None) -> subprocess.CompletedProcess:
        """One run of the program; a minute passes after it."""
        done = self.evenkeel("run", "--json", under=under)
        self.account.advance(minutes=1)
        return done

    def tick_killed_at_request(self, number: int) -> tuple[int, int]:
        """A tick that is killed when the account has answered that request (0: never), before the answer reaches it.
        The exit code, and how many requests there were."""
        between = Between(self.account.url, number)
        with subprocess.Popen([PROGRAM, "run", "--json"], cwd=self.directory, env=self.environment(between.url),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            between.aims_at(run)
            try:
                code = run.wait(timeout=PROCESS_TIMEOUT)
            finally:
                run.kill()
        between.close()
        self.account.advance(minutes=1)
        return code, between.requests

    def status(self) -> dict:
        done = self.evenkeel("status", "--json")
        assert done.returncode in (0, 1), f"the state can't be read: {done.stdout}{done.stderr}"
        fleet, = json.loads(done.stdout)["fleets"]
        return fleet

    def facts(self) -> list[dict]:
        """What happened to the servers. (Permissions are asked for with an instance that doesn't exist.)"""
        servers = {server["id"] for server in self.account.summary()["servers"]}
        return [fact for fact in self.account._ask("/_simulated/facts", "GET") if fact["instance_id"] in servers]

    @functools.cached_property
    def leaking(self) -> str:
        server, = (server for server in self.account.summary()["servers"] if server["name"] == LEAKING)
        return server["id"]

    def ticks_until_it_has_ended(self) -> list[str]:
        """Ordinary ticks until nothing is open; what went wrong on the way."""
        for _ in range(PATIENCE):
            done = self.tick()
            if done.returncode != 0:
                return [f"a tick ended with {done.returncode}: {done.stdout}{done.stderr}"]
            fleet = json.loads(done.stdout)
            if not fleet["open"] and not self.still_over_the_limit(fleet):
                return []
        return [f"not ended after {PATIENCE} minutes: {json.dumps(self.status())}"]

    def still_over_the_limit(self, fleet: dict) -> bool:
        """Nothing is open, because it has not begun yet."""
        reasons = [member["reason"] for member in fleet["members"] if member["instance_id"] == self.leaking]
        return reasons != ["below_limit"] and reasons != ["cooldown"]

    def wrongs(self) -> list[str]:
        """Whatever is not as it was before the remediation, or should never have happened: by the account's facts."""
        found = []
        status = self.status()
        if status["open"] or status.get("breaker") or status.get("pause"):
            found.append(f"something is left open: {json.dumps(status)}")
        summary, facts = self.account.summary(), self.facts()
        for server in summary["servers"]:
            most = 1 if server["name"] == LEAKING else 0
            if server["reboots_by_api"] > most:
                found.append(f"{server['name']} was rebooted {server['reboots_by_api']} times")
            if server["life"] != "running":
                found.append(f"{server['name']} is {server['life']}")
        found += [f"{name} is {summary['counters'][name]}"
                  for name in ("undrained_reboots", "dropped_by_our_doing", "dropped", "crashes")
                  if summary["counters"][name]]
        if summary["counters"]["min_healthy"] < 2:
            found.append("fewer than 2 were healthy at some time")
        last: dict[tuple, str] = {}
        for fact in facts:
            if fact["kind"] in ("register", "deregister", "drained", "healthy", "unhealthy"):
                last[fact["instance_id"], fact["target_group"].split("/")[1], fact["port"]] = fact["kind"]
        lifecycle = [fact["kind"] for fact in facts if fact["kind"] in ("standby", "exit-standby", "in-service")]
        if lifecycle and lifecycle[-1] != "in-service":
            found.append(f"its Auto Scaling group has it in {lifecycle[-1]}")
        home = {(self.leaking, "tg1", 443), (self.leaking, "tg1-80", 80)}
        found += [f"{place} ended as {kind}" for place, kind in last.items() if kind != "healthy" or place not in home]
        return found


class Between:
    """A wire between the program and the account. When the account has answered the chosen request, the program is
    killed, and nothing of that answer ever reaches it."""

    def __init__(self, account_url: str, fatal_request: int) -> None:
        self._account = ("127.0.0.1", int(account_url.rsplit(":", 1)[1]))
        self._fatal = fatal_request
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests = 0
        self._victim: subprocess.Popen | None = None
        self._aimed = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def aims_at(self, victim: subprocess.Popen) -> None:
        """Its first requests may have come before it is told here who it is."""
        self._victim = victim
        self._aimed.set()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client, socket.create_connection(self._account, timeout=PROCESS_TIMEOUT) as account:
                while request := self._message(client):
                    with self._lock:
                        self.requests += 1
                        fatal = self.requests == self._fatal
                    account.sendall(request)
                    answer = self._message(account)
                    if fatal:
                        self._aimed.wait(PROCESS_TIMEOUT)
                        self._victim.kill()
                        return
                    client.sendall(answer)
        except OSError:
            return  # whichever side has gone

    @staticmethod
    def _message(source: socket.socket) -> bytes:
        """One whole request or answer; empty when the other side has hung up."""
        data = b""
        while True:
            head, end, body = data.partition(b"\r\n\r\n")
            if end:
                length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
                if len(body) >= (int(length.group(1)) if length else 0):
                    return data
            more = source.recv(65536)
            if not more:
                return b""
            data += more
