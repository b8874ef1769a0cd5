"""What the fits share: training runs, checked, and the best terms at given exponents."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls

from analysis.internal.checks import CheckOfNumbers, as_given, flag, non_negative, positive, single

LARGEST_DELTA = 1e100
"""No residual of log loss comes near."""
Doubles = NDArray[np.float64]


def check_runs(
    N: ArrayLike, D: ArrayLike, loss: ArrayLike, weights: ArrayLike | None
) -> tuple[Doubles, Doubles, Doubles, Doubles | None]:
    """Return N, D, loss and weights as float arrays of one length, or raise `ValueError`."""
    N, D, loss = positive(N=N, D=D, loss=loss)
    arrays = {"N": N, "D": D, "loss": loss}
    if weights is not None:
        (weights,) = non_negative(weights=weights)
        arrays["weights"] = weights
        if not weights.any():
            raise ValueError("weights must not all be zero")
    if N.ndim != 1 or any(array.shape != N.shape for array in arrays.values()):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"the runs must be arrays of one length, got {shapes}")
    return N, D, loss, weights


def check_delta(delta: ArrayLike, check: CheckOfNumbers = non_negative) -> float:
    """Return delta as a float, or raise `ValueError`."""
    value = single(check, "delta", delta)
    if value > LARGEST_DELTA:
        raise ValueError(f"delta must not be above {LARGEST_DELTA:g}, got {value}")
    return value


def check_starts(starts: ArrayLike) -> Doubles:
    """Return starts, rows (E, A, B, alpha, beta), or raise `ValueError`."""
    (starts,) = non_negative(starts=starts)
    if starts.ndim != 2 or starts.shape[1] != 5:
        raise ValueError(f"starts must have shape (n_starts, 5), got {starts.shape}")
    return starts


def check_indices(given: ArrayLike, n: int) -> np.ndarray:
    """Return resamples of n runs as positions, shape (n_resamples, n), or raise `ValueError`."""
    indices = as_given("indices", given)
    if indices.ndim != 2 or indices.shape[1] != n or not len(indices):
        raise ValueError(f"indices must have shape (n_resamples, {n}), got {indices.shape}")
    if indices.dtype.kind not in "iu" or indices.min() < 0 or indices.max() >= n:
        raise ValueError(f"indices must be whole numbers from 0 to {n - 1}")
    return indices


def free_directions(tie_exponents: bool, E: float | None) -> Doubles:
    """Return the directions of theta left free, shape (5, k), for `Problems`."""
    basis = np.eye(5)
    if flag("tie_exponents", tie_exponents):
        basis[4, 3] = 1.0
        basis = basis[:, :4]
    if E is not None:
        single(non_negative, "E", E)
        basis = basis[:, 1:]
    return basis


def project_terms(
    N: Doubles, D: Doubles, loss: Doubles, alpha: float, beta: float
) -> tuple[float, ...]:
    """Return (E, A, B, alpha, beta) with the best E, A and B; none of them quite zero."""
    middle_N, middle_D = np.exp(np.log(N).mean()), np.exp(np.log(D).mean())
    columns = np.stack([np.ones_like(N), (N / middle_N) ** -alpha, (D / middle_D) ** -beta], axis=1)
    terms, _ = nnls(columns / loss[:, None], np.ones_like(loss))
    terms = np.maximum(terms, 1e-3 * loss.min())
    return terms[0], terms[1] * middle_N**alpha, terms[2] * middle_D**beta, alpha, beta
