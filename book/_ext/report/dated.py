"""What is built carries the date of the last commit, not that of the build."""

import os
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOTED = HERE / "committed.txt"
"""In an archive that git wrote: the commit's date, in seconds. In a checkout: no number."""


def date_by_commit() -> None:
    """Set SOURCE_DATE_EPOCH to the date of the last commit, where it is known and not yet set."""
    command = ["git", "-C", str(HERE), "log", "-1", "--format=%ct"]
    seconds = NOTED.read_text(encoding="utf-8").strip() if NOTED.is_file() else ""
    if not seconds.isdecimal():
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError:
            return
        seconds = done.stdout.strip()
    if seconds.isdecimal():
        os.environ.setdefault("SOURCE_DATE_EPOCH", seconds)
