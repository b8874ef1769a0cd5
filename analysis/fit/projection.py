"""Least squares for laws that are linear in all parameters but one exponent.

At a given exponent the best coefficients are those of a linear problem, so that only a curve over
the exponent is left to search (variable projection; Golub and Pereyra 1973). It is searched on a
grid and then between the neighbours of the best point: no starting values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.optimize import minimize_scalar, nnls

from analysis.fit.sandwich import LARGEST_CONDITION
from analysis.internal.display import Shown

GRID = 120
"""Exponents tried before the search is refined."""
Solver: TypeAlias = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, float]]
"""From a matrix and y to the coefficients and the sum of squared residuals."""


@dataclass(frozen=True)
class Projection(Shown):
    """The best exponent, with what belongs to it.

    Attributes
    ----------
    exponent : float
    coefficients : array, shape (p,)
        None negative.
    objective : float
        Sum of squared residuals.
    on_boundary : bool
        Whether a coefficient is zero or the exponent is at an end of its range.
    """

    exponent: float
    coefficients: np.ndarray
    objective: float
    on_boundary: bool


class Search:
    """Least squares of any y on columns that one exponent shapes.

    What the columns alone determine is made once.

    Parameters
    ----------
    columns : callable
        Exponents in, an array of any shape (...); an array of shape (..., n, p) out, on the scale
        of y.
    lowest, highest : float
        The range of the exponent; positive.
    """

    def __init__(
        self, columns: Callable[[np.ndarray], np.ndarray], lowest: float, highest: float
    ) -> None:
        self._columns = columns
        self._grid = np.geomspace(lowest, highest, GRID)
        self._stacked = columns(self._grid)
        self._basis = np.linalg.qr(self._stacked)[0]

    def fit(self, y: np.ndarray) -> Projection:
        """Fit y, shape (n,), by columns(exponent) @ coefficients, none of them negative."""
        objectives = y @ y - np.sum(np.einsum("gnp,n->gp", self._basis, y) ** 2, axis=1)
        exponent, (coefficients, objective) = self._refined(_free, y, objectives)
        if coefficients.min() < 0:  # where the free optimum is allowed it is also the bounded one
            objectives = np.array([_bounded(matrix, y)[1] for matrix in self._stacked])
            exponent, (coefficients, objective) = self._refined(_bounded, y, objectives)
        lowest, highest = self._grid[[0, -1]]
        at_end = not lowest * 1.001 < exponent < highest / 1.001
        return Projection(
            exponent, coefficients, float(objective), at_end or not coefficients.all()
        )

    def _refined(
        self, solve: Solver, y: np.ndarray, values: np.ndarray
    ) -> tuple[float, tuple[np.ndarray, float]]:
        """The exponent of the least objective between the neighbours of the grid's best point."""
        grid, best = self._grid, int(np.argmin(values))

        def solved(exponent: float) -> tuple[np.ndarray, float]:
            return solve(self._columns(np.asarray(exponent)), y)

        bounds = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        options = {"xatol": 1e-12}
        search = minimize_scalar(
            lambda x: solved(x)[1], bounds=bounds, method="bounded", options=options
        )
        found = ((float(x), solved(x)) for x in (search.x, grid[best]))
        return min(found, key=lambda one: one[1][1])


def status_of(found: Projection, n_different: int, n_free: int, condition: float) -> str:
    """Return what `analysis.fit.FitResult` calls such a fit."""
    if n_different <= n_free:
        return "too few runs"
    if found.on_boundary:
        return "boundary"
    return "flat direction" if condition > LARGEST_CONDITION else "converged"


def least_squares_covariance(jacobian: np.ndarray, objective: float) -> tuple[np.ndarray, float]:
    """Return the covariance s**2 (J^T J)**-1 of the parameters and the condition number.

    J has shape (n, p) and s**2 = objective / (n - p). The covariance is infinite if n <= p or if
    the runs do not determine the parameters; the condition number is that of J^T J scaled to unit
    diagonal.
    """
    n, p = jacobian.shape
    unknown = np.full((p, p), np.inf)
    scale = np.linalg.norm(jacobian, axis=0)
    if not scale.all():
        return unknown, np.inf
    scaled = jacobian / scale
    condition = float(np.linalg.cond(scaled.T @ scaled))
    if n <= p or condition > LARGEST_CONDITION:
        return unknown, condition
    inverse = np.linalg.inv(scaled.T @ scaled) / np.outer(scale, scale)
    return objective / (n - p) * inverse, condition


def _free(columns: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """The coefficients of least squares and the sum of squared residuals."""
    coefficients = np.linalg.lstsq(columns, y, rcond=None)[0]
    residual = y - columns @ coefficients
    return coefficients, residual @ residual


def _bounded(columns: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """The same with no coefficient negative."""
    coefficients, norm = nnls(columns, y)
    return coefficients, norm**2
