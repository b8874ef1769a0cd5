"""How sure a fit is, by leaving out: the same fit without each run, or without each group of runs.

With v_g what is asked of the fit without group g of G, and v its mean over g,

    se^2 = (G - 1) / G sum_g (v_g - v)^2

(Tukey 1958). Groups are what share an error: a model whose checkpoints are rows, a budget. Of few
runs the estimate is a little large rather than small (Efron and Stein 1981), which suits a table of
a dozen. It asks for a fit that is smooth in its runs: `fit_adaptive` turns Huber's loss from a
square into a line not far below the noise but at 1.345 of it, where it loses 5 % against least
squares if the noise is normal (Huber 1964) and keeps bad runs from bending the law.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from analysis.fit.forms import Form
from analysis.fit.newton import minimise
from analysis.fit.parametric import FitResult, fit_runs
from analysis.fit.runs import Runs
from analysis.internal.display import Shown
from analysis.internal.doors import behind
from analysis.internal.kinds import Doubles

TURN = 1.345
"""Where Huber's loss turns, in standard deviations of the noise."""
FIRST_DELTA, LEAST_DELTA = 1e-3, 1e-6
WIDEST = 100.0
"""Half a width, of a logarithm, beyond which nothing is known."""
MOST_GROUPS = 100
"""Groups that are left out one at a time; of more, several at once."""


@dataclass(frozen=True, eq=False)
class LeftOutFits(Shown):
    """A fit, and the same without each group.

    Attributes
    ----------
    fit : FitResult
    parameters : array, shape (p, n_groups)
        Those of the fit without each group, in the order of the law's.
    groups : array, shape (n,)
        The group of each run, from 0.
    n_different : int
        Different runs (N, D): a repeat tells of the noise, and nothing of the law.
    """

    fit: FitResult
    parameters: Doubles
    groups: np.ndarray
    n_different: int

    @property
    def spare(self) -> int:
        """Degrees of freedom of the error: different runs less parameters, or groups less one."""
        own = self.n_different - self.fit.n_parameters
        groups = len(np.unique(self.groups))
        return max(own if groups == self.fit.n_runs else min(own, groups - 1), 0)

    def half_width(self, values: Doubles) -> float:
        """Return half the width of the 95 % interval of what is so without each group."""
        if self.spare < 1:
            return float("inf")
        n = len(values)
        error = np.sqrt((n - 1) / n * ((values - values.mean()) ** 2).sum())
        return float(stdtrit(self.spare, 0.975) * error)

    def interval(self, quantity: Callable[..., Any]) -> tuple[float, float, float]:
        """Return a positive quantity of alpha and beta, and the ends of its 95 % interval."""
        law = self.fit.law
        without = quantity(self.parameters[3], self.parameters[4])
        return self.about(float(quantity(law.alpha, law.beta)), np.asarray(without))

    def about(self, value: float, without: Doubles) -> tuple[float, float, float]:
        """Return a positive value and the ends of its 95 % interval, by those without each group.

        The interval is symmetric in the logarithm. Where a fit without a group gives no finite
        value there is none: from 0 to infinity.
        """
        with np.errstate(divide="ignore"):
            logs = np.log(without)
        known = np.isfinite(logs).all() and 0 < value < np.inf
        width = self.half_width(logs) if known else np.inf
        if width > WIDEST:
            return value, 0.0, float("inf")
        factor = float(np.exp(width))
        return value, value / factor, value * factor


def fit_adaptive(runs: Runs, form: Form) -> FitResult:
    """Fit with Huber's loss turning at 1.345 standard deviations of the noise that is seen."""
    first = fit_runs(runs, form, delta=FIRST_DELTA)
    residual = np.sort(np.abs(log_residuals(first, runs)))[first.n_parameters :]
    spread = 1.4826 * float(np.median(residual)) if len(residual) else FIRST_DELTA
    return fit_runs(runs, form, delta=max(TURN * spread, LEAST_DELTA))


def log_residuals(fit: FitResult, runs: Runs) -> Doubles:
    """Return log measured less log predicted loss, shape (n,)."""
    return np.asarray(np.log(runs.loss) - np.log(behind(fit.law.loss)(runs.N, runs.D)))


def leave_out(
    runs: Runs, form: Form, fit: FitResult, groups: np.ndarray | None, rng: np.random.Generator
) -> LeftOutFits:
    """Fit without each group in turn; of more than a hundred, without a hundredth of them."""
    labels = np.arange(len(runs)) if groups is None else groups
    of = np.unique(labels, return_inverse=True)[1].reshape(-1)
    n = int(of.max()) + 1
    merged = of if n <= MOST_GROUPS else (rng.permutation(n) % MOST_GROUPS)[of]
    weights = (merged != np.arange(min(n, MOST_GROUPS))[:, None]).astype(float)
    problems = form.problems(runs, weights)
    starts = np.repeat(problems.theta(form.row(fit.law))[:, None], len(weights), axis=1)
    theta, _, _ = minimise(problems, starts, fit.delta, first_delta=fit.delta)
    return LeftOutFits(fit, problems.parameters(theta), of, runs.n_different)
