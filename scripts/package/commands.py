"""Runs other programs. Their words go where ours go; what fails ends the packaging."""

import contextlib
import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from . import Failure


LAST_LINES = 60  # of a log, when its command failed


def run(*command: str | Path, at: Path | None = None, variables: Mapping[str, str] | None = None,
        log: Path | None = None) -> None:
    """With a `log`, the output goes to the end of that file, and its last lines into the failure."""
    with open(log, "a") if log else contextlib.nullcontext() as output:
        done = subprocess.run([str(word) for word in command], cwd=at, stdin=subprocess.DEVNULL, stdout=output,
                              stderr=output, env={**os.environ, **(variables or {})})
    if done.returncode:
        lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:] if log else []
        raise Failure("\n".join([*lines, f"this failed with {done.returncode}: {shlex.join(map(str, command))}"]))


def output_of(*command: str | Path, at: Path | None = None, variables: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run([str(word) for word in command], cwd=at, stdin=subprocess.DEVNULL,
                              env={**os.environ, **(variables or {})}, capture_output=True, text=True)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed; ./dev package installs what it needs") from None
    if done.returncode:
        raise Failure(f"this failed with {done.returncode}: {shlex.join(map(str, command))}\n{done.stderr.strip()}")
    return done.stdout
