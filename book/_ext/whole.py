"""Files of the site are whole or are not there: what is half would be taken for done."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Give a scratch file to write to; it takes the place of the path when all went well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".part-") as scratch:
        whole = Path(scratch) / path.name
        yield whole
        os.replace(whole, path)


def write(path: Path, text: str) -> None:
    """Write a text whole or not at all."""
    with written(path) as whole:
        whole.write_text(text, encoding="utf-8")
