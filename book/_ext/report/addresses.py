"""The public addresses of the site and of its repository; without them there are no buttons."""

import os
import re
import subprocess

from sphinx.config import Config
from sphinx.errors import ConfigError

from report import ROOT


def address(url: str) -> str:
    """Return the public web address of a repository, or "" if a reader could not open it.

    Examples
    --------
    >>> address("git@github.com:somebody/book.git")
    'https://github.com/somebody/book'
    >>> address("../book")
    ''
    """
    match = re.fullmatch(
        r"(?:https://(?:[^@/]+@)?|git@|ssh://git@)(github\.com|gitlab\.com)[:/]"
        r"([\w.-]+/[\w.-]+?)(?:\.git)?/?",
        url.strip(),
    )
    return f"https://{match[1]}/{match[2]}" if match else ""


def repository() -> str:
    """Return the address of the repository, from BOOK_REPOSITORY_URL or from git; "" if unknown."""
    named = os.environ.get("BOOK_REPOSITORY_URL", "")
    if named:
        known = address(named)
        if not known:
            raise ConfigError(f"BOOK_REPOSITORY_URL must be a public address, got {named!r}")
        return known
    command = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return address(done.stdout) if done.returncode == 0 else ""


def base_url() -> str:
    """Return the site's public address from BOOK_BASE_URL, ending in a slash; "" if not given."""
    named = os.environ.get("BOOK_BASE_URL", "")
    if not named:
        return ""
    if not re.match(r"https?://[^/\s]+", named):
        raise ConfigError(f"BOOK_BASE_URL must be an address such as https://..., got {named!r}")
    return named.rstrip("/") + "/"


def open_elsewhere(config: Config, url: str) -> None:
    """Offer the repository and, for notebooks, Binder and Colab."""
    launch = {"notebook_interface": "jupyterlab", "binderhub_url": "https://mybinder.org"}
    if "github.com" in url:
        launch["colab_url"] = "https://colab.research.google.com"
    config.html_theme_options |= {
        "repository_url": url,
        "repository_branch": "main",
        "path_to_docs": "",
        "use_repository_button": True,
        "use_issues_button": True,
        "launch_buttons": launch,
    }
