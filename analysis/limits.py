"""What the trade-off leaves out and arithmetic can still say: repeated data, noise of a run.

A token that is seen again is worth less than a fresh one. Muennighoff et al. 2023
(arXiv:2305.16264, section 3.1) fit, for D tokens of which U are distinct,

    D_effective = U + R U (1 - exp(-(D/U - 1) / R)),      R = 15.39

so that no amount of repetition makes U tokens worth more than (1 + R) U.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from analysis.internal.checks import FloatOrArray, extended, plain, positive
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Positive, numbers
from analysis.laws import ParametricLaw
from analysis.tradeoff import data_scaling_factor

__all__ = [
    "REPETITION",
    "excess_loss",
    "fresh_tokens",
    "overhead_with_repetition",
    "tokens_with_repetition",
    "wall_with_repetition",
]

REPETITION = 15.39
"""R of Muennighoff et al. 2023: repetitions after which a repeated token is worth 1/e."""


def positive_or_infinite(**argument: Any) -> tuple[np.ndarray]:
    """As `positive`, of one argument, with infinity allowed."""
    [name], [values] = argument, extended(**argument)
    positive(**{name: np.minimum(values, np.finfo(float).max)})
    return (values,)


@checked(finite=False)
def tokens_with_repetition(
    fresh: Annotated[Any, numbers(positive_or_infinite)],
    unique: Positive = 1.0,
    R: Positive = REPETITION,
) -> FloatOrArray:
    """Return the tokens to train on, repeats included, that are worth so many fresh ones.

    Parameters
    ----------
    fresh : float or array
        Tokens wanted, in any unit; may be infinite.
    unique : float or array
        Distinct tokens at hand, in the same unit.
    R : float or array
        How slowly repetition loses its worth.

    Returns
    -------
    float or array
        As much as `fresh` while it lasts; then more; `inf` from (1 + R) unique on.

    Raises
    ------
    ValueError
        If an argument is not positive, or all but `fresh` are not finite.

    Examples
    --------
    >>> round(tokens_with_repetition(2.5), 3)
    2.578
    >>> tokens_with_repetition(20.0)
    inf
    """
    repeats = np.maximum(fresh / unique - 1, 0)
    with np.errstate(divide="ignore"):
        needed = -R * np.log1p(-np.minimum(repeats / R, 1.0))
    return plain(np.minimum(fresh, unique) + unique * needed)


@checked(finite=True)
def fresh_tokens(trained: Positive, unique: Positive, R: Positive = REPETITION) -> FloatOrArray:
    """Return how many fresh tokens so many are worth, repeats included: the inverse.

    Parameters
    ----------
    trained : float or array
        Tokens that were trained on, in any unit.
    unique : float or array
        Distinct tokens among them, in the same unit.
    R : float or array
        As in `tokens_with_repetition`.

    Raises
    ------
    ValueError
        If an argument is not positive and finite.

    Examples
    --------
    >>> round(fresh_tokens(4.0, 1.0), 2), fresh_tokens(0.5, 1.0)
    (3.73, 0.5)
    """
    repeats = np.maximum(trained / unique - 1, 0)
    return plain(np.minimum(trained, unique) - unique * R * np.expm1(-repeats / R))


@checked(finite=False)
def overhead_with_repetition(
    k_N: Positive, alpha: Positive, beta: Positive, unique: Positive = 1.0
) -> FloatOrArray:
    """Return the compute overhead of a model whose distinct tokens are limited, a fraction.

    Parameters
    ----------
    k_N : float or array
        Size as a fraction of the compute-optimal size.
    alpha, beta : float or array
        Exponents of size and of data.
    unique : float or array
        Distinct tokens, as a multiple of those of the compute-optimal run; 1 or more.

    Raises
    ------
    ValueError
        If an argument is not positive and finite, or unique is below 1 (then the compute-optimal
        run itself repeats, and is no longer compute-optimal).

    Examples
    --------
    >>> round(overhead_with_repetition(0.5, alpha=0.336, beta=0.283), 4)
    0.2425
    """
    if np.min(unique) < 1:
        raise ValueError(f"unique must not be below 1, got {np.min(unique)}")
    k_D = behind(data_scaling_factor)(k_N, alpha, beta)
    return plain(k_N * np.asarray(behind(tokens_with_repetition)(k_D, unique)) - 1)


@checked(finite=False)
def wall_with_repetition(alpha: Positive, beta: Positive, unique: Positive = 1.0) -> FloatOrArray:
    """Return the k_N at which all repetition of the distinct tokens is not enough.

    The exchange curve is its own inverse when size and data change places.

    Examples
    --------
    >>> round(wall_with_repetition(alpha=0.336, beta=0.283), 3)
    0.226
    """
    return behind(data_scaling_factor)((1 + REPETITION) * unique, beta, alpha)


@checked(finite=True)
def excess_loss(law: ParametricLaw, k_N: Positive, C: Positive) -> FloatOrArray:
    """Return by which fraction the loss of a model k_N times the optimal size is higher at C FLOP.

    At the same compute it sees 1/k_N times the tokens. Unlike the overhead, this depends on C and
    on E.

    Examples
    --------
    >>> from analysis.laws import PUBLISHED
    >>> round(excess_loss(PUBLISHED["besiroglu-2024"].law, 0.5, 1e22), 4)
    0.0046
    """
    best, loss = behind(law.compute_optimal)(C), behind(law.loss)
    return plain(
        np.asarray(loss(k_N * best.N, best.D / k_N)) / np.asarray(loss(best.N, best.D)) - 1
    )
