"""The sums of a site: `SHA256SUMS` at its top names every file and its SHA-256.

They stand in the form that `sha256sum -c` reads, so that anybody can compare.
"""

import hashlib
import re
from pathlib import Path

from analysis.internal.files import write_whole

NAME = "SHA256SUMS"
MEMORY = ".buildinfo"
"""What Sphinx notes for the next build here, with the paths of this machine: not published."""
LINE = re.compile(r"([0-9a-f]{64})  (.+)")


class SumsError(ValueError):
    """A list of sums that cannot be read or trusted; the message says which and why."""


def sums_of(site: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a site, by its name there."""
    aside = (NAME, MEMORY)
    files = (path for path in site.rglob("*") if path.is_file() and path.name not in aside)
    named = sorted((path.relative_to(site).as_posix(), path) for path in files)
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in named}


def write_sums(site: Path) -> None:
    """Write the list of sums of a site into it."""
    lines = [f"{digest}  {name}\n" for name, digest in sums_of(site).items()]
    write_whole(site / NAME, "".join(lines).encode())


def read_sums(text: str) -> dict[str, str]:
    """Read a list of sums.

    Raises
    ------
    SumsError
        If a line is not a sum and a name, a name comes twice or leads out of the site.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = LINE.fullmatch(line)
        if match is None or match[2] in found or ".." in Path(match[2]).parts or match[2][0] == "/":
            raise SumsError(f"{NAME}, line {number}: not a sum and a file's name: {line[:160]!r}")
        found[match[2]] = match[1]
    if not found:
        raise SumsError(f"{NAME} is empty")
    return found
