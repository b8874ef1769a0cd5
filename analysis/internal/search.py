"""Where a function of one number is least: on a grid, then between neighbours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize_scalar

from analysis.internal.kinds import Doubles


def least(aim: Callable[[Doubles], Doubles], low: float, high: float, n: int = 1001) -> float:
    """Return the place between two at which an aim is least, to rounding of the aim.

    The aim may be infinite, and turn more than once, if it turns once between points of the grid.
    """
    if low == high:
        return low
    grid = np.linspace(low, high, n)
    best = int(np.argmin(aim(grid)))
    around = grid[max(best - 1, 0)], grid[min(best + 1, n - 1)]
    found = minimize_scalar(
        lambda x: float(aim(np.array([x]))[0]),
        bounds=around,
        method="bounded",
        options={"xatol": 1e-12},
    )
    return float(found.x)
