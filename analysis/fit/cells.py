"""A table as people keep it, as columns of text: CSV, TSV, JSON, JSON lines or Parquet.

What kind a file is shows in its content, not in its name. What is wrong with it is said in one line
that names the file, and the row: the first below the header is row 1.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections import Counter
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

Cells: TypeAlias = dict[str, list[str]]

LARGEST = 64 * 2**20
"""Bytes of a table; one of a hundred thousand runs has a tenth of it."""
SEPARATORS = ",;\t|"
"""What may stand between cells: what the header has most of."""
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
"""What encodings other than plain UTF-8 begin with."""
COMMENTS = re.compile(r"\A(\s*#[^\n]*\n)+")
"""Lines before the header, such as the settings of a sweep."""
PARQUET, ZIP = b"PAR1", b"PK\x03\x04"
STDIN = "-"


def read_cells(source: str | PathLike[str]) -> Cells:
    """Read the columns of a table; "-" is standard input.

    Raises
    ------
    ValueError
        Naming the source: it is not there, no file, too large, empty, not text, not a table.
    """
    try:
        content = _content(source)
        cells = _parsed(content)
        if not cells:
            raise ValueError("it has no columns")
        if not next(iter(cells.values())):
            raise ValueError("it has a header and no rows")
    except ValueError as error:
        raise ValueError(f"{source_name(source)}: {error}") from None
    return cells


def source_name(source: str | PathLike[str]) -> str:
    """Return what a source is called in a message."""
    return "standard input" if source == STDIN else str(source)


def _content(source: str | PathLike[str]) -> bytes:
    if source == STDIN:
        content = sys.stdin.buffer.read(LARGEST + 1)
    else:
        path = Path(source)
        if path.is_dir():
            raise ValueError("a folder; name the file in it")
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST + 1)
        except FileNotFoundError:
            raise ValueError("no such file") from None
        except OSError as error:
            raise ValueError(f"cannot be read ({error.strerror})") from None
    if len(content) > LARGEST:
        raise ValueError(
            f"larger than {LARGEST // 2**20} MB: one row a run is enough, such as its last"
        )
    if not content.strip():
        raise ValueError("it is empty")
    return content


def _parsed(content: bytes) -> Cells:
    if content.startswith(PARQUET):
        return _parquet(content)
    if content.startswith(ZIP):
        raise ValueError("a workbook or an archive, not text: save the sheet as CSV")
    text = COMMENTS.sub("", _text(content))
    start = text.lstrip()[:1]
    if start == "{":
        return _records(_json_lines(text))
    if start == "[":
        return _records(_json(text, "the file"))
    return _separated(text)


def _text(content: bytes) -> str:
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError("not text in UTF-8: save it as CSV in UTF-8") from None
    if "\0" in text:
        raise ValueError("not text: save the table as CSV")
    return text


def _separated(text: str) -> Cells:
    header = text.lstrip().splitlines()[0]
    separator = max(SEPARATORS, key=header.count)
    reader = csv.reader(
        io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=separator, strict=True
    )
    try:
        names = [name.strip() for name in next(reader)]
        rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: not CSV ({error})") from None
    if names.count("") > 1 or len(names) == 1:
        raise ValueError(
            "the first line is no header of columns; separate them by commas or tabs, and leave no "
            "title above"
        )
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise ValueError(f"the column {twice[0]!r} is there twice: rename one")
    for number, row in enumerate(rows, 1):
        if len(row) != len(names):
            raise ValueError(f"row {number} has {len(row)} cells, the header {len(names)}")
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _json_lines(text: str) -> list[Any]:
    lines = [line for line in text.splitlines() if line.strip()]
    return [_json(line, f"row {number}") for number, line in enumerate(lines, 1)]


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{where} is not JSON ({error})") from None


def _records(records: Any) -> Cells:
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise ValueError(f"row {number} is no object with a value for each column")
    if len(records) == 1 and all(isinstance(value, dict) for value in records[0].values()):
        raise ValueError("a column in each object: write it with orient='records'")
    records = [_flat(record) for record in records]
    names = dict.fromkeys(name for record in records for name in record)
    return {name: [_cell(record.get(name)) for record in records] for name in names}


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with the values of inner ones by names in parts: "config.n_params"."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        inner = _flat(value) if isinstance(value, dict) else None
        flat |= {name: value} if inner is None else {f"{name}.{k}": v for k, v in inner.items()}
    return flat


def _parquet(content: bytes) -> Cells:
    try:
        frame = pd.read_parquet(io.BytesIO(content))
    except ImportError:
        raise ValueError("Parquet needs one package more: pip install pyarrow") from None
    except Exception as error:
        raise ValueError(f"not Parquet that can be read ({error})") from None
    frame = frame.astype(object).where(frame.notna(), None)
    return {str(name): [_cell(value) for value in frame[name]] for name in frame}


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
