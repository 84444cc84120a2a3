"""The DynamoDBs that pins.py installs, running as long as they are needed."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..ports import free_ports, wait_for_listener
from .conftest import installed


def _dynamodb_local(port: int) -> list[str]:
    runner = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"
    # It has no option for the address that it listens on.
    options = ["-inMemory", "-disableTelemetry", "-port", str(port)]
    return ["java", "-Xmx256m", "-Djava.library.path=lib", "-cp", "lib/*", runner, *options]


def _dynalite(port: int) -> list[str]:
    # Its command line listens everywhere; its library can be told where.
    script = f"require('dynalite')({{createTableMs: 0}}).listen({port}, '127.0.0.1')"
    return ["node", "-e", script]


SERVERS = {"DynamoDB Local": _dynamodb_local, "dynalite": _dynalite}


@contextmanager
def running(name: str, log: Path) -> Iterator[str]:
    """The URL of a server of its own with no table in it."""
    (port,) = free_ports(1)
    command, folder = SERVERS[name](port), installed(name)
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            wait_for_listener(port, process, 60, log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.kill()
            process.wait(timeout=20)
