"""What the two fits of `analysis.overtraining` share, once the exponent is found."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.fit import FitResult
from analysis.laws import FLOP_PER_PARAMETER_TOKEN
from analysis.solver.projection import Projection, least_squares_covariance, status_of


def overtraining_jacobian(law: Any, N: np.ndarray, D: np.ndarray) -> np.ndarray:
    """Return the derivative of the loss in (E, a, b, eta), shape (n, 4)."""
    C, M = FLOP_PER_PARAMETER_TOKEN * N * D, D / N
    size, data = (M / C) ** law.eta, (M * C) ** -law.eta
    slope = law.a * size * np.log(M / C) - law.b * data * np.log(M * C)
    return np.stack([np.ones_like(C), size, data, slope], axis=1)


def result_of(
    law: Any,
    found: Projection,
    jacobian: np.ndarray,
    n_different: int,
) -> FitResult:
    """Return the fit of a law by projection."""
    n, n_free = jacobian.shape
    covariance, condition = least_squares_covariance(jacobian, found.objective)
    return FitResult(
        law=law,
        objective=found.objective,
        status=status_of(found, n_different, n_free, condition),
        n_runs=n,
        n_parameters=n_free,
        n_starts=0,
        n_starts_agreeing=0,
        delta=np.inf,
        covariance=covariance,
        condition_number=condition,
    )


def different(counted: np.ndarray, at_least: int, **coordinates: np.ndarray) -> int:
    """Return how many different runs there are; raises if they are too few to mean anything."""
    points = np.stack(list(coordinates.values()), axis=1)[counted]
    n = len(np.unique(points, axis=0))
    if n < at_least:
        names = " and ".join(coordinates)
        raise ValueError(f"{names} must hold at least {at_least} different runs, got {n}")
    return n
