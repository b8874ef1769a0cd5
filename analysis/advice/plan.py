"""Which runs to add: those within a budget that narrow the overhead at half the size the most.

With J the derivatives of log loss in the parameters of the fitted law at each run, of noise sigma,
the variance of a function of the law with gradient g is, to first order, sigma^2 g' (J'J)^-1 g. A
run more adds a row to J. So what a run would tell is known before it is trained, if the law is near
the truth (optimal design for one function: Elfving 1952; Atkinson, Donev and Tobias 2007). The runs
are chosen one at a time from a grid of sizes and lengths, and then exchanged one at a time until no
exchange helps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from scipy.special import stdtrit

from analysis.advice.own import OwnAnswer
from analysis.fit.sandwich import LARGEST_CONDITION
from analysis.internal.checks import positive, same_length
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Doubles, PositiveFloat, array, count
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, Allocation, OuterPowerLaw, ParametricLaw
from analysis.tradeoff import compute_overhead, minimum_model_scale

HALF = 0.5
REACH = 4.0
"""Sizes and lengths up to so many times beyond those of the runs are considered."""
GRID = 25
SHORTEST, LONGEST = 0.5, 3000.0
"""Tokens a parameter that are considered."""
MOST = 20
SHARES = (1.0, 0.7, 0.5)
"""A search starts with runs that take such a share of what their even part would be, or is left."""


@dataclass(frozen=True, eq=False)
class Plan(Shown):
    """Runs to add, and what they are worth.

    Attributes
    ----------
    runs : tuple of Allocation
        From cheap to dear.
    now, then : float
        The factor by which the overhead at half the size is uncertain up and down, at 95 %, with
        the runs as they are, and with these added.
    naive : Mapping[str, float]
        The same with the budget spent otherwise, by name.
    """

    runs: tuple[Allocation, ...]
    now: float
    then: float
    naive: Mapping[str, float]


@checked
def next_runs(
    answer: OwnAnswer, n_runs: Annotated[int, count(1, MOST)], budget: PositiveFloat
) -> Plan:
    """Choose runs within a budget, FLOP, that narrow the overhead at half the size most.

    Raises
    ------
    ValueError
        If no size and length that the runs are near to fits into the budget; if the runs determine
        no law, or one that does not reach the loss with half the size.
    """
    fits = answer.fits.get("outer_power", answer.fits["sum"])
    law, runs = fits.fit.law, answer.table.runs
    N, D = _grid(runs.N), _grid(runs.D)
    sizes, lengths = (grid.ravel() for grid in np.meshgrid(N, D))
    cost = FLOP_PER_PARAMETER_TOKEN * sizes * lengths
    ratio = lengths / sizes
    fair = (cost <= budget) & (ratio >= SHORTEST) & (ratio <= LONGEST)
    if not fair.any():
        raise ValueError(
            f"budget must pay for a run near those of the table, the cheapest of "
            f"{cost.min():.3g} FLOP, got {budget:g}"
        )
    sizes, lengths, cost = sizes[fair], lengths[fair], cost[fair]
    design = Design(law, runs.N, runs.D)
    if not design.determined:
        raise ValueError(
            "answer must be of runs that determine a law, for a plan; here the runs do not "
            "determine a law: add runs whose size and data vary apart first"
        )
    design.must_reach_half()
    chosen = min(
        (_search(design, sizes, lengths, cost, n_runs, budget, share) for share in SHARES),
        key=lambda picks: design.variance(sizes[picks], lengths[picks]),
    )
    spread = float(np.std(answer.residuals) * np.sqrt(len(runs) / max(fits.spare, 1)))

    def factor(N: Doubles, D: Doubles) -> float:
        error = spread * np.sqrt(design.variance(N, D))
        return float(np.exp(min(stdtrit(max(fits.spare, 1) + len(N), 0.975) * error, 700.0)))

    picked = sorted(chosen, key=lambda i: cost[i])
    none = np.array([])
    return Plan(
        tuple(Allocation(float(sizes[i]), float(lengths[i]), float(cost[i])) for i in picked),
        factor(none, none),
        factor(sizes[picked], lengths[picked]),
        {name: factor(*rows) for name, rows in naive(law, n_runs, budget).items()},
    )


@checked
def narrowed_by(
    law: ParametricLaw,
    N: Annotated[Any, array(positive)],
    D: Annotated[Any, array(positive)],
    more_N: Annotated[Any, array(positive)],
    more_D: Annotated[Any, array(positive)],
) -> float:
    """Return by what more runs multiply the standard error of the overhead at half the size.

    Parameters
    ----------
    law : ParametricLaw
        Fitted to the runs, or supposed.
    N, D : array-like, shape (n,)
        The runs that there are: parameters and tokens.
    more_N, more_D : array-like, shape (m,)
        Those that might be added.

    Raises
    ------
    ValueError
        If N and D, or more_N and more_D, are not of one length; if the runs determine no law, or
        the law does not reach the loss with half the size.

    Examples
    --------
    >>> from analysis.laws import PUBLISHED
    >>> N, D = (grid.ravel() for grid in np.meshgrid([1e8, 1e9, 3e9], [2e9, 2e10, 2e11]))
    >>> round(narrowed_by(PUBLISHED["de-vries-2023"].law, N, D, [5e7], [1e12]), 2)
    0.62
    """
    same_length(N=N, D=D)
    same_length(more_N=more_N, more_D=more_D)
    design, none = Design(law, N, D), np.array([])
    if not design.determined:
        raise ValueError("N and D must be runs that determine the law")
    design.must_reach_half()
    return float((design.variance(more_N, more_D) / design.variance(none, none)) ** 0.5)


def naive(law: ParametricLaw, n_runs: int, budget: float) -> dict[str, tuple[Doubles, Doubles]]:
    """Return sizes and lengths that the same budget is often spent on, by name."""
    each = budget / n_runs
    around = np.exp(np.linspace(-1, 1, n_runs) * np.log(3)) if n_runs > 1 else np.ones(1)
    N = behind(law.compute_optimal)(each).N * around
    C = budget * 2.0 ** -np.arange(1, n_runs + 1)
    rising = behind(law.compute_optimal)(C)
    largest = behind(law.compute_optimal)(budget)
    return {
        "spread evenly over sizes": (N, each / (FLOP_PER_PARAMETER_TOKEN * N)),
        "compute-optimal runs, each half the cost of the next": (rising.N, rising.D),
        "one compute-optimal run": (np.array([largest.N]), np.array([largest.D])),
    }


class Design:
    """How much runs tell of the overhead at half the size."""

    def __init__(self, law: ParametricLaw, N: Doubles, D: Doubles) -> None:
        self.law = law
        self.centre = np.log(N).mean(), np.log(D).mean()
        self.information = self._of(N, D)
        self.gradient = self._gradient()

    @property
    def determined(self) -> bool:
        """Whether the runs tell the constants of the law, so that more of them can be planned."""
        scale = np.sqrt(np.diag(self.information))
        if not (scale > 0).all():
            return False
        return bool(np.linalg.cond(self.information / np.outer(scale, scale)) < LARGEST_CONDITION)

    def must_reach_half(self) -> None:
        """Raise `ValueError` if half the size is below the wall: there is nothing to narrow."""
        if not np.isfinite(self.gradient).all():
            wall = float(behind(minimum_model_scale)(self.law.alpha, self.law.beta))
            raise ValueError(
                f"law must reach the loss with half the size; its wall is at {wall:.3g} of the size"
            )

    def variance(self, N: Doubles, D: Doubles) -> float:
        """Return the variance of its logarithm with these runs more, in units of the noise's."""
        information = self.information + self._of(N, D)
        scale = np.sqrt(np.diag(information))
        solved = np.linalg.solve(information / np.outer(scale, scale), self.gradient / scale)
        return float(self.gradient / scale @ solved)

    def with_each(self, N: Doubles, D: Doubles, more_N: Doubles, more_D: Doubles) -> Doubles:
        """Return the variance with the first runs and one of the others, for each of those."""
        information = self.information + self._of(N, D)
        inverse = np.linalg.inv(information)
        rows = self._rows(more_N, more_D)
        toward = inverse @ self.gradient
        gain = (rows @ toward) ** 2 / (1 + np.einsum("ij,jk,ik->i", rows, inverse, rows))
        return np.asarray(self.gradient @ toward - gain)

    def _of(self, N: Doubles, D: Doubles) -> Doubles:
        rows = self._rows(N, D)
        return np.asarray(rows.T @ rows)

    def _rows(self, N: Doubles, D: Doubles) -> Doubles:
        """Derivatives of log loss in log E, log A, log B, alpha, beta, and kappa if any."""
        law, x, y = self.law, np.log(N) - self.centre[0], np.log(D) - self.centre[1]
        size, data = law.A * N**-law.alpha, law.B * D**-law.beta
        kappa = getattr(law, "kappa", 1.0)
        inner = size + data
        above = inner**kappa
        loss = law.E + above
        slope = kappa * above / inner / loss
        columns = [law.E / loss, slope * size, slope * data, -slope * size * x, -slope * data * y]
        if isinstance(law, OuterPowerLaw):
            columns.append(above * np.log(inner) / loss)
        return np.stack(columns, axis=1)

    def _gradient(self) -> Doubles:
        """The gradient of the log of the overhead in the same."""
        alpha, beta, step = self.law.alpha, self.law.beta, 1e-5
        gradient = np.zeros(6 if isinstance(self.law, OuterPowerLaw) else 5)
        overhead = behind(compute_overhead)
        for place, (a, b) in ((3, (step, 0.0)), (4, (0.0, step))):
            ends = [overhead(HALF, alpha + sign * a, beta + sign * b) for sign in (1, -1)]
            with np.errstate(invalid="ignore"):
                gradient[place] = np.log(ends[0] / ends[1]) / (2 * step)
        return gradient


def _grid(values: Doubles) -> Doubles:
    """Return two digits' worth of places from below the smallest to beyond the largest."""
    places = np.geomspace(values.min() / REACH, values.max() * REACH, GRID)
    size = 10.0 ** np.floor(np.log10(places) - 1)
    return np.asarray(np.round(places / size) * size)


def _search(
    design: Design,
    N: Doubles,
    D: Doubles,
    cost: Doubles,
    n_runs: int,
    budget: float,
    share: float,
) -> list[int]:
    """Return the places of the runs that are chosen, none twice."""
    picks: list[int] = []
    for left in range(n_runs, 0, -1):
        rest = budget - cost[picks].sum()
        allowed = rest / left if share == 1 else (share * rest if left > 1 else rest)
        one = _best(design, N, D, cost, picks, allowed)
        if one is not None:
            picks.append(one)
    better = True
    while better:
        better = False
        for place in range(len(picks)):
            others = picks[:place] + picks[place + 1 :]
            one = _best(design, N, D, cost, others, budget - cost[others].sum())
            if one is not None and one != picks[place]:
                gained = design.variance(N[[*others, one]], D[[*others, one]])
                if gained < (1 - 1e-9) * design.variance(N[picks], D[picks]):
                    picks, better = [*others, one], True
    return picks


def _best(
    design: Design, N: Doubles, D: Doubles, cost: Doubles, picks: list[int], allowed: float
) -> int | None:
    values = design.with_each(N[picks], D[picks], N, D)
    values[cost > allowed] = np.inf
    values[picks] = np.inf
    best = int(np.argmin(values))
    return best if np.isfinite(values[best]) else None
