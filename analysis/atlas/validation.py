"""Which form of the law predicts runs that it has not seen.

Five forms, all fitted by one program that shares nothing with `analysis.fit`: SciPy's least squares
on the residuals of log loss, where a residual beyond delta counts linearly. With x = ln N and
y = ln D, centred on the runs,

    sum          E + A N**-alpha + B D**-beta                      (Hoffmann et al. 2022)
    outer power  E + (A N**-alpha + B D**-beta)**kappa
    saturating   E + (L_0 - E) h / (1 + h), h = A N**-alpha + B D**-beta     (arXiv 2605.09189)
    kaplan       (A N**-alpha + B / D)**kappa                      (Kaplan et al. 2020, eq. 1.5)
    farseer      exp(s(N)) + exp(b(N)) D**-exp(a(N))               (arXiv 2506.10972)

where s, b and a are each a constant plus a multiple of a power of N. The first four are functions
of a sum of powers, whose exchange is budget-free; the last is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq, least_squares, minimize_scalar

from analysis.atlas.valleys import blocks_of
from analysis.fit import Runs
from analysis.internal.checks import positive
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Doubles, Positive, PositiveFloat, numbers
from analysis.laws import FLOP_PER_PARAMETER_TOKEN

DELTA = 1e-3
"""Residual of log loss beyond which an error counts linearly."""
SAME = 1.1
"""Sizes, or budgets, within a factor of 1.1 are left out together."""
FAR = 100.0
"""No residual of log loss is counted as more: a search may stray, but not overflow."""
REACH = 1.0
"""An optimum is looked for up to so far beyond the sizes of the runs, in ln N."""
MOST_DATA = 6.0
"""And data for a smaller size up to so far beyond the optimal ones, in ln D."""
POWERS = -5.0, 3.0
"""Between these a search may move ln kappa."""
FEWEST_KEPT = 10
"""Runs that must be left to fit to, one more than the richest form has parameters."""


@dataclass(frozen=True)
class LossForm(Shown):
    """A form of the law: ln loss as a function of theta and of centred ln N and ln D, and starts.

    The starts are made from theta of the sum of powers, (ln E, ln A, ln B, alpha, beta).
    """

    log_loss: Callable[[Doubles, Doubles, Doubles], Doubles]
    starts: Callable[[Doubles], list[list[float]]]


def _added(one: Any, other: Any) -> Doubles:
    """The logarithm of the sum of two exponentials."""
    return np.asarray(np.logaddexp(one, other), float)


def _sum(theta: Doubles, x: Doubles, y: Doubles) -> Doubles:
    e, a, b, alpha, beta = theta
    return _added(e, _added(a - alpha * x, b - beta * y))


def _within(log_kappa: float) -> float:
    return float(np.exp(np.clip(log_kappa, *POWERS)))


def _power(u: Doubles, v: Doubles, log_kappa: float) -> Doubles:
    kappa = _within(log_kappa)
    return np.asarray(kappa * np.logaddexp(u / kappa, v / kappa))


def _outer_power(theta: Doubles, x: Doubles, y: Doubles) -> Doubles:
    e, a, b, alpha, beta, log_kappa = theta
    return _added(e, _power(a - alpha * x, b - beta * y, log_kappa))


def _kaplan(theta: Doubles, x: Doubles, y: Doubles) -> Doubles:
    a, b, alpha, log_kappa = theta
    return _power(a - alpha * x, b - _within(log_kappa) * y, log_kappa)


def _saturating(theta: Doubles, x: Doubles, y: Doubles) -> Doubles:
    e, a, b, alpha, beta, room = theta
    h = _added(a - alpha * x, b - beta * y)
    return _added(e, room + h - np.logaddexp(0, h))


def _farseer(theta: Doubles, x: Doubles, y: Doubles) -> Doubles:
    s, b, a = (theta[i] + theta[i + 1] * _box_cox(x, theta[i + 2]) for i in (0, 3, 6))
    return _added(s, b - y * np.exp(np.clip(a, -50.0, 5.0)))


def _box_cox(x: Doubles, power: float) -> Doubles:
    """(N**power - 1) / power, which is ln N where the power is zero; powers from -2 to 2."""
    power = np.clip(power, -2.0, 2.0)
    return np.asarray(np.expm1(power * x) / power) if abs(power) > 1e-9 else x


def _with_powers(theta: Doubles) -> list[list[float]]:
    return [[*theta, np.log(kappa)] for kappa in (0.4, 0.7, 1.0)]


def _kaplan_starts(theta: Doubles) -> list[list[float]]:
    e, a, b, alpha, _ = theta
    half = float(e) - np.log(2)
    return [
        [np.logaddexp(a, half), np.logaddexp(b, half), alpha / 4, np.log(kappa)]
        for kappa in (0.05, 0.1, 0.3)
    ]


def _saturating_starts(theta: Doubles) -> list[list[float]]:
    e, a, b, alpha, beta = theta
    return [[e, a - room, b - room, alpha, beta, room] for room in np.log([5.0, 12.0, 100.0])]


def _farseer_starts(theta: Doubles) -> list[list[float]]:
    e, a, b, alpha, beta = theta
    constant = np.logaddexp(e, a)
    falls = -alpha * np.exp(a - constant)
    return [
        [constant, falls, bend, b, 0.0, bend, np.log(beta), 0.0, bend] for bend in (-0.2, 0.1, 0.3)
    ]


FORMS: Mapping[str, LossForm] = MappingProxyType(
    {
        "sum": LossForm(_sum, lambda theta: [list(theta)]),
        "outer power": LossForm(_outer_power, _with_powers),
        "saturating": LossForm(_saturating, _saturating_starts),
        "kaplan": LossForm(_kaplan, _kaplan_starts),
        "farseer": LossForm(_farseer, _farseer_starts),
    }
)
"""The forms, by name; what is around the sum, or instead of it, is their only difference."""


def _solved(form: LossForm, starts: list[list[float]], data: tuple[Doubles, ...]) -> Doubles:
    """Return the best theta over the starts."""
    x, y, log_loss = data
    best, least = np.array(starts[0]), np.inf
    for start in starts:
        found = least_squares(
            lambda theta: np.clip(form.log_loss(theta, x, y) - log_loss, -FAR, FAR),
            start,
            loss="soft_l1",
            f_scale=DELTA,
            x_scale="jac",
            max_nfev=300,
        )
        if found.cost < least:
            best, least = found.x, found.cost
    return np.asarray(best, float)


def fitted_forms(x: Doubles, y: Doubles, log_loss: Doubles) -> dict[str, Doubles]:
    """Return theta of every form, fitted to centred ln N, ln D and ln loss."""
    lowest = log_loss.min()
    firsts = [
        [lowest + np.log(0.6), lowest + np.log(0.3), lowest + np.log(0.3), alpha, beta]
        for alpha in (0.2, 0.5)
        for beta in (0.2, 0.5)
    ]
    theta = _solved(FORMS["sum"], firsts, (x, y, log_loss))
    return {
        name: theta if name == "sum" else _solved(form, form.starts(theta), (x, y, log_loss))
        for name, form in FORMS.items()
    }


def _folds(runs: Runs, budget: Doubles | None) -> Iterator[tuple[str, np.ndarray]]:
    """Yield what is left out, by name: each budget, each size, and the two largest of either."""
    sizes = blocks_of(runs.N, SAME)
    for block in sizes:
        yield "a size", block
    budgets = sizes if budget is None else blocks_of(budget, SAME)
    if budget is not None:
        for block in budgets:
            yield "a budget", block
    yield "the two largest", np.concatenate(budgets[-2:])


def _centred(N: Doubles, D: Doubles) -> tuple[Doubles, Doubles]:
    return np.log(N / N.mean()), np.log(D / D.mean())


Budgets = Annotated[Any, numbers(positive, broadcasts=False)]


@checked
def overheads_by_form(
    N: Positive, D: Positive, loss: Positive, budgets: Budgets, *, k_N: PositiveFloat = 0.5
) -> pd.DataFrame:
    """Fit every form and find, on the fitted surface, the overhead of k_N at each budget.

    The optimum of a budget and the step along its iso-loss curve are solved for numerically: no
    closed form, and nothing that makes the exchange budget-free.

    Parameters
    ----------
    N, D, loss : array-like, shape (n,)
        Parameters, training tokens, loss of each run; positive.
    budgets : array-like, shape (m,)
        FLOP, 6 N D.
    k_N : float
        Size as a fraction of the compute-optimal one.

    Returns
    -------
    DataFrame
        A row for each form, a column for each budget; NaN where the surface has no optimum near
        the runs, or where no amount of data near theirs is enough.

    Raises
    ------
    ValueError
        If an argument is out of range or of another length than N.
    """
    behind(Runs)(N, D, loss)
    x, y = _centred(N, D)
    shift = np.log(N.mean()) + np.log(D.mean()) + np.log(FLOP_PER_PARAMETER_TOKEN)
    ends = x.min() - REACH, x.max() + REACH
    found = {
        name: [
            _overhead(FORMS[name], theta, float(c), ends, float(np.log(k_N)))
            for c in np.log(budgets) - shift
        ]
        for name, theta in fitted_forms(x, y, np.log(loss)).items()
    }
    return pd.DataFrame.from_dict(found, orient="index", columns=list(np.ravel(budgets)))


def _overhead(
    form: LossForm, theta: Doubles, c: float, ends: tuple[float, float], u: float
) -> float:
    """The overhead exp(u + v) - 1 where the loss at (x + u, y + v) is that at the optimum."""

    def on_budget(x: float) -> float:
        return float(form.log_loss(theta, np.array(x), np.array(c - x)))

    best = minimize_scalar(on_budget, bounds=ends, method="bounded", options={"xatol": 1e-10})
    x = float(best.x)
    if min(x - ends[0], ends[1] - x) < 1e-3:
        return np.nan

    def above(v: float) -> float:
        reached = form.log_loss(theta, np.array(x + u), np.array(c - x + v))
        return float(reached) - float(best.fun)

    if above(MOST_DATA) > 0:
        return np.nan
    return float(np.expm1(u + brentq(above, -u / 2, MOST_DATA)))


@checked
def cross_validate(
    N: Positive, D: Positive, loss: Positive, budget: Budgets | None = None
) -> pd.DataFrame:
    """Leave out a size, a budget, the two largest budgets, and predict the runs left out.

    Parameters
    ----------
    N, D, loss : array-like, shape (n,)
        Parameters, training tokens, loss of each run; positive.
    budget : array-like, shape (n,), optional
        The budget that each run belongs to, FLOP. Without it the two largest sizes are left out in
        place of the two largest budgets.

    Returns
    -------
    DataFrame
        A row for each of the five forms, a column for what was left out ("a size", "a budget", "the
        two largest"): the mean of |ln measured - ln predicted| over all runs left out.

    Raises
    ------
    ValueError
        If an argument is out of range or of another length than N, or fewer than ten runs would
        be left to fit to.
    """
    runs = behind(Runs)(N, D, loss)
    if budget is not None and budget.shape != runs.N.shape:
        raise ValueError(f"budget must be as long as N, got {budget.shape} and {runs.N.shape}")
    (x, y), log_loss = _centred(N, D), np.log(loss)
    rows = []
    for scheme, block in _folds(runs, budget):
        kept = np.setdiff1d(np.arange(len(runs)), block)
        if len(kept) < FEWEST_KEPT:
            raise ValueError(f"N must leave at least {FEWEST_KEPT} runs to fit to, got {len(kept)}")
        for name, theta in fitted_forms(x[kept], y[kept], log_loss[kept]).items():
            missed = log_loss[block] - FORMS[name].log_loss(theta, x[block], y[block])
            rows += [(name, scheme, abs(one)) for one in missed]
    table = pd.DataFrame(rows, columns=["form", "left out", "error"])
    return table.pivot_table("error", "form", "left out", sort=False).rename_axis(columns=None)
