"""What the commands of the package share."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """A parser of a command whose errors are one line, which begins with the command's name."""

    def __init__(self, name: str, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)
        self.name = name

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.name}: {' '.join(message.split())}\n")


def say(text: str) -> None:
    """Print; whoever reads may stop early, as `head` does."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
