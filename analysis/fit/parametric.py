"""Robust fits of the parametric law to measured losses.

The objective is that of Hoffmann et al. 2022 (appendix D.3, eq. 3): with

    r = log L - log(E + A / N**alpha + B / D**beta)

for each run, the sum over runs of Huber's loss, r**2 / 2 where |r| <= delta and
delta (|r| - delta / 2) beyond, so that a few bad runs cannot bend the law. As delta falls to zero,
objective / delta tends to the sum of |r|: least absolute deviations.

It has many valleys. `fit_parametric` solves from many starts at once and keeps the best.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import product
from typing import Annotated, Any

import numpy as np
from scipy.special import ndtri, stdtrit

from analysis.fit.forms import FREE, Form
from analysis.fit.newton import least_absolute, minimise
from analysis.fit.problems import Problems
from analysis.fit.runs import (
    Delta,
    PositiveDelta,
    Power,
    Runs,
    Starts,
    Weights,
    project_terms,
)
from analysis.fit.sandwich import LARGEST_CONDITION, sandwich
from analysis.internal.checks import broadcast_shape, positive
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Doubles, Flag, NonNegativeFloat, Positive, numbers
from analysis.laws import OuterPowerLaw, ParametricLaw

COEFFICIENTS = ("A", "B", "a", "b")
"""The parameters whose standard errors are of their logarithms."""
FEWEST_SPARE = 50
"""Runs beyond the free parameters from which on E and kappa have standard errors that hold."""
FIRST_POWERS = np.array([0.4, 0.7, 1.0])
"""The outer powers that a search for one starts with."""
FARTHEST = np.log(4)
"""How far from the truth ln kappa may be, at 95 %, and be determined."""
N_VALLEYS = 3
"""How many different fits without an outer power the search for one starts from, at most."""


@dataclass(frozen=True)
class FitResult(Shown):
    """A fitted law, and how far to trust it.

    Attributes
    ----------
    law : ParametricLaw
        The best law found; an `OvertrainingLaw` or a `DownstreamLaw` from `analysis.overtraining`.
    objective : float
        Sum over runs of the weighted Huber loss; of the weighted |r| if delta is 0.
    status : str
        "converged"; "boundary" if a term or an exponent vanished, or an exponent ran off; "flat
        direction" if the runs do not determine the law, or its kappa within a factor of four: it
        trades off against E and the exponents (hold it at several values, and see); "too few
        runs" if there are no more different runs than free parameters; "not converged" if the
        search was cut short. Whatever it says, `law` is the best law found.
    n_runs, n_parameters : int
        Runs of positive weight, and free parameters.
    n_starts, n_starts_agreeing : int
        Starts, and how many of them ended within 1e-6 of the objective; 0 if none are needed.
    delta : float
        Residual of log loss at which the objective turns from a square to a line; infinite for
        plain least squares.
    covariance : array, shape (5, 5)
        Sandwich covariance of (E, A, B, alpha, beta), or of the parameters of the law in their
        order; infinite where the runs say nothing (see `status`), zero for a parameter held fixed.
    condition_number : float
        Of the sum of J J^T scaled to unit diagonal, where J is the derivative of the predicted log
        loss in the free parameters, in logarithms centred on the runs: the same in any units.
    """

    law: Any
    objective: float
    status: str
    n_runs: int
    n_parameters: int
    n_starts: int
    n_starts_agreeing: int
    delta: float
    covariance: np.ndarray
    condition_number: float

    @property
    def standard_errors(self) -> dict[str, float]:
        """The standard error of each parameter, by name, in its unit.

        Those of the coefficients are of their logarithms, "log A" and "log B": of few runs A itself
        is anything but symmetric. Each is the root of a variance, wider as Student's t is for
        n_runs - n_parameters degrees of freedom: the estimate +- 1.96 of them is an interval of
        95 %, for few runs too. With an outer power and few runs those of E and kappa would not
        hold that, and are not given: the runs do not tell the two apart.
        """
        spare = max(self.n_runs - self.n_parameters, 1)
        roots = np.sqrt(np.diag(self.covariance)) * stdtrit(spare, 0.975) / ndtri(0.975)
        errors = dict(zip([field.name for field in fields(self.law)], roots.tolist(), strict=True))
        return {
            in_log(name): error / getattr(self.law, name) if name in COEFFICIENTS else error
            for name, error in errors.items()
            if not (name in ("E", "kappa") and "kappa" in errors and spare < FEWEST_SPARE)
        }


def in_log(name: str) -> str:
    """Return what the standard error of a parameter is of: coefficients stand in logarithms."""
    return f"log {name}" if name in COEFFICIENTS else name


@dataclass(frozen=True)
class Objective:
    """The objective at a law, and its derivatives in (log E, log A, log B, alpha, beta).

    Those of an `OuterPowerLaw` are in kappa too, the sixth.

    Attributes
    ----------
    value : float
        The sum over runs of the weighted Huber loss; no unit, for r is a difference of logarithms.
    gradient : array, shape (5,)
    hessian : array, shape (5, 5)
        Exact wherever no |r| equals delta.
    """

    value: float
    gradient: np.ndarray
    hessian: np.ndarray


@checked
def fit_parametric(
    N: Positive,
    D: Positive,
    loss: Positive,
    *,
    delta: Delta = 1e-3,
    starts: Starts | None = None,
    weights: Weights | None = None,
    tie_exponents: Flag = False,
    E: NonNegativeFloat | None = None,
    outer_power: Flag = False,
    kappa: Power | None = None,
) -> FitResult:
    """Fit L = E + A / N**alpha + B / D**beta to training runs, with an outer power if asked.

    Parameters
    ----------
    N, D, loss : array-like, shape (n,)
        Parameters, training tokens, and loss in nats per token of each run; positive.
    delta : float
        Residual of log loss at which squares turn into absolute values; 0 for least absolute
        deviations.
    starts : array-like, shape (n_starts, 5), optional
        Rows (E, A, B, alpha, beta) to start from; `seeded_starts` by default. With an outer power
        the best fits without one are where that search starts from.
    weights : array-like, shape (n,), optional
        Weight of each run; not negative. A weight of 2 counts a run twice, 0 leaves it out. For the
        covariance a run counted twice is still one measurement.
    tie_exponents : bool
        Fit with alpha = beta.
    E : float, optional
        Hold the irreducible loss at this value, in nats per token.
    outer_power : bool
        Fit E + (A / N**alpha + B / D**beta)**kappa, an `OuterPowerLaw`: what the runs say of the
        exchange of size for data is then free of what they say of how the loss falls.
    kappa : float, optional
        Hold the outer power at this value, from 0.1 to 10; a profile of kappa is a fit at each.

    Returns
    -------
    FitResult
        The best law found over all starts, with a `status` that says how far to trust it.

    Raises
    ------
    ValueError
        If an argument is not finite, out of range, empty, or of another length than N.

    Examples
    --------
    >>> law = ParametricLaw(E=1.7, A=400.0, B=2000.0, alpha=0.35, beta=0.37)
    >>> N, D = np.geomspace(1e8, 1e10, 12), np.tile([1e9, 1e10, 1e11], 4)
    >>> fit = fit_parametric(N, D, law.loss(N, D))
    >>> fit.status, round(fit.law.alpha, 6), round(fit.law.beta, 6)
    ('converged', 0.35, 0.37)
    """
    runs = behind(Runs)(N, D, loss, weights)
    form = Form(tie_exponents, E, outer_power, kappa)
    return fit_runs(runs, form, delta=delta, starts=starts)


def fit_runs(
    runs: Runs, form: Form = FREE, *, delta: float, starts: Doubles | None = None
) -> FitResult:
    """Fit as `fit_parametric`, which has checked what it passes on."""
    starts = starts_of(runs) if starts is None else starts
    inner = form.without_power()
    problems = inner.problems(runs)
    rows = inner.held(starts.T)
    theta, values, converged = minimise(problems, problems.theta(rows), delta or 1e-4)
    if form.has_power:
        powers = FIRST_POWERS if form.kappa is None else np.array([form.kappa])
        rows = form.held(starts_with_power(problems.parameters(theta), values, powers))
        problems = form.problems(runs)
        theta, values, converged = minimise(problems, problems.theta(rows), delta or 1e-4)
    best = int(np.nanargmin(values))
    agreeing = int(np.sum(values <= values[best] * (1 + 1e-6) + 1e-20))
    theta, value, done = theta[:, best], values[best], converged[best]
    if delta == 0:
        theta, value, done = least_absolute(problems, theta)
    covariance, condition = sandwich(problems, theta, delta)
    n_free = problems.basis.shape[1]
    status = "converged" if done else "not converged"
    if runs.n_different <= n_free:
        status = "too few runs"
    elif condition > LARGEST_CONDITION:
        status = "flat direction"
    elif problems.at_walls(theta).any():
        status = "boundary"
    elif form.kappa_is_free and _half_width(covariance, theta, runs, n_free) > FARTHEST:
        status = "flat direction"
    if status == "too few runs":
        covariance = np.full_like(covariance, np.inf)
    return FitResult(
        law=form.law(*problems.parameters(theta)),
        objective=float(value),
        status=status,
        n_runs=int(runs.counted.sum()),
        n_parameters=n_free,
        n_starts=len(values),
        n_starts_agreeing=agreeing,
        delta=delta,
        covariance=covariance,
        condition_number=condition,
    )


def _half_width(covariance: Doubles, theta: Doubles, runs: Runs, n_free: int) -> float:
    """Half the width of the 95 % interval of ln kappa."""
    spare = max(np.count_nonzero(runs.counted) - n_free, 1)
    return float(stdtrit(spare, 0.975) * np.sqrt(covariance[-1, -1]) / theta[-1])


def starts_with_power(laws: Doubles, values: Doubles, powers: Doubles) -> Doubles:
    """Return starts (6, n) of a search with an outer power, from laws without one, (5, m).

    The different best ones, each with several powers, and its terms such that the loss in the
    middle of the runs, where they are of a size, stays what it was.
    """
    order = np.argsort(values)
    different = order[np.diff(values[order], prepend=-np.inf) > 1e-6 * values[order]][:N_VALLEYS]
    E, A, B, alpha, beta = np.repeat(laws[:, different], len(powers), axis=1)
    kappa = np.tile(powers, len(different))
    spread = 2 ** ((1 - kappa) / kappa)
    rows = (E, A ** (1 / kappa) * spread, B ** (1 / kappa) * spread, alpha / kappa, beta / kappa)
    return np.array([*rows, kappa])


def starts_of(runs: Runs) -> Doubles:
    """Return the starts of `seeded_starts`."""
    exponents = (0.15, 0.3, 0.5, 0.8)
    return np.array([project_terms(runs, *pair) for pair in product(exponents, exponents)])


@checked
def parametric_objective(
    law: ParametricLaw,
    N: Positive,
    D: Positive,
    loss: Positive,
    *,
    delta: PositiveDelta = 1e-3,
    weights: Weights | None = None,
) -> Objective:
    """Evaluate the objective of `fit_parametric`, with its derivatives, at a law with E > 0.

    Parameters
    ----------
    law : ParametricLaw
    N, D, loss, weights : array-like, shape (n,)
        As for `fit_parametric`.
    delta : float
        As for `fit_parametric`; positive.

    Returns
    -------
    Objective
        Value, gradient (5,) and Hessian (5, 5) (Hoffmann et al. 2022, appendix D.3, eq. 3).

    Raises
    ------
    ValueError
        As `fit_parametric`; if law is no law, or its E is 0.

    Examples
    --------
    >>> law = ParametricLaw(E=1.7, A=400.0, B=2000.0, alpha=0.35, beta=0.37)
    >>> parametric_objective(law, [1e9], [2e10], [law.loss(1e9, 2e10)]).value
    0.0
    """
    positive(E=law.E)
    form = Form(outer_power=isinstance(law, OuterPowerLaw))
    problems = form.problems(behind(Runs)(N, D, loss, weights))
    theta = problems.theta(form.row(law))[:, None]
    (value,), gradient, hessian = problems.sweep(theta, np.array([delta]), rows=None)
    shift, bend = problems.from_plain_logs(theta[:, 0]), problems.bend(gradient[:, 0])
    return Objective(
        float(value), shift.T @ gradient[:, 0], shift.T @ hessian[:, :, 0] @ shift + bend
    )


@checked
def profile_exponents(
    N: Positive,
    D: Positive,
    loss: Positive,
    alpha: Annotated[Any, numbers(positive, broadcasts=False)],
    beta: Annotated[Any, numbers(positive, broadcasts=False)],
    *,
    delta: PositiveDelta = 1e-3,
) -> np.ndarray:
    """Return the least objective with both exponents held, for every pair of them.

    Parameters
    ----------
    N, D, loss : array-like, shape (n,)
        As for `fit_parametric`.
    alpha, beta : array-like
        Exponents from 0.0001 to 10; they broadcast together.
    delta : float
        As for `fit_parametric`; positive.

    Returns
    -------
    array, of the shape of alpha and beta broadcast together

    Raises
    ------
    ValueError
        As `fit_parametric`; if an exponent is out of range, or delta is 0.
    """
    runs = behind(Runs)(N, D, loss)
    broadcast_shape(alpha=alpha, beta=beta)
    pairs = np.stack(np.broadcast_arrays(alpha, beta), axis=-1)
    if pairs.min() < 1e-4 or pairs.max() > 10:
        raise ValueError(f"alpha and beta must be from 0.0001 to 10, got {alpha!s} and {beta!s}")
    rows = np.array([project_terms(runs, *pair) for pair in pairs.reshape(-1, 2)])
    problems = Problems(runs.N, runs.D, runs.loss, None, np.eye(5)[:, :3])
    return minimise(problems, problems.theta(rows.T), delta)[1].reshape(pairs.shape[:-1])


@checked
def seeded_starts(N: Positive, D: Positive, loss: Positive) -> np.ndarray:
    """Return 16 starts, rows (E, A, B, alpha, beta): the best E, A, B at 4 x 4 pairs of exponents.

    At given exponents the law is linear in E, A and B, and non-negative least squares on the
    relative residuals finds them.

    Parameters
    ----------
    N, D, loss : array-like, shape (n,)
        As for `fit_parametric`.

    Returns
    -------
    array, shape (16, 5)

    Raises
    ------
    ValueError
        As `fit_parametric`.
    """
    return starts_of(behind(Runs)(N, D, loss))


def hoffmann_grid() -> np.ndarray:
    """Return the 4500 starts of Hoffmann et al. 2022 (appendix D.3), rows (E, A, B, alpha, beta).

    All combinations of log E in -1 to 1 by 0.5, log A and log B in 0 to 25 by 5, alpha and beta in
    0 to 2 by 0.5.

    Returns
    -------
    array, shape (4500, 5)
        E in nats per token; `starts` of `fit_parametric`.
    """
    log_E, coefficient, exponent = (
        np.arange(-1, 1.5, 0.5),
        np.arange(0, 30, 5),
        np.arange(0, 2.5, 0.5),
    )
    grid = np.array(list(product(log_E, coefficient, coefficient, exponent, exponent)))
    grid[:, :3] = np.exp(grid[:, :3])
    return grid
