"""Valleys: the IsoFLOP curves of runs, their bottoms, and the frontier that the bottoms make.

`analysis.atlas.exchange` says what is read off them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial import polynomial

from analysis.internal.display import Shown
from analysis.internal.kinds import Doubles

WINDOW = 6.0
"""A valley is read within this factor of the size at its bottom."""
FEWEST_SIZES = 4
"""Sizes that a budget must have for its valley to be read."""
FEWEST_BUDGETS = 3
"""Budgets whose valleys must be read, for a frontier."""
FLOORS = np.linspace(0.0, 0.97, 195)
"""Floors of the frontier that are tried, as shares of the lowest loss."""
HALF = 0.5
MOST_STEPS = 60
"""Steps until the overhead has settled, or does not."""


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


def blocks_of(values: Doubles, apart: float) -> list[np.ndarray]:
    """Return the positions of values that are equal, by rising value, to within a factor."""
    order = np.argsort(values, kind="stable")
    ends = np.flatnonzero(np.diff(np.log(values[order])) > np.log(apart)) + 1
    return list(np.split(order, ends))
