"""Least squares for laws that are linear in all parameters but one exponent.

At a given exponent the best coefficients are those of a linear problem, so that only a curve over
the exponent is left to search (variable projection; Golub and Pereyra 1973). It is searched on a
grid and then between the neighbours of the best point: no starting values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar, nnls

from analysis.fit.sandwich import LARGEST_CONDITION
from analysis.internal.display import Shown

GRID = 120
"""Exponents tried before the search is refined."""


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


def project(
    columns: Callable[[np.ndarray], np.ndarray], y: np.ndarray, lowest: float, highest: float
) -> Projection:
    """Fit y by columns(exponent) @ coefficients with coefficients that are not negative.

    Parameters
    ----------
    columns : callable
        Exponents in, an array of any shape (...); an array of shape (..., n, p) out, on the scale
        of y.
    y : array, shape (n,)
    lowest, highest : float
        The range of the exponent; positive.
    """
    grid = np.geomspace(lowest, highest, GRID)
    stacked = columns(grid)
    basis = np.linalg.qr(stacked)[0]
    objectives = y @ y - np.sum(np.einsum("gnp,n->gp", basis, y) ** 2, axis=1)
    exponent = _refined(lambda x: _free(columns(np.asarray(x)), y)[1], grid, objectives)
    coefficients, objective = _free(columns(np.asarray(exponent)), y)
    if coefficients.min() < 0:  # where the free optimum is allowed it is also the bounded one
        objectives = np.array([_bounded(matrix, y)[1] for matrix in stacked])
        exponent = _refined(lambda x: _bounded(columns(np.asarray(x)), y)[1], grid, objectives)
        coefficients, objective = _bounded(columns(np.asarray(exponent)), y)
    at_end = not lowest * 1.001 < exponent < highest / 1.001
    return Projection(exponent, coefficients, float(objective), at_end or not coefficients.all())


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


def _refined(objective: Callable[[float], float], grid: np.ndarray, values: np.ndarray) -> float:
    """The exponent of the least objective between the neighbours of the grid's best point."""
    best = int(np.argmin(values))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    search = minimize_scalar(objective, bounds=bounds, method="bounded", options={"xatol": 1e-12})
    return float(min((search.x, grid[best]), key=objective))


def _free(columns: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """The coefficients of least squares and the sum of squared residuals."""
    coefficients = np.linalg.lstsq(columns, y, rcond=None)[0]
    residual = y - columns @ coefficients
    return coefficients, residual @ residual


def _bounded(columns: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """The same with no coefficient negative."""
    coefficients, norm = nnls(columns, y)
    return coefficients, norm**2
