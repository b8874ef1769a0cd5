"""The ledger: what a source printed, what its own statement gives, and the verdict.

A verdict is computed. `analysis.claims.statements` says what a quantity is,
`analysis.claims.readings` how printed digits can follow from it, and the first reading that gives
the digits is the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

from analysis.claims import from_runs as _measured  # noqa: F401 - registers its statements
from analysis.claims import lifetime as _lifetime  # noqa: F401 - registers its statements
from analysis.claims.readings import READINGS, Kind
from analysis.claims.report import Verdict
from analysis.claims.statements import STATEMENTS, UNIT_SIZES, Case, Claim, case_of, parse_given
from analysis.internal.doors import checked
from analysis.internal.files import read_rows
from analysis.internal.kinds import several

TABLES = ("claims.csv", "serving_claims.csv", "gadre_claims.csv", "gadre_heatmaps.csv")
"""The project's own tables, beside this module."""
NO_RUNS = "An estimate from training runs that are not at hand: nothing printed gives it."


@checked
def load_claims(path: str | Path | None = None) -> list[Claim]:
    """Read a table of claims, by default the project's own.

    Parameters
    ----------
    path : str or Path, optional
        A CSV file in UTF-8 with the fields of `Claim` as its columns.

    Returns
    -------
    list of Claim
        In the order of the table; each says its source, its printed digits and their unit.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        Naming the file and the line: no UTF-8 or no CSV, a missing column, an id given twice,
        printed digits that are no number or beyond double precision, an unknown unit, a malformed
        `given`.

    Examples
    --------
    >>> claims = {claim.id: claim for claim in load_claims()}
    >>> claims["post.overhead.0.25"].printed
    '188'
    """
    return list(_own_claims() if path is None else _read([Path(path)]))


@cache
def _own_claims() -> tuple[Claim, ...]:
    return _read([files("analysis.claims").joinpath(name) for name in TABLES])


def _read(tables: Sequence[Path | Traversable]) -> tuple[Claim, ...]:
    claims: dict[str, Claim] = {}
    columns = [field.name for field in fields(Claim)]
    for table in tables:
        for line, row in read_rows(table, columns):
            try:
                claim = _checked(row)
                if claim.id in claims:
                    raise ValueError(f"the id {claim.id!r} is given twice")
            except ValueError as error:
                raise ValueError(f"{table.name}, line {line}: {error}") from None
            claims[claim.id] = claim
    return tuple(claims.values())


@checked
def audit(claims: Annotated[Iterable[Claim], several(Claim, least=0)]) -> list[Verdict]:
    """Judge each claim.

    Claims that others quote or stand in a table with are taken from `claims`, then from the
    project's own tables. A claim whose quantity nobody has stated gets no verdict.

    Parameters
    ----------
    claims : iterable of Claim
        As `load_claims` returns them.

    Returns
    -------
    list of Verdict
        In the order of the claims; `computed` is in the unit of the claim.

    Raises
    ------
    ValueError
        Naming the claim: its `given` lacks an input of its quantity, or has one that allows no
        answer.

    Examples
    --------
    >>> [verdict] = audit([claim for claim in load_claims() if claim.id == "post.overhead.0.5"])
    >>> print(verdict.kind, "-", verdict.explanation)
    reproduced by truncation - 20.78 cut off gives 20.
    """
    claims = list(claims)
    ledger = {claim.id: claim for claim in (*_own_claims(), *claims)}
    return [_named(claim, ledger) for claim in claims if claim.quantity in STATEMENTS]


def _named(claim: Claim, ledger: Mapping[str, Claim]) -> Verdict:
    """Judge a claim; every error names it."""
    try:
        return _judge(case_of(claim, ledger))
    except (ValueError, ArithmeticError) as error:
        if str(error).startswith(f"claim {claim.id}: "):
            raise
        raise ValueError(f"claim {claim.id}: {error}") from error


def _judge(case: Case) -> Verdict:
    if not case.computable():
        return Verdict(case.claim, None, "", Kind.NOT_CHECKED, NO_RUNS)
    value = case.value()
    # The last reading always speaks.
    said = ((reading, reading.explain(case, value)) for reading in READINGS)
    reading, explanation = next((one, text) for one, text in said if text is not None)
    computed = reading.value(case) if reading.value else value
    law = reading.law or case.law_name
    return Verdict(case.claim, computed, law, reading.kind, explanation)


def _checked(row: dict[str, str]) -> Claim:
    claim = Claim(**row)
    if not claim.id:
        raise ValueError("the id is empty")
    try:
        number = Decimal(claim.printed)
    except ArithmeticError:
        raise ValueError(f"printed must be a number, got {claim.printed!r} ({claim.id})") from None
    if not number.is_finite():
        raise ValueError(f"printed must be finite, got {claim.printed!r} ({claim.id})")
    if number and not (-300 < number.adjusted() < 300 and len(claim.printed) <= 100):
        raise ValueError(
            f"printed must fit double precision, got {claim.printed[:100]} ({claim.id})"
        )
    if claim.unit not in UNIT_SIZES:
        raise ValueError(f"unit must be one of {list(UNIT_SIZES)}, got {claim.unit!r} ({claim.id})")
    parse_given(claim)
    return claim
