"""The over-training law and the law from loss to task error (Gadre et al. 2024).

With M = D / N tokens a parameter and C = 6 N D, the loss is

    L(C, M) = E + (a M**eta + b M**-eta) C**-eta        [nats per token]    (eq. 4)

which *is* the parametric law with one exponent for size and data: alpha = beta = 2 eta,
A = a 6**-eta, B = b 6**-eta. At a given C it is least at M* = (b / a)**(1 / (2 eta)). The average
error on a set of tasks falls with the loss,

    error = epsilon - k exp(-gamma L)                                       (eq. 5)

and chaining the two predicts the error of a model that nobody has trained.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from analysis.fit import (
    FitResult,
    Projection,
    Runs,
    Search,
    Weights,
    least_squares_covariance,
    status_of,
)
from analysis.internal.checks import FloatOrArray, non_negative, plain, positive
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import NonNegativeFloat, Positive, PositiveFloat, numbers
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, OuterPowerLaw, ParametricLaw

__all__ = [
    "DownstreamLaw",
    "OvertrainingLaw",
    "fit_downstream",
    "fit_overtraining",
]

ETA_RANGE = (0.005, 1.0)
GAMMA_RANGE = (0.01, 20.0)
"""Where the exponents are searched."""


@checked
@dataclass(frozen=True)
class OvertrainingLaw(Shown):
    """L(C, M) = E + (a M**eta + b M**-eta) C**-eta (Gadre et al. 2024, eq. 4).

    Attributes
    ----------
    E : float
        Irreducible loss, nats per token; not negative.
    a, b : float
        Coefficients of the size term and of the data term; not negative.
    eta : float
        Exponent of compute; positive.

    Raises
    ------
    ValueError
        If a parameter is out of range or not finite.

    Examples
    --------
    >>> law = OvertrainingLaw(E=1.84, a=212.0, b=367.0, eta=0.136)
    >>> round(law.loss(5.7e21, 20.0), 3)
    2.459
    >>> round(law.optimal_multiplier, 2)
    7.52
    """

    E: NonNegativeFloat
    a: NonNegativeFloat
    b: NonNegativeFloat
    eta: PositiveFloat

    @classmethod
    @checked(finite=True)
    def from_parametric(cls, law: ParametricLaw) -> OvertrainingLaw:
        """Return the same law in C and M: a = A 6**eta, b = B 6**eta, eta = alpha / 2.

        Parameters
        ----------
        law : ParametricLaw
            With alpha = beta, and no outer power.

        Returns
        -------
        OvertrainingLaw

        Raises
        ------
        ValueError
            If law is no law, its alpha and beta differ, or it has an outer power that is not 1.
        """
        if isinstance(law, OuterPowerLaw) and law.kappa != 1:
            raise ValueError(f"law must have no outer power, got kappa = {law.kappa}")
        if law.alpha != law.beta:
            raise ValueError(f"alpha and beta must be equal, got {law.alpha} and {law.beta}")
        eta = law.alpha / 2
        scale = FLOP_PER_PARAMETER_TOKEN**eta
        return cls(law.E, law.A * scale, law.B * scale, eta)

    @checked(finite=True)
    def parametric(self) -> ParametricLaw:
        """Return the same law in N and D: alpha = beta = 2 eta, A = a 6**-eta, B = b 6**-eta.

        Returns
        -------
        ParametricLaw

        Raises
        ------
        ValueError
            If a or b is 0: a parametric law has both terms.
        """
        scale = FLOP_PER_PARAMETER_TOKEN**-self.eta
        return ParametricLaw(self.E, self.a * scale, self.b * scale, 2 * self.eta, 2 * self.eta)

    @checked(finite=True)
    def loss(self, C: Positive, M: Positive) -> FloatOrArray:
        """Return E + (a M**eta + b M**-eta) C**-eta (Gadre et al. 2024, eq. 4).

        Parameters
        ----------
        C : float or array
            Training compute in FLOP.
        M : float or array
            Training tokens a parameter, D / N; broadcasts with C.

        Returns
        -------
        float or array
            Loss in nats per token, of the common shape.

        Raises
        ------
        ValueError
            If C or M is not positive and finite.
        """
        slope = self.a * M**self.eta + self.b * M**-self.eta
        return plain(self.E + slope * C**-self.eta)

    @property
    def optimal_multiplier(self) -> float:
        """M* = (b / a)**(1 / (2 eta)), the tokens a parameter of the compute-optimal run.

        Raises
        ------
        ValueError
            If a or b is 0: the loss is then least at no finite M.
        """
        positive(a=self.a, b=self.b)
        return float((self.b / self.a) ** (1 / (2 * self.eta)))


@checked
@dataclass(frozen=True)
class DownstreamLaw(Shown):
    """error = epsilon - k exp(-gamma L) (Gadre et al. 2024, eq. 5).

    Attributes
    ----------
    epsilon : float
        Error at infinite loss, a fraction; not negative, and above 1 in some fits.
    k : float
        How much error a model without loss would be spared; not negative.
    gamma : float
        Rate, per nat; positive.

    Raises
    ------
    ValueError
        If a parameter is out of range or not finite.

    Examples
    --------
    >>> law = DownstreamLaw(epsilon=0.857, k=2.21, gamma=0.715)
    >>> round(law.error(2.425), 3)
    0.467
    """

    epsilon: NonNegativeFloat
    k: NonNegativeFloat
    gamma: PositiveFloat

    @checked(finite=True)
    def error(self, loss: Positive) -> FloatOrArray:
        """Return epsilon - k exp(-gamma L), the average error on the tasks.

        Parameters
        ----------
        loss : float or array
            L, in nats per token.

        Returns
        -------
        float or array
            Error, a fraction, of the shape of loss.

        Raises
        ------
        ValueError
            If the loss is not positive and finite.
        """
        return plain(self.epsilon - self.k * np.exp(-self.gamma * loss))


@checked
def fit_overtraining(
    N: Positive, D: Positive, loss: Positive, *, weights: Weights | None = None
) -> FitResult:
    """Fit the over-training law by least squares on the loss.

    At a given eta the law (Gadre et al. 2024, eq. 4) is linear in E, a and b, which are projected
    out and kept from being negative; the curve over eta is then searched, so that no starting
    values are needed.

    Parameters
    ----------
    N, D, loss : array-like, shape (n,)
        Parameters, training tokens, and loss in nats per token of each run; four different runs at
        least.
    weights : array-like, shape (n,), optional
        Weight of each squared residual; not negative. 1 / loss**2 makes the residuals relative.

    Returns
    -------
    FitResult
        `law` is an `OvertrainingLaw`; `objective` the sum of weighted squares; `covariance`, shape
        (4, 4), that of (E, a, b, eta) under noise of equal size, from the residuals.

    Raises
    ------
    ValueError
        If an argument is not finite, out of range, empty, of another length than N, or if there are
        fewer than four different runs.

    Examples
    --------
    >>> law = OvertrainingLaw(E=1.7, a=200.0, b=300.0, eta=0.13)
    >>> N, D = np.array([1e7, 1e8, 3e8, 1e9, 1e7]), np.array([2e8, 2e9, 6e9, 2e10, 3e9])
    >>> fit = fit_overtraining(N, D, law.loss(6 * N * D, D / N))
    >>> fit.status, round(fit.law.eta, 6), round(fit.law.E, 6)
    ('converged', 0.13, 1.7)
    """
    runs = behind(Runs)(N, D, loss, weights)
    root = np.ones_like(loss) if weights is None else np.sqrt(weights)
    n_different = different(runs.counted, at_least=4, N=N, D=D)
    law, found = fitter(N, D, root)(loss * root)
    jacobian = overtraining_jacobian(law, N, D) * root[:, None]
    return result_of(law, found, jacobian[runs.counted], n_different)


def fitter(
    N: np.ndarray, D: np.ndarray, root: np.ndarray
) -> Callable[[np.ndarray], tuple[OvertrainingLaw, Projection]]:
    """Return what fits the law to the losses of these runs, each times the root of its weight."""
    logs = np.log(N), np.log(D)
    centre = np.array([x.mean() for x in logs])
    centred = np.stack(logs, axis=-1) - centre

    def columns(eta: np.ndarray) -> Any:
        made = np.ones((*eta.shape, N.size, 3))
        np.exp(-2 * eta[..., None, None] * centred, out=made[..., 1:])
        return made * root[:, None]

    search = Search(columns, *ETA_RANGE)

    def fit(losses: np.ndarray) -> tuple[OvertrainingLaw, Projection]:
        found = search.fit(losses)
        eta, (E, size, data) = found.exponent, found.coefficients
        a, b = np.array([size, data]) * np.exp(2 * eta * centre) * FLOP_PER_PARAMETER_TOKEN**eta
        return OvertrainingLaw(E, a, b, eta), found

    return fit


@checked
def fit_downstream(
    loss: Annotated[Any, numbers(positive, broadcasts=False)],
    error: Annotated[Any, numbers(non_negative, broadcasts=False)],
) -> FitResult:
    """Fit the law from loss to error, Gadre et al. 2024, eq. 5, by least squares on the error.

    Parameters
    ----------
    loss : array-like, shape (n,)
        Loss of each model in nats per token; three different ones at least.
    error : array-like, shape (n,)
        Its error, a fraction; 0 is allowed.

    Returns
    -------
    FitResult
        `law` is a `DownstreamLaw`, `covariance`, shape (3, 3), that of (epsilon, k, gamma). The
        status is "boundary" if the error does not fall with the loss: k is then 0.

    Raises
    ------
    ValueError
        If an argument is not finite, out of range, empty, or of another length than loss, or if
        there are fewer than three different losses.

    Examples
    --------
    >>> law, loss = DownstreamLaw(epsilon=0.857, k=2.21, gamma=0.715), np.linspace(2.2, 4.0, 7)
    >>> fit = fit_downstream(loss, law.error(loss))
    >>> fit.status, round(fit.law.gamma, 6)
    ('converged', 0.715)
    """
    if loss.ndim != 1 or loss.shape != error.shape:
        raise ValueError(
            f"loss and error must be arrays of one length, got {loss.shape} and {error.shape}"
        )
    n_different = different(np.ones(loss.size, bool), at_least=3, loss=loss)
    centre = loss.mean()

    def columns(gamma: np.ndarray) -> np.ndarray:
        spared = np.exp(-gamma[..., None] * (loss - centre))
        return np.stack([np.ones_like(spared), -spared], axis=-1)

    found = Search(columns, *GAMMA_RANGE).fit(error)
    gamma, (epsilon, k) = found.exponent, found.coefficients
    law = DownstreamLaw(epsilon, k * np.exp(gamma * centre), gamma)
    spared = np.exp(-gamma * loss)
    jacobian = np.stack([np.ones_like(loss), -spared, law.k * loss * spared], axis=1)
    return result_of(law, found, jacobian, n_different)


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
