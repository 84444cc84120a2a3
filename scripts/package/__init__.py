"""Makes what is handed to people: Lambda zips, a Debian package, a root for a container. ./dev package runs it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MACHINES = {"x86_64": "x86_64", "aarch64": "arm64"}  # as compilers call it -> as Lambda and the zip's name do
DEBIAN = {"x86_64": "amd64", "aarch64": "arm64"}  # -> as Debian does
GNU = "{machine}-linux-gnu-{tool}"


class Failure(Exception):
    """What stops the packaging, in words for the operator who started it: what is wrong, and the remedy."""
