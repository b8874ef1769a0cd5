"""A file that a long computation writes its results to as they come, and resumes from.

It is a text file: a line that holds the settings as JSON, a line of column names, and a line of
comma-separated numbers for each finished result, which ends in a sum of its own: a changed digit is
told. A line is written in one piece and forced to the disk before the next result is waited for, so
that a computation that is killed loses only what it had not finished. A last line without its end,
torn off in the middle of writing, is dropped. Floats are written with all their digits: what is
read is what was computed.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any
from zlib import crc32

Row = tuple[int | float, ...]
MARK, SUM = "# ", "crc32"


class Checkpoint:
    """A file of results under the given settings; made if it is not there, read if it is.

    Use it as a context manager, or call `close`.

    Attributes
    ----------
    rows : list of tuple
        The finished results, as they stand in the file: ints and floats.

    Raises
    ------
    ValueError
        If the file is not a checkpoint, was written under other settings, holds other columns, or
        is damaged anywhere but in its last line.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "results.csv"
    >>> with Checkpoint(path, {"task": "squares"}, ["n", "square"]) as file:
    ...     file.append((3, 9.0))
    >>> with Checkpoint(path, {"task": "squares"}, ["n", "square"]) as file:
    ...     file.rows
    [(3, 9.0)]
    """

    def __init__(
        self, path: str | PathLike[str], settings: Mapping[str, Any], columns: Sequence[str]
    ) -> None:
        self.path, self.columns = Path(path), tuple(columns)
        if self.path.is_dir():
            raise ValueError(f"checkpoint must be a file, got the folder {str(path)!r}")
        self._head = [MARK + json.dumps(dict(settings), sort_keys=True), ",".join((*columns, SUM))]
        self.rows: list[Row] = []
        # Appending: every write goes to the end of the file, whatever else has it open.
        self._file = self.path.open("a+b")
        try:
            whole = self._read()
            self._file.truncate(whole)
            if whole == 0:
                self._write("\n".join(self._head) + "\n")
        except BaseException:
            self._file.close()
            raise

    def append(self, row: Row) -> None:
        """Write a result, and return when it is on the disk."""
        text = ",".join(repr(value) for value in row)
        self._write(f"{text},{_sum(text)}\n")
        self.rows.append(tuple(row))

    def close(self) -> None:
        """Close the file; nothing is lost if this is never called."""
        self._file.close()

    def __enter__(self) -> Checkpoint:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, text: str) -> None:
        before, rest = os.fstat(self._file.fileno()).st_size, text.encode()
        try:
            while rest:
                rest = rest[os.write(self._file.fileno(), rest) :]
            os.fsync(self._file.fileno())
        except BaseException:
            if rest:  # a full disk: half a line must not stand before the next one
                self._file.truncate(before)
            raise

    def _read(self) -> int:
        """Fill the rows from the file; return how many bytes of it are whole lines."""
        self._file.seek(0)
        content = self._file.read()
        whole = content.rfind(b"\n") + 1
        lines = content[:whole].decode("utf-8", errors="replace").splitlines()
        expected = "\n".join(self._head).encode() + b"\n"
        if content == expected[: len(content)]:
            return len(expected) if content == expected else 0
        if not lines or not lines[0].startswith(MARK):
            raise ValueError(f"path must be a checkpoint or a new file, got {self.path}")
        if lines[:2] != self._head:
            kept = "; ".join(lines[:2])
            raise ValueError(
                f"{self.path} was written under other settings: {kept}. "
                f"Asked for: {'; '.join(self._head)}. Name another file, or remove this one"
            )
        for number, line in enumerate(lines[2:], start=3):
            try:
                self.rows.append(self._parse(line))
            except (ValueError, ArithmeticError, RecursionError):
                raise ValueError(f"line {number} of {self.path} is damaged: {line!r}") from None
        return whole

    def _parse(self, line: str) -> Row:
        text, _, held = line.rpartition(",")
        values = tuple(json.loads(part) for part in text.split(","))
        good = all(type(value) in (int, float) and math.isfinite(value) for value in values)
        if len(values) != len(self.columns) or not good or held != _sum(text):
            raise ValueError
        return values


def _sum(text: str) -> str:
    return str(crc32(text.encode()))
