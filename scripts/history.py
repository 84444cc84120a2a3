"""What of the main line's history the checks compare with."""

import os
import subprocess
from pathlib import Path

DAY = 86_400


def compared_with(root: Path) -> str:
    """$EVENKEEL_BASE, or the newest commit of the main line that is at least a day older than the last one; empty
    where there is none, or no history."""
    def said(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout.strip()

    if base := os.environ.get("EVENKEEL_BASE"):
        return base
    try:
        before = int(said("log", "-1", "--format=%ct")) - DAY
        return said("rev-list", "-1", "--first-parent", f"--before={before}", "HEAD")
    except (OSError, subprocess.CalledProcessError):
        return ""
