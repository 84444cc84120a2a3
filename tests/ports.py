"""Servers of other people, started on loopback: a free port for each, and when it listens."""

import socket
import subprocess
import time
from pathlib import Path


def free_ports(count: int) -> list[int]:
    """All different: they are held together, and released together."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def wait_for_listener(port: int, process: subprocess.Popen, seconds: float, log: Path | None = None) -> None:
    """Returns as soon as it listens; raises, with what it wrote, when it has ended or the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    said = f":\n{log.read_text()}" if log else ""
    raise RuntimeError(f"{process.args[0]} does not listen on port {port}{said}")
