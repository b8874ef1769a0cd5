"""Which column of a table is what, by its name, and the numbers in its cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from analysis.fit.cells import Cells
from analysis.internal.counts import COUNTED, SUFFIXES, UNIT, UNITS, parse_count
from analysis.internal.kinds import Doubles

NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "N": (
            *("params", "parameters", "nparams", "nparameters", "numparams", "numparameters"),
            *("paramcount", "totalparams", "totalparameters", "modelparams", "modelsize"),
            *("nonembeddingparams", "nonembparams", "activeparams", "size", "n"),
        ),
        "D": (
            *("tokens", "traintokens", "trainingtokens", "ntokens", "numtokens", "tokensseen"),
            *("tokenstrained", "totaltokens", "datasize", "datasetsize", "d"),
        ),
        "C": (
            *("flops", "flop", "compute", "trainflops", "trainflop", "trainingflops"),
            *("trainingflop", "trainingcompute", "totalflops", "isoflop", "budget", "c"),
        ),
        "loss": (
            *("valloss", "validationloss", "evalloss", "finalvalloss", "testloss", "loss"),
            *("finalloss", "ce", "celoss", "crossentropy", "bpb", "bitsperbyte"),
            *("ppl", "perplexity", "valppl", "evalppl", "valperplexity", "trainloss"),
        ),
        "rate": ("lr", "learningrate", "maxlr", "peaklr", "maxlearningrate"),
        "run": ("run", "runid", "runname", "experiment", "exp", "trial", "name", "id"),
    }
)
"""What a column may be called, letters and digits alone in lower case; an earlier name wins."""
NEEDED = ("N", "D", "C", "loss")
MISSING = {"", "-", "na", "n/a", "nan", "none", "null", "missing", "#n/a"}
HEADED = UNITS | {f"{name}S": UNITS[name] for name in ("MILLION", "BILLION", "TRILLION")}
HEADER_UNIT = re.compile(
    r"[\s_]*[(\[]\s*(?:in\s+)?([A-Za-z]+)\s*[)\]]\s*$|_([KMBT])$|_(millions|billions|trillions)$"
)
"""A unit in a header: "params (M)", "tokens [in billions]", "params_M"."""
CELL_UNIT = re.compile(rf"\d[.\s]*({'|'.join(HEADED)})\b", re.I)
"""A unit beside a number, which then needs none of the header's."""
FAR = 1e3
"""Numbers without a letter that are so much smaller than those with one are in its unit."""
AFTER = rf"(?:e[+-]?\d+)?\s*(?:{UNIT})?\s*{COUNTED}"
"""What may follow the digits of a number."""
THOUSANDS = re.compile(rf"[1-9]\d{{0,2}}(,\d{{3}})+(\.\d*)?{AFTER}", re.I)
MANY_THOUSANDS = re.compile(rf"\d{{1,3}}((,\d{{3}}){{2,}}(\.\d*)?|(,\d{{3}})+\.\d+){AFTER}", re.I)
DECIMAL_COMMA = re.compile(rf"\d+,\d+{AFTER}", re.I)
POINTS = re.compile(rf"[1-9]\d{{0,2}}(\.\d{{3}})+(,\d+)?{AFTER}", re.I)
"""Points between thousands, where the decimal mark is a comma."""


def chosen_columns(cells: Cells, columns: Mapping[str, str]) -> dict[str, str]:
    """Return the column of each role: as asked, or by its name."""
    for role, column in columns.items():
        if role not in (*NEEDED, "group"):
            raise ValueError(f"columns are given for N, D, C, loss and group, not for {role!r}")
        column_and_unit(column, cells)
        twice = [other for other, name in columns.items() if name == column and other != role]
        if twice and "group" not in (role, *twice):
            raise ValueError(f"the column {column!r} is given for {role} and for {twice[0]}")
    taken = {column_and_unit(column, cells)[0] for column in columns.values()}
    rest = {name: values for name, values in cells.items() if name not in taken}
    guessed = {role: first_of(rest, NAMES[role]) for role in NEEDED if role not in columns}
    found = {**{role: name for role, name in guessed.items() if name is not None}, **columns}
    if "loss" not in found:
        raise ValueError(f"no column of losses; name it with --columns loss=...; {there(cells)}")
    if len({"N", "D", "C"} & set(found)) < 2:
        missing = [role for role in ("N", "D") if role not in found]
        how = " ".join(f"{role}=..." for role in missing)
        raise ValueError(
            f"no column for {' and '.join(missing)}; say which with --columns {how}; {there(cells)}"
        )
    if {"N", "D"} <= set(found) and "C" not in columns:
        found.pop("C", None)
    return found


def there(cells: Cells) -> str:
    """Say which columns there are."""
    names = list(cells)
    return "there are " + ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")


def plain_name(name: str) -> str:
    """Return a column's name in lower case, letters and digits alone, without its unit."""
    return re.sub("[^a-z0-9]", "", HEADER_UNIT.sub("", name).lower())


def first_of(cells: Cells, names: Sequence[str]) -> str | None:
    """Return the column that bears the first of these names that any bears.

    Of a name in parts, "config.n_params", the last part is enough if no whole name is among them.
    """
    whole: dict[str, str] = {}
    last: dict[str, str] = {}
    for column in cells:
        whole.setdefault(plain_name(column), column)
        last.setdefault(plain_name(re.split(r"[./]", column)[-1]), column)
    return next((known[name] for known in (whole, last) for name in names if name in known), None)


def column_and_unit(column: str, cells: Cells) -> tuple[str, float]:
    """Return a column's name and the unit of its numbers."""
    name, _, unit = column.rpartition(":")
    if column in cells:
        name, unit = column, ""
    elif name not in cells or unit.upper() not in SUFFIXES:
        raise ValueError(f"there is no column {column!r}; {there(cells)}")
    if unit:
        return name, SUFFIXES[unit.upper()]
    headed = header_unit(name)
    return name, HEADED.get(headed.upper(), 1.0)


def header_unit(name: str) -> str:
    """Return the unit that a header has, known or not; empty if it has none."""
    found = HEADER_UNIT.search(name)
    return next((part for part in found.groups() if part), "") if found else ""


def has_decimal_commas(cells: Cells) -> bool:
    """Return whether a comma is a decimal point in a table, as some cell of it shows."""
    return any(
        DECIMAL_COMMA.fullmatch(text.strip()) and not THOUSANDS.fullmatch(text.strip())
        for values in cells.values()
        for text in values
    )


def numbers_of(cells: Cells, column: str, *, commas: bool, role: str = "") -> Doubles:
    """Return the numbers of a column, NaN where there is none, or only a word such as "crashed".

    A cell with a unit of its own takes none from the header.
    A comma is a decimal point in a loss, and with `commas`, of a table whose cells show that it is.

    Raises
    ------
    ValueError
        Naming the row: a text that is no number, or one that is in another unit than the rest.
    """
    name, unit = column_and_unit(column, cells)
    texts = [text.strip() for text in cells[name]]
    decimal = role == "loss" or (commas and not any(map(MANY_THOUSANDS.fullmatch, texts)))
    values = np.full(len(texts), np.nan)
    lettered = np.zeros(len(values), bool)
    for row, text in enumerate(texts):
        if text.lower() not in MISSING and any(map(str.isdigit, text)):
            where = f"row {row + 1}, column {name!r}"
            lettered[row] = CELL_UNIT.search(text) is not None
            own = 1.0 if lettered[row] else unit
            plain_text = without_points(text, where) if commas and decimal else text
            values[row] = own * number_of(plain_text, where, decimal=decimal)
    plain = ~lettered & np.isfinite(values)
    if lettered.any() and plain.any() and values[plain].max() < values[lettered].min() / FAR:
        one, other = (int(np.flatnonzero(rows)[0]) for rows in (lettered, plain))
        raise ValueError(
            f"column {name!r} mixes units: row {one + 1} has {texts[one]!r}, "
            f"row {other + 1} has {texts[other]!r}; write all of them in one"
        )
    return values


def without_points(text: str, where: str) -> str:
    """Take out the points between thousands, in a table whose decimal mark is a comma."""
    if POINTS.fullmatch(text) is None:
        return text
    if text.count(".") == 1 and "," not in text:
        raise ValueError(
            f"{where}: is the point of {text!r} between thousands, or a decimal one? The decimal "
            "mark of this table is a comma; write the number without the point"
        )
    return text.replace(".", "")


def number_of(text: str, where: str, *, decimal: bool = False) -> float:
    """Read a number as people write it: 1.3B, 300e9, 1,000; `where` is named if it is none."""
    if DECIMAL_COMMA.fullmatch(text) and (decimal or not THOUSANDS.fullmatch(text)):
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return parse_count(text, where)


def is_number(text: str) -> bool:
    """Whether a text can be read as a number."""
    try:
        number_of(text, "")
    except ValueError:
        return False
    return True


def rows_where(cells: Cells, where: Mapping[str, str]) -> np.ndarray:
    """Return the places of the rows that are asked for."""
    rows = list(range(len(next(iter(cells.values())))))
    for column, text in where.items():
        if column not in cells:
            raise ValueError(f"there is no column {column!r}; {there(cells)}")
        rows = [row for row in rows if _same(cells[column][row].strip(), text.strip())]
        if not rows:
            some = ", ".join(sorted(set(cells[column]))[:6])
            raise ValueError(f"no row has {text!r} in {column!r}; there is {some}")
    return np.array(rows)


def _same(cell: str, text: str) -> bool:
    """Whether a cell is this text, or the same number."""
    numbers = is_number(cell) and is_number(text)
    return cell == text or (numbers and number_of(cell, "") == number_of(text, ""))
