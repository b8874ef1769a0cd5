"""Files that installed packages bring, for pages that ask no other host."""

import importlib.metadata
from pathlib import Path


def file_of(package: str, name: str) -> Path:
    """Return the one file of an installed package whose path ends in a name.

    Examples
    --------
    >>> file_of("sphinx-mathjax-offline", "/tex-svg.js").name
    'tex-svg.js'
    """
    files = importlib.metadata.files(package) or []
    [found] = [file for file in files if str(file).endswith(name)]
    return Path(str(found.locate()))
