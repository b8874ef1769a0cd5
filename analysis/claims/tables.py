"""What a table says by itself: the exponents its entries allow, the frontier its rows lie on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np

from analysis.claims.digits import rounds_to
from analysis.claims.statements import Case, case_of, states
from analysis.laws import ParametricLaw

CONSISTENT = 0.01
"""Rows whose C and 6 N D differ by less, relatively, define the frontier of their table."""


@states("chosen exponent")
def _chosen_exponent(case: Case) -> float:
    """The neighbour, at the printed number of decimals, that most entries of the table fit."""
    return max(exponent_candidates(case), key=lambda found: found[1])[0]


def exponent_candidates(case: Case) -> list[tuple[float, int]]:
    """Each value near the source's exponent, with the entries of its table that then hold."""
    name, law = case.parameter(), case.parametric()
    step = 10.0 ** int(Decimal(case.claim.printed).as_tuple().exponent)
    centre = round(getattr(law, name) / step)
    return [
        (n * step, entries_that_hold(case, replace(law, **{name: n * step})))
        for n in range(max(1, centre - 3), centre + 4)
    ]


def entries_that_hold(case: Case, law: ParametricLaw) -> int:
    """How many entries of the claim's table the law gives, at the printed digits."""
    entries = [case_of(claim, case.ledger).under(law) for claim in case.companions()]
    return sum(rounds_to(entry.value(), entry.claim.printed) for entry in entries)


def row_of(case: Case) -> list[Case]:
    """The cases of the claim's table at the claim's N."""
    cases = [case_of(claim, case.ledger) for claim in case.companions()]
    return [other for other in cases if other.number("N") == case.number("N")]


def on_frontier(case: Case, N: float) -> float:
    """The claim's quantity, in its unit, at size N on its table's frontier.

    On any parametric law the compute-optimal C and D are powers of N; this is the power law through
    the rows that agree with C = 6 N D.
    """
    ln_N, ln_value = _frontier_points(case)
    slope, offset = np.polyfit(ln_N, ln_value, 1)
    return float(np.exp(offset + slope * np.log(N)))


def size_on_frontier(case: Case) -> float:
    """The N at which the frontier has the printed figure."""
    ln_N, ln_value = _frontier_points(case)
    slope, offset = np.polyfit(ln_value, ln_N, 1)
    return float(np.exp(offset + slope * np.log(float(case.claim.printed))))


def _frontier_points(case: Case) -> np.ndarray:
    points = []
    for claim in case.companions():
        if claim.quantity != case.claim.quantity:
            continue
        row, printed = case_of(claim, case.ledger), float(claim.printed)
        if abs(row.value() / printed - 1) < CONSISTENT:
            points.append((row.number("N"), printed))
    if len(points) < 2:
        raise ValueError(f"claim {case.claim.id}: its table has fewer than two consistent rows")
    return np.asarray(np.log(np.array(points)).T)
