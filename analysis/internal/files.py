"""Files that are whole or are not there, sealed records, and tables that say what is wrong.

A record is JSON with the SHA-256 of its own content, so that a changed digit is told.
"""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import Any, cast

from analysis.internal.checks import shown

SEAL = "sha256"
REGISTERED = re.compile(r"\S+\s+sha256:[0-9a-f]{64}\s*")
"""A line of a registry."""
DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR}
"""What keeps a file from being written."""


class DamagedDataError(ValueError):
    """A file does not have the hash that it must have, or is not what it must be."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, whatever interrupts; a file in its place stays until then.

    One that holds the content already is left as it is.
    Only a process that is killed leaves its scratch folder beside the file, which nobody reads.
    """
    with suppress(OSError):
        if path.read_bytes() == content:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".part-") as scratch:
        whole = Path(scratch) / path.name
        with whole.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(whole, path)


def write_record(path: Path, content: dict[str, Any]) -> Path:
    """Write a record with its seal; return its path."""
    sealed = {**content, SEAL: _seal(content)}
    write_whole(path, (json.dumps(sealed, indent=1, allow_nan=False) + "\n").encode())
    return path


def read_record(path: Path, *keys: str) -> dict[str, Any]:
    """Return what `write_record` wrote, with the given keys.

    Raises
    ------
    DamagedDataError
        Naming the file, if it is not JSON, lacks a key or does not have its own hash.
    FileNotFoundError
        If there is none.
    """
    try:
        content = json.loads(path.read_bytes().decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DamagedDataError(f"{path} is damaged: it is not JSON ({error})") from None
    missing = [key for key in (*keys, SEAL) if not isinstance(content, dict) or key not in content]
    if missing:
        raise DamagedDataError(f"{path} is damaged: it lacks {missing[0]!r}")
    if content.pop(SEAL) != _seal(content):
        raise DamagedDataError(f"{path} is damaged: its content does not have the hash it holds")
    return cast(dict[str, Any], content)


def read_registry(path: Path) -> dict[str, str]:
    """Return the hashes of files, `sha256:...`, by their relative paths."""
    found: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            if not REGISTERED.fullmatch(line) or line.split()[0] in found:
                raise DamagedDataError(f"{path} is damaged: {line[:200]!r}")
            file, value = line.split()
            found[inner_path("file", file)] = value
    return found


def within(folder: Path, place: Path) -> Path:
    """Return a place in a folder of ours; a link out of it is nobody's to write through."""
    if not place.parent.resolve().is_relative_to(folder.resolve()):
        raise DamagedDataError(f"{place} leads out of {folder}, to {place.parent.resolve()}")
    return place


def plain_name(name: str, value: object) -> str:
    """Return the name of a file without a path in it, or raise `ValueError`."""
    text = value if isinstance(value, str) else ""
    good = text.isprintable() and not set(text) & set('/\\:"*?<>|')
    if not good or not text.strip(". ") or len(text) > 100:
        raise ValueError(f"{name} must be a plain file name, got {shown(value)}")
    return text


def inner_path(name: str, value: object) -> str:
    """Return a relative path that stays below its folder, or raise `ValueError`."""
    parts = value.split("/") if isinstance(value, str) else [""]
    for part in parts:
        plain_name(name, part)
    return str(PurePosixPath(*parts))


def each(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return dictionaries and lists with every leaf changed; a tuple becomes a list, as in JSON."""
    if isinstance(value, Mapping):
        return {key: each(below, change) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [each(below, change) for below in value]
    return change(value)


def in_json(name: str, value: Any) -> Any:
    """Return what a record can hold, or raise `ValueError`: NaN and infinity are none."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{name} must be what JSON can hold: {error}") from None
    return value


def read_rows(
    table: Path | Traversable, columns: Sequence[str], *, optional: Sequence[str] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV file, each with its line and the given columns.

    An optional column that is not there is empty.

    Raises
    ------
    ValueError
        Naming the file, and the line: not UTF-8, not CSV, a column missing or there twice, a row of
        too many or too few fields.
    """
    try:
        text = table.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{table.name}: not text in UTF-8 ({error.reason})") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        found = list(reader.fieldnames or [])
        missing = [column for column in columns if column not in (*found, *optional)]
        if missing:
            raise ValueError(f"{table.name}: missing column {', '.join(missing)}")
        if len(set(found)) < len(found):
            raise ValueError(f"{table.name}: a column is there twice: {', '.join(found)}")
        for row in reader:
            if None in row or None in row.values():
                raise ValueError(f"{table.name}, line {reader.line_num}: not {len(found)} fields")
            yield reader.line_num, {column: row.get(column, "") for column in columns}
    except csv.Error as error:
        raise ValueError(f"{table.name}, line {reader.line_num}: not CSV ({error})") from None


def _seal(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"sha256:{sha256(text.encode()).hexdigest()}"
