"""Chromium, where the machine has one: it sets the equations and prints the book.

The shell is the same engine without a window; it opens a page in a third of the time.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def installed() -> str | None:
    """Return the browser's path; None without one, or without Python's playwright to drive it."""
    if find_spec("playwright") is None:
        return None
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def opened() -> Iterator[Browser]:
    """Open the installed browser without a window; close it in the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=installed(), args=list(OPTIONS))
        try:
            yield browser
        finally:
            browser.close()
