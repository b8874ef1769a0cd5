"""Training runs from a table as people keep it: columns by name, numbers as they are written.

Nothing is dropped in silence. A row that cannot be fitted is left out by its number and a reason;
what was converted, averaged or chosen among is said. Rows count from 1 below the header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Annotated, TypeAlias

import numpy as np

from analysis.fit.cells import Cells, read_cells, source_name
from analysis.fit.columns import (
    HEADED,
    MISSING,
    NAMES,
    NEEDED,
    chosen_columns,
    column_and_unit,
    first_of,
    has_decimal_commas,
    header_unit,
    is_number,
    numbers_of,
    plain_name,
    rows_where,
    there,
)
from analysis.fit.runs import Runs, alike
from analysis.internal.checks import shown
from analysis.internal.counts import parse_count
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Doubles, PositiveFloat, named, one_of, several
from analysis.laws import FLOP_PER_PARAMETER_TOKEN

Source: TypeAlias = Annotated[str | PathLike[str], str | PathLike]
Texts: TypeAlias = Annotated[Mapping[str, str], named(str, str)]

PER_BYTE = ("bpb", "bitsperbyte", "bitsperchar")
"""How columns of losses a byte are called; a character is taken for a byte."""
UNITS = {"nats": 1.0, "bits": float(np.log(2))}
PERPLEXITY = "perplexity"
DIVERGED = 1.5
"""A run whose loss is so many times that of one with no more parameters and tokens diverged."""
HIGHEST = 14.0
"""Nats per token that no model of text has: the logarithm of a vocabulary of a million."""
MOST_DIVERGED = 0.1
"""The share of rows that may have diverged."""
MOST_KINDS = 20
SEVERAL_KINDS = "runs of several kinds"
"""What a note says of a table that mixes training sets, or losses."""
ROUGHLY = 0.25
"""By how much 6 N D may be off a column of compute before that is said."""
KEEPS = ("diverged", "repeats")


@dataclass(frozen=True)
class LeftOut(Shown):
    """A row that is not among the runs: its number, from 1 below the header, and why."""

    row: int
    why: str


@dataclass(frozen=True, eq=False)
class RunTable(Shown):
    """What a table holds.

    Attributes
    ----------
    runs : Runs
    rows : array, shape (n,)
        The row of each run.
    groups : array, shape (n,), or None
        The label of each run's group.
    columns : Mapping[str, str]
        The column that gave each of "N", "D", "C", "loss" and "group", where one did.
    left_out : tuple of LeftOut
    notes : tuple of str
        What was converted, averaged or chosen among, in words.
    counts : Mapping[str, array]
        Other counts of the parameters of each run, by what they count.
    """

    runs: Runs
    rows: np.ndarray
    groups: np.ndarray | None
    columns: Mapping[str, str]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    counts: Mapping[str, Doubles]


@checked
def read_table(
    source: Source,
    *,
    columns: Texts | None = None,
    where: Texts | None = None,
    loss_unit: Annotated[str, one_of(*UNITS, PERPLEXITY)] = "nats",
    bytes_per_token: PositiveFloat = 1.0,
    flop_per_token: PositiveFloat | None = None,
    best_of: str | None = None,
    keep: Annotated[Sequence[str], several(one_of(*KEEPS), least=0)] = (),
    embeddings: str | None = None,
    vocabulary: PositiveFloat | None = None,
    width: str | None = None,
) -> RunTable:
    """Read training runs from a file, and say what became of each row.

    Parameters
    ----------
    source : path
        CSV, TSV, JSON, JSON lines or Parquet; "-" is standard input.
    columns : mapping of str to str, optional
        The column of "N", "D", "C", "loss" and "group", where the name does not tell it; a unit may
        follow: {"N": "params:M"} for millions. "C" is training compute, FLOP.
    where : mapping of str to str, optional
        Rows to read: those whose cell in each of these columns is this text.
    loss_unit : str
        "nats" or "bits" a token; "perplexity" is converted to nats.
    bytes_per_token : float
        By which a loss a byte is multiplied.
    flop_per_token : float
        FLOP of training per parameter and token, by which N or D is told from C and the other; 6
        by default, as everywhere else.
    best_of : str, optional
        A column, such as the learning rate: of rows with one N and D the best loss is kept. Without
        it, a column that is called a learning rate.
    keep : sequence of str
        "diverged" runs, or all "repeats" of one N and D whatever their learning rate.
    embeddings : str, optional
        A column with the parameters of the embedding, which N counts.
    vocabulary, width : float, str, optional
        The same as a product; the width is a column, or a number.

    Returns
    -------
    RunTable

    Raises
    ------
    ValueError
        In one line: what is wrong with the file, its columns or a cell, and what to do.
    """
    cells = read_cells(source)
    try:
        sheet = Sheet(cells, rows_where(cells, where or {}))
        sheet.read(chosen_columns(cells, columns or {}), flop_per_token)
        sheet.compare_compute(columns or {})
        sheet.convert(loss_unit, bytes_per_token)
        if "diverged" not in keep:
            sheet.leave_out_diverged()
        if "repeats" not in keep:
            sheet.leave_out_copies()
            sheet.keep_the_best(best_of)
        return sheet.table(_embedding(sheet, embeddings, vocabulary, width))
    except ValueError as error:
        raise ValueError(f"{source_name(source)}: {error}") from None


@checked
def read_runs(source: Source, *, columns: Texts | None = None) -> Runs:
    """Read training runs from a file, as the fits take them; `read_table` says what it did.

    Raises
    ------
    ValueError
        As `read_table`.
    """
    return behind(read_table)(source, columns=columns).runs


class Sheet:
    """The rows of a table on their way to runs."""

    def __init__(self, cells: Cells, rows: np.ndarray) -> None:
        self.cells, self.rows = cells, rows
        self.commas = has_decimal_commas(cells)
        self.columns: dict[str, str] = {}
        self.left_out: list[LeftOut] = []
        self.notes: list[str] = []
        self.values: dict[str, Doubles] = {}

    def numbers(self, column: str, role: str = "") -> Doubles:
        """Return the numbers of a column, for all rows of the table."""
        return numbers_of(self.cells, column, commas=self.commas, role=role)

    def read(self, chosen: Mapping[str, str], flop_per_token: float | None) -> None:
        """Read the numbers of the columns, and tell what is missing from the others."""
        self.columns = dict(chosen)
        found = {role: self.numbers(chosen[role], role) for role in NEEDED if role in chosen}
        for row in self.rows:
            bad = [role for role in found if not 0 < found[role][row] < np.inf]
            if bad:
                text = self.cells[column_and_unit(chosen[bad[0]], self.cells)[0]][row].strip()
                said = f"is {shown(text)}" if text.lower() not in MISSING else "has no number"
                self._leave(row, f"{chosen[bad[0]]!r} {said}")
        gone = {one.row - 1 for one in self.left_out}
        self.rows = np.array([row for row in self.rows if row not in gone], dtype=int)
        self.values = {role: values[self.rows] for role, values in found.items()}
        given = flop_per_token or float(FLOP_PER_PARAMETER_TOKEN)
        if "C" not in self.values and flop_per_token is not None:
            raise ValueError("--flop-per-token tells N or D from C, and both are there")
        for role, other in (("N", "D"), ("D", "N")):
            if role not in self.values:
                self.values[role] = self.values["C"] / given / self.values[other]
                self.notes.append(f"{role} is {chosen['C']!r} / ({given:g} {other})")
        self._say_units()

    def _say_units(self) -> None:
        for role in ("N", "D"):
            unit = header_unit(self.columns.get(role, ""))
            if unit and unit.upper() not in HEADED:
                self.notes.append(f"({unit}) in {self.columns[role]!r} is taken for no unit")
        losses = self.cells[column_and_unit(self.columns["loss"], self.cells)[0]]
        if self.commas or any("," in text for text in losses):
            self.notes.append("a comma is read as a decimal point")

    def compare_compute(self, asked: Mapping[str, str]) -> None:
        """Say that a column of compute is not used, and what it would say, if it is not 6 N D."""
        column = first_of(self.cells, NAMES["C"])
        if "C" in self.columns or column is None or column in asked.values():
            return
        with np.errstate(invalid="ignore"):
            own = self.numbers(column)[self.rows]
            factors = own / (self.values["N"] * self.values["D"])
            low, factor, high = np.nanquantile(factors, [0, 0.5, 1])
        if np.isfinite(factor) and abs(factor / FLOP_PER_PARAMETER_TOKEN - 1) > ROUGHLY:
            told = " to ".join(dict.fromkeys(f"{end:.3g}" for end in (low, high)))
            self.notes.append(f"{column!r} is not used; it is {told} N D, not 6 N D")

    def convert(self, unit: str, bytes_per_token: float) -> None:
        """Put the losses into nats a token."""
        loss, column = self.values["loss"], self.columns["loss"]
        kind = re.sub("[^a-z]", "", column.lower())
        if "perplexity" in kind or "ppl" in kind:
            if unit != PERPLEXITY:
                raise ValueError(f"{column!r} is a perplexity: --loss-unit perplexity converts it")
        elif any(one in kind for one in PER_BYTE) and (unit != "bits" or bytes_per_token == 1):
            raise ValueError(
                f"{column!r} is in bits a byte: give --loss-unit bits and --bytes-per-token"
            )
        elif "bits" in kind and unit != "bits":
            raise ValueError(f"{column!r} is in bits: --loss-unit bits converts it")
        if unit == PERPLEXITY and len(loss) and loss.min() <= 1:
            raise ValueError(f"{column!r} is no perplexity: it goes down to {loss.min():g}")
        nats = np.log(loss) if unit == PERPLEXITY else loss * UNITS[unit]
        with np.errstate(over="ignore"):
            self.values["loss"] = nats * bytes_per_token
        if unit != "nats" or bytes_per_token != 1:
            each = f", {bytes_per_token:g} bytes a token" if bytes_per_token != 1 else ""
            self.notes.append(f"losses converted from {unit}{each} to nats a token")
        middle = np.median(self.values["loss"]) if len(loss) else 0.0
        if middle > HIGHEST:
            at, guess = "", "a perplexity? --loss-unit perplexity converts it"
            if bytes_per_token != 1:
                at, guess = f" at --bytes-per-token {bytes_per_token:g}", "is it a loss a byte?"
            raise ValueError(
                f"{column!r} is about {middle:.3g}{at}, more than the logarithm of any vocabulary: "
                f"{guess}"
            )

    def leave_out_diverged(self) -> None:
        """Leave out runs of a loss that a smaller run with less data undercuts by far.

        If that is many of them they are no accidents: the table mixes runs of several kinds.
        """
        N, D, loss = (self.values[role] for role in ("N", "D", "loss"))
        far: dict[int, str] = {}
        for i in range(len(loss)):
            less = np.flatnonzero((N <= N[i]) & (D <= D[i]))
            best = less[loss[less].argmin()]
            if loss[i] > HIGHEST or loss[i] > DIVERGED * loss[best]:
                far[i] = (
                    f"diverged: loss {loss[i]:.4g}, while row {self.rows[best] + 1} has "
                    f"{loss[best]:.4g} with no more parameters and tokens"
                )
        if len(far) > max(MOST_DIVERGED * len(loss), 2):
            self.notes.append(
                f"{len(far)} rows have far higher losses than smaller ones with less data: "
                f"{self._kinds()}"
            )
            return
        for i, why in far.items():
            self._leave(self.rows[i], why)
        self._keep(np.array([i not in far for i in range(len(loss))], dtype=bool))

    def _kinds(self) -> str:
        """Say how to read one kind of runs alone, if a column of few texts tells them apart."""
        for column, cells in self.cells.items():
            texts = {cells[row].strip() for row in self.rows}
            if 1 < len(texts) <= MOST_KINDS and not any(map(is_number, texts)):
                return f"{SEVERAL_KINDS}? --where {column}={min(texts)} reads one of them"
        return f"{SEVERAL_KINDS}?"

    def leave_out_copies(self) -> None:
        """Leave out rows that have the numbers of another row: they are no runs of their own."""
        seen: dict[tuple[float, ...], int] = {}
        kept = np.ones(len(self.rows), bool)
        for i, run in enumerate(zip(*(self.values[r] for r in ("N", "D", "loss")), strict=True)):
            first = seen.setdefault(run, i)
            if first != i:
                kept[i] = False
                self._leave(self.rows[i], f"same N, D and loss as row {self.rows[first] + 1}")
        self._keep(kept)

    def keep_the_best(self, best_of: str | None) -> None:
        """Of rows with one N and D that differ in a column, keep those of the best mean loss."""
        column = best_of or first_of(self.cells, NAMES["rate"])
        if best_of is not None and best_of not in self.cells:
            raise ValueError(f"--best-of: there is no column {best_of!r}; {there(self.cells)}")
        if column is None:
            return
        of, loss = alike(self.values["N"], self.values["D"]), self.values["loss"]
        texts = np.array([self.cells[column][row].strip() for row in self.rows])
        kept = np.ones(len(of), bool)
        for one in np.flatnonzero(np.bincount(of) > 1):
            same = np.flatnonzero(of == one)
            means = {text: loss[same[texts[same] == text]].mean() for text in set(texts[same])}
            best = min(means, key=lambda text: means[text])
            for i in same[texts[same] != best]:
                kept[i] = False
                self._leave(self.rows[i], f"{column!r} {best} does better at the same N and D")
        self._keep(kept)

    def table(self, embedding: Doubles | None) -> RunTable:
        """Return the runs."""
        if not len(self.rows):
            first = f": row {self.left_out[0].row}, {self.left_out[0].why}" if self.left_out else ""
            raise ValueError(f"no row is left{first}")
        N, counts = self.values["N"], {}
        if embedding is not None:
            own, column = embedding[self.rows], plain_name(self.columns.get("N", ""))
            if "nonemb" in column or "body" in column:
                counts["with embeddings"] = N + own
            else:
                counts["without embeddings"] = N - own
            bad = self.rows[~(np.concatenate([*counts.values()]) > 0)]
            if len(bad):
                raise ValueError(
                    f"row {bad[0] + 1}: the embedding must be a number, and smaller than N; does N "
                    "leave it out?"
                )
        runs = behind(Runs)(N, self.values["D"], self.values["loss"])
        left_out = tuple(sorted(self.left_out, key=lambda one: one.row))
        return RunTable(
            runs, self.rows + 1, self._groups(), self.columns, left_out, tuple(self.notes), counts
        )

    def _groups(self) -> np.ndarray | None:
        """Labels of the groups: those of a column, or of the checkpoints of a run, or of seeds."""
        asked = self.columns.get("group")
        column = asked or first_of(self.cells, NAMES["run"])
        if column is not None:
            labels = np.array([self.cells[column][row].strip() for row in self.rows], dtype=object)
            blank = labels == ""
            labels[blank] = [f"row {row + 1}" for row in self.rows[blank]]
            if asked is not None or self._are_checkpoints(labels):
                self.columns["group"] = column
                self.notes.append(
                    f"rows of one {column!r} share its errors and are left out together"
                )
                return labels.astype(str)
        of = alike(self.values["N"], self.values["D"])
        repeats = len(of) - len(np.unique(of))
        if not repeats:
            return None
        self.notes.append(
            f"{repeats} rows repeat the N and D of another: all count, and are left out together"
        )
        return of.astype(str)

    def _are_checkpoints(self, labels: np.ndarray) -> bool:
        """Whether rows of a label are one size at several lengths, for most of the labels."""
        several = 0
        for one in set(labels):
            own = labels == one
            if len(set(self.values["N"][own])) > 1:
                return False
            several += len(set(self.values["D"][own])) > 1
        return several > len(set(labels)) / 2

    def _leave(self, row: int, why: str) -> None:
        self.left_out.append(LeftOut(int(row) + 1, why))

    def _keep(self, kept: np.ndarray) -> None:
        self.rows = self.rows[kept]
        self.values = {role: values[kept] for role, values in self.values.items()}


def _embedding(
    sheet: Sheet, embeddings: str | None, vocabulary: float | None, width: str | None
) -> Doubles | None:
    """Return the parameters of the embedding in each row, if they are told."""
    if embeddings is not None:
        if vocabulary is not None or width is not None:
            raise ValueError("--embeddings says it already: leave out --vocabulary and --width")
        try:
            return sheet.numbers(embeddings)
        except ValueError as error:
            raise ValueError(f"--embeddings: {error}") from error
    if (vocabulary is None) != (width is None):
        raise ValueError("--vocabulary and --width go together")
    if vocabulary is None or width is None:
        return None
    if width in sheet.cells:
        return np.asarray(vocabulary * sheet.numbers(width))
    if not is_number(width):
        raise ValueError(f"--width: there is no column {width!r}; {there(sheet.cells)}")
    return np.full(len(next(iter(sheet.cells.values()))), vocabulary * parse_count(width))
