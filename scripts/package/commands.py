"""Runs other programs. Their words go where ours go; what fails ends the packaging."""

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from . import Failure


def run(*command: str | Path, at: Path | None = None, variables: Mapping[str, str] | None = None) -> None:
    done = subprocess.run([str(word) for word in command], cwd=at, stdin=subprocess.DEVNULL,
                          env={**os.environ, **(variables or {})})
    if done.returncode:
        raise Failure(f"this failed with {done.returncode}: {shlex.join(map(str, command))}")


def output_of(*command: str | Path, at: Path | None = None, variables: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run([str(word) for word in command], cwd=at, stdin=subprocess.DEVNULL,
                              env={**os.environ, **(variables or {})}, capture_output=True, text=True)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed; ./dev package installs what it needs") from None
    if done.returncode:
        raise Failure(f"this failed with {done.returncode}: {shlex.join(map(str, command))}\n{done.stderr.strip()}")
    return done.stdout
