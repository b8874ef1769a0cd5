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
from functools import cached_property
from itertools import compress
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.polynomial import polynomial
from scipy.special import stdtrit

from analysis.bootstrap import MOST_FAILED, percentile_interval
from analysis.fit import FitResult, Form, Runs, fit_runs
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Doubles, Positive, PositiveFloat, Share, count
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, ParametricLaw
from analysis.tradeoff import compute_overhead

APART = 1.2
"""Budgets are told apart by a factor of this in C between neighbours."""
WINDOW = 6.0
"""A valley is read within this factor of the size at its bottom."""
FEWEST_SIZES = 4
"""Sizes that a budget must have for its valley to be read."""
FEWEST_BUDGETS = 3
"""Budgets whose valleys must be read, for a frontier."""
FLOORS = np.linspace(0.0, 0.97, 195)
"""Floors of the frontier that are tried, as shares of the lowest loss."""
CLEAR = 0.95
"""The share of resamples in which a valley must have a bottom."""
HALF = 0.5
MOST_STEPS = 60
"""Steps until the overhead has settled, or does not."""


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


@dataclass(frozen=True, eq=False)
class Frontier(Shown):
    """How the bottoms fall with the budget: L = floor + exp(k - gamma c), a row for each set.

    It falls, ever more slowly, as that of any law E + R(N, D) whose R scales; a polynomial in c
    would bend at its ends. All arrays have shape (n, 1).
    """

    floor: Doubles
    k: Doubles
    gamma: Doubles

    @classmethod
    def through(cls, c: Doubles, log_loss: Doubles) -> Frontier:
        """Fit by least squares of ln L: of a grid of floors the best, the rest is linear."""
        L = np.exp(log_loss)[:, None]
        shares = FLOORS if len(c) > FEWEST_BUDGETS else FLOORS[:1]
        floors = shares[:, None] * L.min(2)[:, :, None]
        y, root = np.log(L - floors), (L - floors) / L
        w = root**2
        x = c - (w * c).sum(2, keepdims=True) / w.sum(2, keepdims=True)
        middle = (w * y).sum(2, keepdims=True) / w.sum(2, keepdims=True)
        falls = -(w * x * y).sum(2, keepdims=True) / (w * x**2).sum(2, keepdims=True)
        missed = (w * (y - middle + falls * x) ** 2).sum(2)
        best = np.arange(len(L)), missed.argmin(1)
        gamma = falls[best]
        k = (middle + falls * (c - x)[..., :1])[best]
        return cls(floors[best], k, gamma)

    def at(self, c: Doubles) -> Doubles:
        """Return ln L at c."""
        return np.asarray(np.log(self.floor + np.exp(self.k - self.gamma * c)))

    def slope(self, c: Doubles) -> Doubles:
        """Return -dl/dc at c."""
        above = np.exp(self.k - self.gamma * c)
        return np.asarray(self.gamma * above / (self.floor + above))


@dataclass(frozen=True, eq=False)
class Reading(Shown):
    """Valleys and frontier of many sets of losses of the same runs, rows; budgets, columns."""

    c: Doubles
    bottom: Doubles
    loss: Doubles
    bend: Doubles
    skew: Doubles
    weight: Doubles

    @property
    def centred(self) -> Doubles:
        """The budgets c, from their middle."""
        return np.asarray(self.c - self.c.mean())

    @property
    def decades(self) -> Doubles:
        """The budgets in log10 C, from their middle."""
        return np.asarray(self.centred / np.log(10))

    @cached_property
    def frontier(self) -> Frontier:
        """The frontier through the bottoms, in c from their middle."""
        return Frontier.through(self.centred, self.loss)

    @cached_property
    def slope(self) -> Doubles:
        """-dl/dc on the frontier."""
        return self.frontier.slope(self.centred)

    @property
    def curvatures(self) -> Doubles:
        """h''(0) of every budget."""
        return self.bend / self.slope

    @property
    def curvature(self) -> Doubles:
        """h''(0), over the budgets."""
        return self._mean(self.curvatures)

    @cached_property
    def path(self) -> Doubles:
        """The exponent of the optimal size in C, shape (rows, 1)."""
        return np.asarray(polynomial.polyfit(self.centred, self.bottom.T, 1)[1][:, None])

    @property
    def excesses(self) -> Doubles:
        """h'''(0) of every budget, less what it is for a sum of two powers of its curvature."""
        return np.asarray(self.skew / self.slope + (1 - 2 * self.path) * self.curvatures**2)

    @property
    def excess(self) -> Doubles:
        """The same over the budgets."""
        return self._mean(self.excesses)

    @property
    def slope_per_decade(self) -> Doubles:
        """The slope of the overheads at half the size in log10 C."""
        decades, values = self.decades, self.overheads(HALF)
        weight = np.where(np.isfinite(values), self.weight, 0.0)
        centre = decades - ((weight * decades).sum(1) / weight.sum(1))[:, None]
        rises = np.where(weight > 0, values, 0.0) * weight * centre
        return np.asarray(rises.sum(1) / (weight * centre**2).sum(1))

    def overheads(self, k_N: float) -> Doubles:
        """The overhead at k_N from every budget, its own valley moved along the frontier."""
        return self._solved(k_N, self.curvatures, self.skew / self.slope, self.centred)

    def overhead(self, k_N: float) -> Doubles:
        """The overhead at k_N in the middle of the budgets, by a valley of their mean shape."""
        second, third = self.curvature[:, None], self._mean(self.skew / self.slope)[:, None]
        return self._solved(k_N, second, third, np.zeros(1))[:, 0]

    def _mean(self, values: Doubles) -> Doubles:
        return np.asarray((values * self.weight).sum(1) / self.weight.sum())

    def _solved(self, k_N: float, second: Doubles, third: Doubles, centred: Doubles) -> Doubles:
        """Return exp(h) - 1 where the valley at c + h is as high at x* + u as the bottom at c.

        The valley keeps its shape in units of the frontier's slope; the bottom moves with c.
        """
        u, frontier = np.log(k_N), self.frontier
        here = frontier.at(centred)
        h = np.zeros_like(second)
        with np.errstate(all="ignore"):
            for _ in range(MOST_STEPS):
                there = frontier.slope(centred + h)
                d = u - self.path * h
                rise = there * (second * d**2 / 2 + third * d**3 / 6)
                fall = here - frontier.at(centred + h)
                h = h + np.clip((rise - fall) / there, -0.5, 0.5)
            settled = (np.abs(rise - fall) < 1e-8) & (there > 0)
            return np.where(settled, np.expm1(h), np.nan)


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


def blocks_of(values: Doubles, apart: float) -> list[np.ndarray]:
    """Return the positions of values that are equal, by rising value, to within a factor."""
    order = np.argsort(values, kind="stable")
    ends = np.flatnonzero(np.diff(np.log(values[order])) > np.log(apart)) + 1
    return list(np.split(order, ends))


@dataclass(frozen=True, eq=False)
class Valley(Shown):
    """The runs of one budget near its bottom: x = ln N, y = ln loss, and the cubic through them.

    Where a cubic has no bottom among the sizes, as with few of them on a side, it is a parabola.
    """

    C: float
    x: Doubles
    y: Doubles
    centre: float
    degree: int

    @classmethod
    def at(cls, x: Doubles, y: Doubles, C: float) -> Valley:
        """Find the bottom, and keep the runs near it."""
        sizes = len(np.unique(x))
        if sizes < FEWEST_SIZES:
            raise ValueError(
                f"every budget must hold at least {FEWEST_SIZES} sizes N, got {sizes} at C = {C:g}"
            )
        centre = x[np.argmin(y)]
        near = np.abs(x - centre) <= np.log(WINDOW)
        if len(np.unique(x[near])) < FEWEST_SIZES:
            near = np.ones_like(near)
        for degree in (3, 2) if sizes > FEWEST_SIZES else (2,):
            found = cls(C, x[near], y[near], centre, degree)
            if x.min() < found.bottoms(found.y[None])[0][0] < x.max():
                return found
        raise ValueError(f"N must reach below and above the optimal size at C = {C:g}")

    @cached_property
    def design(self) -> Doubles:
        return np.vander(self.x - self.centre, 4, increasing=True)[:, : self.degree + 1]

    @cached_property
    def projection(self) -> Doubles:
        return np.asarray(np.linalg.pinv(self.design), np.float64)

    @property
    def inflated(self) -> Doubles:
        """Residuals over one less their leverage: those of a fit that did not see the run."""
        hat = np.einsum("ij,ji->i", self.design, self.projection)
        residual = self.y - self.design @ (self.projection @ self.y)
        return np.asarray(residual / np.sqrt(np.maximum(1 - hat, 0.05)), np.float64)

    def resampled(self, n: int, rng: np.random.Generator) -> Doubles:
        """Return n sets of losses, shape (n, runs): the cubic, and residuals of either sign."""
        signs = rng.choice([-1.0, 1.0], (n, len(self.x)))
        return np.asarray(self.design @ (self.projection @ self.y) + signs * self.inflated)

    def bottoms(self, y: Doubles) -> tuple[Doubles, Doubles, Doubles, Doubles]:
        """Return x, y, second and third derivative at the bottom of each row of losses."""
        a = np.zeros((4, len(y)))
        a[: self.degree + 1] = self.projection @ y.T
        with np.errstate(invalid="ignore", divide="ignore"):
            root = np.sqrt(a[2] ** 2 - 3 * a[1] * a[3])
            d = -a[1] / (a[2] + root)
        lowest = a[0] + d * (a[1] + d * (a[2] + d * a[3]))
        away = ~(np.abs(d) <= np.log(WINDOW))
        found = (self.centre + d, lowest, 2 * root, 6 * a[3])
        x, y, bend, skew = (np.where(away, np.nan, one) for one in found)
        return x, y, bend, skew

    @property
    def precision(self) -> float:
        """One over the variance of the second derivative, in units of the noise."""
        return float(1 / (4 * (self.projection[2] ** 2).sum()))


def read(valleys: list[Valley], losses: list[Doubles]) -> Reading:
    """Read every row of losses, a list of arrays (rows, runs of the budget)."""
    found = [valley.bottoms(y) for valley, y in zip(valleys, losses, strict=True)]
    bottom, lowest, bend, skew = (np.stack(part, axis=1) for part in zip(*found, strict=True))
    whole = np.isfinite(bottom).all(1)
    c = np.log([valley.C for valley in valleys])
    weight = np.array([valley.precision for valley in valleys])
    return Reading(c, bottom[whole], lowest[whole], bend[whole], skew[whole], weight)


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
