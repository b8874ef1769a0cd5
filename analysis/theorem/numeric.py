"""k_D of any law at any budget, solved for, so that the theorem can be tested and not assumed.

In the logarithms x = ln N, y = ln D a law is two functions: `log_loss`, any increasing function of
the loss (k_D does not depend on which), and `log_cost`, the logarithm of the cost in FLOP. At the
optimum of a budget C the two have parallel gradients,

    L_x c_y - L_y c_x = 0        on        c(x, y) = ln C,

and k_D(k_N) is the least multiple of the optimal tokens with which a model of k_N times the optimal
size reaches the optimal loss. A law is budget-free if that number is the same at every budget.

Nothing here knows a closed form. The optimum is bracketed by a scan of the budget line and refined
as a root of the condition above. The partial derivatives are complex steps, Im f(x + ih)/h, which
subtract nothing and so keep all digits; the functions must accept complex arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, elementwise

from analysis.internal.checks import FloatOrArray, extended, plain, positive, real, shown, single
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Positive, PositiveFloat, function, named, one, several
from analysis.laws import Allocation

LogFunction = Callable[[ArrayLike, ArrayLike], NDArray[Any]]
"""A function of ln N and ln D, for real and complex arrays."""
REACH = 120.0
"""How far the scans go: up to exp(120) times, or an exp(120)-th, in size and in data."""
FARTHEST = 4 * REACH
"""Where the data of a budget are looked for: ln D from -FARTHEST to FARTHEST."""
STEP = 0.1
"""The spacing of the scans, in logarithms."""
SAME = 1e-9
"""Two values of k_D are the same if they differ by less, relatively: a thousand times the error."""


@checked
@dataclass(frozen=True)
class CostedLaw(Shown):
    """A loss and a cost as functions of x = ln N and y = ln D.

    Attributes
    ----------
    log_loss : callable
        Any increasing function of the loss; infinite where the law is not defined.
    log_cost : callable
        Logarithm of the cost in FLOP; increasing in y.
    """

    log_loss: Annotated[LogFunction, function]
    log_cost: Annotated[LogFunction, function]


def sum_of_powers(*terms: tuple[float, float, float]) -> LogFunction:
    """Return ln of the sum of coefficient N**a D**b over terms (coefficient, a, b).

    Examples
    --------
    >>> cost = sum_of_powers((6, 1, 1))
    >>> round(float(np.exp(cost(np.log(1e9), np.log(2e10)))) / 1e20, 6)
    1.2
    """
    logs = [_term(term) for term in terms]

    def log_sum(x: ArrayLike, y: ArrayLike) -> NDArray[Any]:
        parts = np.array([c + a * np.asarray(x) + b * np.asarray(y) for c, a, b in logs])
        largest = parts.real.max(axis=0)
        return np.asarray(largest + np.log(np.exp(parts - largest).sum(axis=0)))

    return log_sum


def _term(term: tuple[float, float, float]) -> tuple[float, float, float]:
    if not isinstance(term, tuple | list) or len(term) != 3:
        raise ValueError(f"a term must be (coefficient, a, b), got {shown(term)}")
    coefficient = single(positive, "coefficient", term[0])
    a, b = (single(real, "exponent", exponent) for exponent in term[1:])
    return float(np.log(coefficient)), a, b


@checked
def optimum(law: CostedLaw, C: PositiveFloat) -> Allocation:
    """Return the run of C FLOP with the smallest loss.

    Raises
    ------
    ValueError
        If the loss has no minimum inside the scanned part of the budget line, or is flat there.
    """
    log_C = np.log(C)
    x = _scan(log_C / 2)
    y = _log_tokens(law, log_C, x)
    best = int(np.argmin(_finite(law.log_loss, x, y)))
    if best in (0, x.size - 1):
        raise ValueError(f"C must have a compute-optimal model, got {C:g}")

    def pull(at: float) -> float:
        y = _log_tokens_at(law, log_C, at)
        return np.nan if np.isnan(y) else _pull(law, at, y)

    if not pull(x[best - 1]) * pull(x[best + 1]) < 0:  # a plateau, flat to the last digit
        raise ValueError(f"C must have one compute-optimal model, got {C:g}")
    x_opt = brentq(pull, x[best - 1], x[best + 1], xtol=1e-14, rtol=1e-15)
    y_opt = _log_tokens_at(law, log_C, x_opt)
    return Allocation(float(np.exp(x_opt)), float(np.exp(y_opt)), C)


@checked
def solve_k_D(law: CostedLaw, k_N: Positive, C: PositiveFloat) -> FloatOrArray:
    """Return the least k_D at which k_N times the optimal size reaches the optimal loss of C FLOP.

    Parameters
    ----------
    law : CostedLaw
        The loss and its cost.
    k_N : float or array
        Size as a multiple of the compute-optimal size.
    C : float
        Budget, FLOP.

    Returns
    -------
    float or array
        Tokens as a multiple of the optimal tokens; `inf` where no amount of data is enough.

    Examples
    --------
    >>> law = CostedLaw(sum_of_powers((406.4, -0.336, 0), (410.7, 0, -0.283)),
    ...                 sum_of_powers((6, 1, 1)))
    >>> round(solve_k_D(law, 0.5, 1e23), 10)
    2.415645115
    """
    best = optimum(law, C)
    x, y = np.log(best.N), np.log(best.D)
    target = float(law.log_loss(x, y))
    factors = [_least_data(law, x + u, y, target) for u in np.log(k_N).flat]
    return plain(np.reshape(factors, k_N.shape))


def _factors(name: str, value: Any) -> NDArray[Any]:
    return extended(**{name: list(value) if isinstance(value, Iterator) else value})[0]


@checked(finite=False)
def spread(values: Annotated[Any, _factors]) -> float:
    """Return the relative spread, largest over least minus one; infinite if some are infinite.

    Raises
    ------
    ValueError
        If all are infinite: then no k_D was found that could move.

    Examples
    --------
    >>> spread([2.0, 2.5])
    0.25
    """
    if values.ndim != 1 or values.min() <= 0:
        raise ValueError(f"values must be k_D at one budget or more, got {shown(values)}")
    if np.isinf(values).all():
        raise ValueError(f"values must hold a finite k_D, got {values}")
    return float(values.max() / values.min() - 1)


@checked
def is_budget_free(values: Annotated[Any, _factors]) -> bool:
    """Say whether k_D at several budgets is one number, to `SAME`."""
    return behind(spread)(values) < SAME


@checked
def examine(
    laws: Annotated[Mapping[str, CostedLaw], named(CostedLaw)],
    budgets: Annotated[Iterable[float], several(one(positive))],
    k_N: PositiveFloat,
) -> pd.DataFrame:
    """Return k_D(k_N) of each law (rows, by name) at each budget in FLOP (columns)."""
    budgets = list(budgets)
    rows = {name: [solve_k_D(law, k_N, C) for C in budgets] for name, law in laws.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=budgets)


def _scan(middle: float) -> NDArray[Any]:
    """Points over `REACH` on both sides of `middle`, which is among them."""
    n = round(REACH / STEP)
    return middle + STEP * np.arange(-n, n + 1)


def _finite(f: LogFunction, x: ArrayLike, y: ArrayLike) -> NDArray[Any]:
    """Evaluate f, with infinity where it has no value."""
    with np.errstate(all="ignore"):
        values = np.asarray(f(x, y), dtype=float)
    return np.where(np.isnan(values), np.inf, values)


def _log_tokens(law: CostedLaw, log_C: float, x: NDArray[Any]) -> NDArray[Any]:
    """ln D on the budget line at each ln N."""
    low, high = np.full_like(x, -FARTHEST), np.full_like(x, FARTHEST)
    root = elementwise.find_root(
        lambda y, x: law.log_cost(x, y) - log_C,
        (low, high),
        args=(x,),
        tolerances={"xatol": 1e-14, "xrtol": 1e-15},
    )
    return np.asarray(root.x)


def _log_tokens_at(law: CostedLaw, log_C: float, x: float) -> float:
    """The same at one ln N, in a tenth of the time; NaN if no D costs C."""

    def over(y: float) -> float:
        return float(law.log_cost(x, y)) - log_C

    if not over(-FARTHEST) <= 0 <= over(FARTHEST):
        return np.nan
    return float(brentq(over, -FARTHEST, FARTHEST, xtol=1e-14, rtol=1e-15))


def _pull(law: CostedLaw, x: float, y: float) -> float:
    """L_x c_y - L_y c_x: zero where the iso-loss curve touches the budget line."""
    h = 1e-30
    L_x, c_x = (f(x + h * 1j, y).imag / h for f in (law.log_loss, law.log_cost))
    L_y, c_y = (f(x, y + h * 1j).imag / h for f in (law.log_loss, law.log_cost))
    return float(L_x * c_y - L_y * c_x)


def _least_data(law: CostedLaw, x: float, y_opt: float, target: float) -> float:
    """The least D / D_opt with which a model of ln N = x has at most the target loss."""

    def gap(y: ArrayLike) -> NDArray[Any]:
        return _finite(law.log_loss, np.full_like(np.asarray(y, dtype=float), x), y) - target

    y = _scan(y_opt)
    enough = np.flatnonzero(gap(y) <= 0)
    if enough.size == 0:
        return np.inf
    first = int(enough[0])
    if first == 0:
        raise ValueError(f"k_N must leave some data to be found, got ln N = {x:g}")
    low = y[first - 1]
    while not np.isfinite(gap(low)):
        low = (low + y[first]) / 2
    root = brentq(lambda at: float(gap(at)), low, y[first], xtol=1e-14, rtol=1e-15)
    return float(np.exp(root - y_opt))
