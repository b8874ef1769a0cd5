"""The columns of a release's tables: they are there, their numbers positive and finite, or why not.

Behind the loaders. What is wrong is told with the file, the line and the name of the column there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from analysis.internal.checks import shown
from analysis.internal.files import read_rows


class Files(Protocol):
    """What is read: the names of the files, and where a verified copy of each is."""

    @property
    def hashes(self) -> Mapping[str, str]: ...

    def path(self, file: str) -> Path: ...


def read_csv(
    files: Files, file: str, numbers: Mapping[str, str], texts: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return columns of a CSV file, by their names here and there; the index is the line.

    Raises
    ------
    ValueError
        Naming the file, and the line: not CSV, a column missing, no positive finite number where
        there should be one, no row at all.
    """
    texts = texts or {}
    theirs = [*texts.values(), *numbers.values()]
    return tidy(file, read_rows(files.path(file), theirs), numbers, texts)


def read_json_lines(
    files: Files, file: str, numbers: Mapping[str, str], texts: Mapping[str, str]
) -> pd.DataFrame:
    """Return columns of a file with a JSON object a line; as `read_csv`."""
    return tidy(file, _objects(file, files.path(file)), numbers, texts)


def tidy(
    file: str,
    rows: Iterable[tuple[int, Mapping[str, Any]]],
    numbers: Mapping[str, str],
    texts: Mapping[str, str],
) -> pd.DataFrame:
    """Return rows, each with its line, as a table: texts as they are, numbers as floats."""
    lines, table = [], []
    for line, row in rows:
        missing = [name for name in (*texts.values(), *numbers.values()) if name not in row]
        if missing:
            raise ValueError(f"{file}, line {line}: missing {missing[0]}")
        taken: dict[str, Any] = {name: _text(file, line, row, key) for name, key in texts.items()}
        taken |= {name: _number(file, line, row, key) for name, key in numbers.items()}
        lines.append(line)
        table.append(taken)
    if not table:
        raise ValueError(f"{file}: no rows")
    return pd.DataFrame(table, index=lines)


def counts(head_in: pd.Series, embedding: pd.Series) -> dict[str, pd.Series]:
    """Return the three counts of parameters: by N (head in), N_all and N_body.

    Parameters
    ----------
    head_in : Series
        All parameters but the input embedding: the count for which training costs 6 N D, since
        looking an embedding up multiplies nothing.
    embedding : Series
        The parameters of one embedding, of the input's or of the head's, which are of one size.
    """
    return {"N": head_in, "N_all": head_in + embedding, "N_body": head_in - embedding}


def require(table: pd.DataFrame, holds: Any, file: str, what: str) -> None:
    """Raise `ValueError` naming the file and the first line for which something does not hold."""
    wrong = table.index[~np.asarray(holds, dtype=bool)]
    if len(wrong):
        raise ValueError(f"{file}, line {wrong[0]}: {what}")


def require_close(
    table: pd.DataFrame, found: Any, expected: Any, within: float, file: str, what: str
) -> None:
    """Raise `ValueError` as `require`, unless numbers are as expected within a fraction of that."""
    require(table, np.abs(found / expected - 1) < within, file, what)


def require_once(table: pd.DataFrame, key: list[str], file: str) -> None:
    """Raise `ValueError` naming the file and the line, if a run is there twice."""
    require(table, ~table.duplicated(key), file, "a run that is there already")


def _objects(file: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: not text in UTF-8 ({error.reason})") from None
    for line, content in enumerate(text.splitlines(), 1):
        try:
            found = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{file}, line {line}: not JSON ({error})") from None
        if not isinstance(found, dict):
            raise ValueError(f"{file}, line {line}: not an object, got {shown(found)}")
        yield line, found


def _text(file: str, line: int, row: Mapping[str, Any], key: str) -> str:
    value = row[key]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{file}, line {line}: {key} must be text, got {shown(value)}")
    return value


def _number(file: str, line: int, row: Mapping[str, Any], key: str) -> float:
    value = row[key]
    try:
        number = np.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = np.nan
    if not 0 < number < np.inf:
        raise ValueError(f"{file}, line {line}: {key} must be positive, got {shown(value)}")
    return number
