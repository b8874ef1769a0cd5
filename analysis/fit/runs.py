"""What the fits share: the frozen runs, kinds of their arguments, the best terms at exponents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import numpy as np
from scipy.optimize import nnls

from analysis.internal.checks import CheckOfNumbers, as_given, non_negative, positive, single
from analysis.internal.display import Shown
from analysis.internal.doors import checked
from analysis.internal.kinds import Doubles, Kind, Positive, numbers

LARGEST_DELTA = 1e100
"""No residual of log loss comes near."""


def _delta(check: CheckOfNumbers) -> Kind:
    def checked_delta(name: str, value: Any) -> float:
        delta = single(check, name, value)
        if delta > LARGEST_DELTA:
            raise ValueError(f"{name} must not be above {LARGEST_DELTA:g}, got {delta}")
        return delta

    return Kind(f"one {check.__name__}", checked_delta)


def _power(name: str, value: Any) -> float:
    power = single(positive, name, value)
    if not 0.1 <= power <= 10:
        raise ValueError(f"{name} must be from 0.1 to 10, got {power}")
    return power


def _starts(name: str, value: Any) -> Doubles:
    (starts,) = non_negative(**{name: value})
    if starts.ndim != 2 or starts.shape[1] != 5:
        raise ValueError(f"{name} must have shape (n_starts, 5), got {starts.shape}")
    return starts


Weights: TypeAlias = Annotated[Any, numbers(non_negative, broadcasts=False)]
Delta: TypeAlias = Annotated[float, _delta(non_negative)]
PositiveDelta: TypeAlias = Annotated[float, _delta(positive)]
Power: TypeAlias = Annotated[float, Kind("one power", _power)]
Starts: TypeAlias = Annotated[Any, Kind("starts", _starts)]
Indices: TypeAlias = Annotated[Any, Kind("indices", as_given)]


@checked
@dataclass(frozen=True, eq=False)
class Runs(Shown):
    """Training runs, as the fits take them.

    Attributes
    ----------
    N, D, loss : array, shape (n,)
        Parameters, training tokens, and loss in nats per token of each run; positive.
    weights : array, shape (n,), or None
        Weight of each run; not negative, not all zero. None counts every run once.

    Raises
    ------
    ValueError
        If an array is empty, out of range, not finite, or of another length than N.
    """

    N: Positive
    D: Positive
    loss: Positive
    weights: Weights | None = None

    def __post_init__(self) -> None:
        arrays = {"N": self.N, "D": self.D, "loss": self.loss}
        if self.weights is not None:
            arrays["weights"] = self.weights
            if not self.weights.any():
                raise ValueError("weights must not all be zero")
        if self.N.ndim != 1 or any(array.shape != self.N.shape for array in arrays.values()):
            shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
            raise ValueError(f"the runs must be arrays of one length, got {shapes}")

    def __len__(self) -> int:
        return len(self.N)

    @property
    def counted(self) -> np.ndarray:
        """Which runs have a positive weight, shape (n,)."""
        return self.weights > 0 if self.weights is not None else np.ones(len(self), bool)

    @property
    def n_different(self) -> int:
        """How many different runs (N, D) have a positive weight."""
        return len(np.unique(alike(self.N, self.D)[self.counted]))


def alike(N: Doubles, D: Doubles) -> np.ndarray:
    """Return for each run the place of its N and D among the different ones."""
    return np.unique(np.stack([N, D]), axis=1, return_inverse=True)[1].reshape(-1)


def check_indices(indices: np.ndarray, n: int) -> None:
    """Raise `ValueError` unless these are resamples of n runs, positions (n_resamples, n)."""
    if indices.ndim != 2 or indices.shape[1] != n or not len(indices):
        raise ValueError(f"indices must have shape (n_resamples, {n}), got {indices.shape}")
    if indices.dtype.kind not in "iu" or indices.min() < 0 or indices.max() >= n:
        raise ValueError(f"indices must be whole numbers from 0 to {n - 1}")


def project_terms(runs: Runs, alpha: float, beta: float) -> tuple[float, ...]:
    """Return (E, A, B, alpha, beta) with the best E, A and B; none of them quite zero."""
    N, D, loss = runs.N, runs.D, runs.loss
    middle_N, middle_D = np.exp(np.log(N).mean()), np.exp(np.log(D).mean())
    columns = np.stack([np.ones_like(N), (N / middle_N) ** -alpha, (D / middle_D) ** -beta], axis=1)
    terms, _ = nnls(columns / loss[:, None], np.ones_like(loss))
    terms = np.maximum(terms, 1e-3 * loss.min())
    return terms[0], terms[1] * middle_N**alpha, terms[2] * middle_D**beta, alpha, beta
