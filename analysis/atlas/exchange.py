"""The exchange of size for data read off IsoFLOP curves, with no law of N and D.

Along a budget C the loss falls and rises with x = ln N: a valley. From one budget to the next its
bottom falls: the frontier. Write l(x, c) for ln loss at c = ln C, and ln(k_N k_D) = h(u) for the
overhead of a model of size k_N = exp(u). A run of that size reaches the loss of the optimum,

    l(x* + u, c + h(u)) = l(x*, c),

and two derivatives at u = 0, where l_x = 0, give for any smooth law

    h''(0) = l_xx / -l_c,

the curvature of the valley over the slope of the frontier. For the law of two powers it is
alpha + beta, whatever function of their sum the loss is.

A third derivative gives h'''(0) = l_xxx / -l_c - 3 a h''(0)^2, where the optimal size is a power a
of the budget. For the law of two powers a = beta / (alpha + beta), and with it

    h'''(0) = -(1 + a) h''(0)^2:

the lopsidedness of the valley is then told by its curvature and by the path. Runs can contradict
that, and with it any function of a sum of two powers.

Each valley is fitted by a cubic in ln N near its bottom, the frontier by a power of C over a floor.
A cubic bends what it sees a little: the same reading of runs that a fitted law makes on the same
design says by how much, and that is taken off and shown. The doubt is that of wild resamples of the
runs, or that of the budgets about each other where it is larger, by Student's t for that many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import compress
from typing import Annotated

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.atlas.valleys import FEWEST_BUDGETS, HALF, Reading, Valley, blocks_of, read
from analysis.bootstrap import MOST_FAILED, percentile_interval
from analysis.fit import FitResult, Form, Runs, fit_runs
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Doubles, Positive, PositiveFloat, Share, count
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, ParametricLaw
from analysis.tradeoff import compute_overhead

APART = 1.2
"""Budgets are told apart by a factor of this in C between neighbours."""
CLEAR = 0.95
"""The share of resamples in which a valley must have a bottom."""


@dataclass(frozen=True, eq=False)
class Exchange(Shown):
    """What the valleys say.

    Attributes
    ----------
    curvature : float
        h''(0), the bias taken off.
    third_derivative, third_of_powers : float
        h'''(0), the bias taken off, and what it is for a sum of two powers of the same curvature
        and path.
    bias : dict
        What was taken off: of the "curvature", of the "overhead" at half the size, of its "slope",
        and of the "third" derivative less that of two powers.
    by_budget : DataFrame
        Each budget: C, n_runs, N_opt, loss at the bottom, curvature h''(0) and overhead at half the
        size, as read; "scatter", the standard deviation of that overhead over runs of the fitted
        law on the same design, for which it is the same at every budget.
    slope_per_decade : float
        By how much the overhead at half the size rises from a budget to ten times it.
    fit : FitResult
        The law with an outer power whose runs told the bias.
    reading, resamples, simulated : Reading
        What was read: off the runs, off their wild resamples, off runs of the fitted law.
    n_resamples : int
    unclear : tuple of float
        Budgets that are left out: their valley has no bottom in more than one resample of twenty.
    """

    curvature: float
    third_derivative: float
    third_of_powers: float
    bias: Mapping[str, float]
    by_budget: pd.DataFrame
    slope_per_decade: float
    fit: FitResult
    reading: Reading
    resamples: Reading
    simulated: Reading
    n_resamples: int
    unclear: tuple[float, ...]

    @checked(finite=True)
    def overhead(self, k_N: PositiveFloat) -> float:
        """Return the overhead of k_N times the optimal size, a fraction, the bias taken off."""
        return float(self.reading.overhead(k_N)[0]) - bias_at(k_N, self.simulated, self.fit.law)

    @checked
    def interval(self, k_N: PositiveFloat | None = None, level: Share = 0.95) -> Doubles:
        """Return the interval of the overhead at k_N, or of the curvature without one.

        Raises
        ------
        ValueError
            If a tenth of the resamples have a valley without a bottom, or none of that height.
        """
        if k_N is None:
            own, resampled = self.reading.curvatures[0], self.resamples.curvature
            return self._about(self.curvature, resampled, own, 0, level)
        own = self.reading.overheads(k_N)[0]
        return self._about(behind(self.overhead)(k_N), self.resamples.overhead(k_N), own, 0, level)

    @checked
    def slope_interval(self, level: Share = 0.95) -> Doubles:
        """Return the interval of `slope_per_decade`; errors are those of `interval`."""
        own = self.reading.overheads(HALF)[0]
        return self._about(self.slope_per_decade, self.resamples.slope_per_decade, own, 1, level)

    @checked
    def third_interval(self, level: Share = 0.95) -> Doubles:
        """Return the interval of h'''(0) less what it is for a sum of two powers.

        Without 0 in it, the loss is no function of a sum of two powers. Errors are those of
        `interval`.
        """
        excess = self.third_derivative - self.third_of_powers
        return self._about(excess, self.resamples.excess, self.reading.excesses[0], 0, level)

    def _about(
        self, estimate: float, values: Doubles, own: Doubles, degree: int, level: float
    ) -> Doubles:
        """The interval about an estimate: resamples have its bias once more.

        `own` is what each budget says by itself, and the estimate the coefficient of that degree in
        log10 C. Where budgets differ by more than their runs do, the interval grows with it.
        """
        known = values[np.isfinite(values)]
        if len(known) < (1 - MOST_FAILED) * self.n_resamples:
            raise ValueError(
                f"there is no interval: {self.n_resamples - len(known)} of {self.n_resamples} "
                "resamples cannot be read"
            )
        around = behind(percentile_interval)(known, level) - known.mean()
        error, spare = error_over(self.reading.decades, own, self.reading.weight, degree)
        apart = stdtrit(spare, (1 + level) / 2) * error
        low, high = np.minimum(around[0], -apart), np.maximum(around[1], apart)
        return np.array([estimate + low, estimate + high])


@checked
def measure_exchange(
    N: Positive,
    D: Positive,
    loss: Positive,
    C: Positive,
    *,
    rng: np.random.Generator,
    n_resamples: Annotated[int, count(2, 10**6)] = 200,
) -> Exchange:
    """Read the exchange of size for data off IsoFLOP curves.

    Parameters
    ----------
    N, D, loss : array-like, shape (n,)
        Parameters, training tokens, loss of each run; positive.
    C : array-like, shape (n,)
        The budget that each run belongs to, FLOP. Runs of a budget whose 6 N D is not quite C are
        moved there along the fitted law.
    rng : numpy.random.Generator
    n_resamples : int
        Wild resamples of the runs, and simulated sets for the bias.

    Returns
    -------
    Exchange

    Raises
    ------
    ValueError
        If there are fewer than three budgets whose valley has a clear bottom, a budget has fewer
        than four sizes or no bottom between its smallest and its largest, or the loss rises along
        the frontier.
    """
    runs = behind(Runs)(N, D, loss)
    if C.shape != runs.N.shape:
        raise ValueError(f"C must be as long as N, got {C.shape} and {runs.N.shape}")
    fit = fit_runs(runs, Form(outer_power=True), delta=1e-3)
    predicted = behind(fit.law.loss)
    moved = np.log(predicted(N, C / (FLOP_PER_PARAMETER_TOKEN * N))) - np.log(predicted(N, D))
    y = np.log(loss) + moved
    every = [Valley.at(np.log(N[of]), y[of], C[of][0]) for of in blocks_of(C, APART)]
    drawn = [valley.resampled(n_resamples, rng) for valley in every]
    clear = [
        bool(np.isfinite(valley.bottoms(losses)[0]).mean() >= CLEAR)
        for valley, losses in zip(every, drawn, strict=True)
    ]
    valleys, resampled = list(compress(every, clear)), list(compress(drawn, clear))
    if len(valleys) < FEWEST_BUDGETS:
        raise ValueError(
            f"C must hold at least {FEWEST_BUDGETS} budgets whose valley has a clear bottom, "
            f"got {len(valleys)} of {len(every)}"
        )
    reading = read(valleys, [valley.y[None] for valley in valleys])
    if not (reading.slope > 0).all():
        raise ValueError("the loss must fall along the frontier from budget to budget")

    noise = np.concatenate([valley.inflated for valley in valleys])
    made = []
    for valley in valleys:
        size = np.exp(valley.x)
        exact = np.log(predicted(size, valley.C / (FLOP_PER_PARAMETER_TOKEN * size)))
        made.append(exact + rng.choice(noise, (n_resamples, len(exact))))
    simulated, resamples = read(valleys, made), read(valleys, resampled)
    bias = {
        "curvature": _mean_of(simulated.curvature) - fit.law.alpha - fit.law.beta,
        "overhead": bias_at(HALF, simulated, fit.law),
        "slope": _mean_of(simulated.slope_per_decade),
        "third": _mean_of(simulated.excess),
    }
    by_budget = pd.DataFrame(
        {
            "C": [valley.C for valley in valleys],
            "n_runs": [len(valley.x) for valley in valleys],
            "N_opt": np.exp(reading.bottom[0]),
            "loss": np.exp(reading.loss[0]),
            "curvature": reading.curvatures[0],
            "overhead": reading.overheads(HALF)[0],
            "scatter": _spread(simulated.overheads(HALF)),
        }
    )
    curvature = float(reading.curvature[0] - bias["curvature"])
    of_powers = -float(1 + reading.path[0, 0]) * curvature**2
    unclear = tuple(valley.C for valley, seen in zip(every, clear, strict=True) if not seen)
    return Exchange(
        curvature,
        of_powers + float(reading.excess[0] - bias["third"]),
        of_powers,
        bias,
        by_budget,
        float(reading.slope_per_decade[0] - bias["slope"]),
        fit,
        reading,
        resamples,
        simulated,
        n_resamples,
        unclear,
    )


def error_over(x: Doubles, values: Doubles, weight: Doubles, degree: int) -> tuple[float, int]:
    """Return the error of the last coefficient of a weighted polynomial, and what is spare.

    From the residuals alone, each over one less its leverage (HC3), since budgets may share what no
    run knows of. Infinite where nothing is spare.
    """
    known = np.isfinite(values)
    spare = int(known.sum()) - degree - 1
    if spare < 1:
        return np.inf, 1
    X, root = np.vander(x[known], degree + 1, increasing=True), np.sqrt(weight[known])
    inverse = np.linalg.pinv(X * root[:, None])
    hat = ((X * root[:, None]) * inverse.T).sum(1)
    residual = root * values[known]
    residual = (residual - X * root[:, None] @ (inverse @ residual)) / (1 - hat)
    return float(np.sqrt(((inverse[-1] * residual) ** 2).sum())), spare


def bias_at(k_N: float, simulated: Reading, law: ParametricLaw) -> float:
    """Return by how much the overhead at k_N read off runs of a law lies above the law's own."""
    true = behind(compute_overhead)(k_N, law.alpha, law.beta)
    return _mean_of(simulated.overhead(k_N)) - float(true)


def _spread(values: Doubles) -> Doubles:
    """The standard deviation of each column, over the middle 68 % of what could be read."""
    with np.errstate(invalid="ignore"):
        low, high = np.nanquantile(values, [0.1587, 0.8413], axis=0)
    return np.asarray((high - low) / 2)


def _mean_of(values: Doubles) -> float:
    """The mean of what could be read; NaN if that is less than nine tenths."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) >= (1 - MOST_FAILED) * len(values) else float("nan")
