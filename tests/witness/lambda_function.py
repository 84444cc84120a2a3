"""A running Lambda function: the program under test, and a Runtime API of our own that feeds it.

AWS's emulator (test_lambda_emulator.py) is the witness of the protocol. This one is for what the emulator can't do: two
functions that get the same tick at the same moment, one that is stopped or killed in the middle, deadlines at will.
"""

import json
import os
import queue
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ..simulator import PROGRAM

PREFIX = "/2018-06-01/runtime/"
PATIENCE = 60  # seconds for one answer


@dataclass(frozen=True)
class Answer:
    kind: str  # "response", "error", "init/error"; "died": the process ended without any
    document: Any  # what it said, read as JSON; of a dead process: its exit code
    request: str = ""  # whose it is

    @property
    def fleet(self) -> dict:
        """The only fleet of a tick that went well."""
        assert self.kind == "response", self
        (fleet,) = self.document["fleets"]
        return fleet


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: "_RuntimeApi"

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        assert self.path == PREFIX + "invocation/next", self.path
        request, deadline, event = self.server.invocations.get()
        self._answer(200, event, {
            "Lambda-Runtime-Aws-Request-Id": request,
            "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
            "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:evenkeel",
        })

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        place = self.path.removeprefix(PREFIX).split("/")
        request, kind = (place[1], place[2]) if place[0] == "invocation" else ("", "/".join(place))
        self._answer(202, b'{"status":"OK"}', {})
        self.server.answers.put(Answer(kind, json.loads(body), request))

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


class _RuntimeApi(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.invocations: queue.Queue[tuple[str, float, bytes]] = queue.Queue()
        self.answers: queue.Queue[Answer] = queue.Queue()
        self.connections = 0
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        pass  # a killed process hangs up


class Function:
    """One execution environment. `under`: a command in front of the program, such as strace."""

    def __init__(self, folder: Path, environment: dict[str, str], under: tuple[str, ...] = ()) -> None:
        self._api = _RuntimeApi()
        self._log = folder / f"log.{self._api.server_port}"
        self._messages = folder / f"messages.{self._api.server_port}"
        self._begun = 0
        variables = environment | {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._api.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "evenkeel",
            "LAMBDA_TASK_ROOT": environment.get("LAMBDA_TASK_ROOT", str(folder)),
        }
        with self._log.open("wb") as out, self._messages.open("wb") as messages:
            self.process = subprocess.Popen([*under, PROGRAM], cwd=folder, env=variables, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=messages)
        threading.Thread(target=self._watch, daemon=True).start()

    def __enter__(self) -> "Function":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def invoke(self, event: object, seconds: float = 60) -> Answer:
        """One invocation with that many seconds until its deadline. Bytes are sent as they are."""
        self.begin(event, seconds)
        return self.end()

    def begin(self, event: object, seconds: float = 60) -> None:
        self._begun += 1
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        self._api.invocations.put((f"request-{self._begun}", time.time() + seconds, payload))

    def end(self) -> Answer:
        """The answer to what was begun; the process's death is one as well."""
        answer = self._api.answers.get(timeout=PATIENCE)
        assert answer.kind in ("died", "init/error") or answer.request == f"request-{self._begun}", answer
        return answer

    def stop_for_a_while(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    @property
    def connections(self) -> int:
        """How many it has made to the Runtime API."""
        return self._api.connections

    def lines(self) -> list[dict]:
        """Its log. Each line is a JSON object, and it writes to nothing else."""
        assert self._messages.read_text() == ""
        return log_lines(self._log)

    def close(self) -> None:
        """Ends it as Lambda does: with SIGKILL."""
        self.process.kill()
        self.process.wait(timeout=PATIENCE)
        threading.Thread(target=self._api.close, daemon=True).start()

    def _watch(self) -> None:
        self._api.answers.put(Answer("died", self.process.wait()))


class Recycled:
    """A function whose processes Lambda replaces after a few invocations. Days in a minute need that: a process paces
    its calls to AWS by this machine's clock, so one that ticked a hundred times a second would mostly wait."""

    INVOCATIONS = 5

    def __init__(self, folder: Path, environment: dict[str, str], first: int = INVOCATIONS) -> None:
        self._folder, self._environment = folder, environment
        self._left = first
        self.function = Function(folder, environment)
        self._gone: list[dict] = []

    def __enter__(self) -> "Recycled":
        return self

    def __exit__(self, *_: object) -> None:
        self.function.close()

    def invoke(self, event: object) -> Answer:
        self.begin(event)
        return self.function.end()

    def begin(self, event: object) -> None:
        if self._left == 0:
            self.function.close()
            self._gone += self.function.lines()
            self.function = Function(self._folder, self._environment)
            self._left = self.INVOCATIONS
        self._left -= 1
        self.function.begin(event)

    def lines(self) -> list[dict]:
        return self._gone + self.function.lines()


def log_lines(log: Path) -> list[dict]:
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert all(isinstance(line, dict) for line in lines)
    return lines


def metrics(lines: list[dict], name: str) -> list[tuple[dict[str, str], float]]:
    """Every value of a metric as CloudWatch reads the embedded metric format: once for each set of dimensions."""
    found = []
    for line in lines:
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            assert directive["Namespace"] == "Evenkeel"
            if name not in (metric["Name"] for metric in directive["Metrics"]):
                continue
            for dimensions in directive["Dimensions"]:
                found.append(({one: line[one] for one in dimensions}, line[name]))
    return found


def total(lines: list[dict], name: str, **dimensions: str) -> float:
    return sum(value for where, value in metrics(lines, name) if where == dimensions)
