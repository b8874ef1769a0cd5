"""Parametric scaling laws, and the ones that have been published.

The loss of a language model with N parameters trained on D tokens is modelled as

    L(N, D) = E + A / N**alpha + B / D**beta        [nats per token]

(Hoffmann et al. 2022, section 3.3, eq. 2): E is what no model can predict, A / N**alpha what a
model of finite size misses, B / D**beta what finite data leave unlearned. Training costs

    C = 6 N D                                        [FLOP]

(Kaplan et al. 2020, section 2.1). How the loss falls from one iso-loss curve to the next is another
question than what shape these curves have. With an outer power,

    L(N, D) = E + (A / N**alpha + B / D**beta)**kappa

they are told apart: alpha and beta alone say how size trades for data, kappa how the loss follows.
The law above is kappa = 1; the L(N, D) of Kaplan et al. (2020, eq. 1.5) is E = 0, beta = 1.
Everything here is closed form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import exp
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias

import numpy as np

from analysis.internal.checks import FloatOrArray, instance, plain
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import NonNegative, NonNegativeFloat, Positive, PositiveFloat

__all__ = [
    "FLOP_PER_PARAMETER_TOKEN",
    "PUBLISHED",
    "Allocation",
    "LawEnsemble",
    "OuterPowerEnsemble",
    "OuterPowerLaw",
    "ParametricLaw",
    "PublishedLaw",
]


@dataclass(frozen=True)
class Allocation(Shown):
    """A training run: how a compute budget is divided between size and data.

    Attributes
    ----------
    N : float or array
        Parameters.
    D : float or array
        Training tokens.
    C : float or array
        Training compute in FLOP, 6 N D (Kaplan et al. 2020, section 2.1).
    """

    N: FloatOrArray
    D: FloatOrArray
    C: FloatOrArray


FLOP_PER_PARAMETER_TOKEN = 6
"""Training FLOP for each parameter and token: C = 6 N D (Kaplan et al. 2020, section 2.1)."""


@checked
@dataclass(frozen=True)
class ParametricLaw(Shown):
    """L(N, D) = E + A / N**alpha + B / D**beta (Hoffmann et al. 2022, section 3.3, eq. 2).

    Attributes
    ----------
    E : float
        Irreducible loss, nats per token; not negative.
    A, B : float
        Coefficients of the size term and of the data term; positive. Their units make the two
        terms nats per token when N counts parameters and D counts tokens.
    alpha, beta : float
        Exponents of size and of data; positive.

    Raises
    ------
    ValueError
        If a parameter is out of range or not finite.

    Examples
    --------
    >>> law = PUBLISHED["de-vries-2023"].law
    >>> round(law.loss(7e9, 1e12), 3)
    1.985
    >>> best = law.compute_optimal(1e23)
    >>> f"{best.N:.3g} parameters, {best.D:.3g} tokens"
    '1.87e+10 parameters, 8.9e+11 tokens'
    >>> print(law.compute_optimal_for_loss(1.985))
    Allocation(N = 12B parameters, D = 524B tokens, C = 3.77e22 FLOP)
    >>> round(law.marginal_rate(7e9, 1e12), 3)
    1.439
    """

    E: NonNegativeFloat
    A: PositiveFloat
    B: PositiveFloat
    alpha: PositiveFloat
    beta: PositiveFloat

    @property
    def laws_shape(self) -> tuple[int, ...]:
        """How many laws this is: () for one, (n,) for an ensemble."""
        return np.shape(self.E)

    @checked(finite=True)
    def loss(self, N: Positive, D: Positive) -> FloatOrArray:
        """Return E + A / N**alpha + B / D**beta (Hoffmann et al. 2022, section 3.3, eq. 2).

        Parameters
        ----------
        N, D : float or array
            Parameters and training tokens; they broadcast together.

        Returns
        -------
        float or array
            Loss in nats per token, of the common shape.

        Raises
        ------
        ValueError
            If N or D is not positive and finite.
        """
        return plain(self.E + np.asarray(behind(self.reducible_loss)(N, D)))

    @checked(finite=True)
    def reducible_loss(self, N: Positive, D: Positive) -> FloatOrArray:
        """Return the loss above E: what more parameters and more tokens can still remove.

        Parameters
        ----------
        N, D : float or array
            Parameters and training tokens; they broadcast together.

        Returns
        -------
        float or array
            A / N**alpha + B / D**beta in nats per token, of the common shape.

        Raises
        ------
        ValueError
            If N or D is not positive and finite.
        """
        return plain(self._of_sum(self.A * N**-self.alpha + self.B * D**-self.beta))

    def _of_sum(self, powers: Any) -> Any:
        """Return the loss above E at a sum of the two powers."""
        return powers

    def _to_sum(self, reducible: Any) -> Any:
        """Return the sum of the two powers at a loss above E."""
        return reducible

    @checked(finite=True, under="raise")
    def compute_optimal(self, C: Positive) -> Allocation:
        """Return the allocation of C FLOP with the smallest loss (Hoffmann et al. 2022, eq. 4).

        N_opt = G (C / 6)**(beta / (alpha + beta)), D_opt = C / (6 N_opt),
        G = (alpha A / (beta B))**(1 / (alpha + beta)).

        Parameters
        ----------
        C : float or array
            Training compute in FLOP.

        Returns
        -------
        Allocation
            N parameters, D tokens and C FLOP, each of the shape of C.

        Raises
        ------
        ValueError
            If C is not positive and finite, or the answer leaves the range of double precision.
        """
        exponent_sum = self.alpha + self.beta
        G = (self.alpha * self.A / (self.beta * self.B)) ** (1 / exponent_sum)
        product = C / FLOP_PER_PARAMETER_TOKEN
        N = G * product ** (self.beta / exponent_sum)
        D = product ** (self.alpha / exponent_sum) / G
        return Allocation(plain(N), plain(D), plain(C))

    @checked(finite=True, under="raise")
    def compute_optimal_for_loss(self, L: Positive) -> Allocation:
        """Return the cheapest run that reaches a loss of L nats per token.

        At the optimum the two reducible terms stand in the ratio beta to alpha: with
        s = (L - E) / (alpha + beta), A / N**alpha = beta s and B / D**beta = alpha s.

        Parameters
        ----------
        L : float or array
            The loss to reach, nats per token; above E.

        Returns
        -------
        Allocation
            N parameters, D tokens and C = 6 N D FLOP, each of the shape of L.

        Raises
        ------
        ValueError
            If L is not above E, which no finite run reaches, or N or D leaves double precision.
        """
        reached = np.asarray(self.E < L)
        if not reached.all():
            found, E = (np.broadcast_to(value, reached.shape)[~reached][0] for value in (L, self.E))
            raise ValueError(f"the loss L must be above E = {E:g}, got {found}")
        s = self._to_sum(L - self.E) / (self.alpha + self.beta)
        N = (self.A / (self.beta * s)) ** (1 / self.alpha)
        D = (self.B / (self.alpha * s)) ** (1 / self.beta)
        return Allocation(plain(N), plain(D), plain(FLOP_PER_PARAMETER_TOKEN * N * D))

    @checked(finite=True, under="raise")
    def compute_optimal_for_size(self, N: Positive) -> Allocation:
        """Return the run for which N parameters are compute-optimal: where the marginal rate is 1.

        D = (beta B N**alpha / (alpha A))**(1 / beta).

        Parameters
        ----------
        N : float or array
            Parameters.

        Returns
        -------
        Allocation
            N parameters, D tokens and C = 6 N D FLOP, each of the shape of N.

        Raises
        ------
        ValueError
            If N is not positive and finite, or the answer leaves the range of double precision.
        """
        log_ratio = np.log(self.beta * self.B / (self.alpha * self.A)) + self.alpha * np.log(N)
        D = np.exp(log_ratio / self.beta)
        return Allocation(plain(N), plain(D), plain(FLOP_PER_PARAMETER_TOKEN * N * D))

    @checked(finite=True, under="raise")
    def compute_optimal_for_data(self, D: Positive) -> Allocation:
        """Return the run for which D tokens are compute-optimal: where the marginal rate is 1.

        N = (alpha A D**beta / (beta B))**(1 / alpha).

        Parameters
        ----------
        D : float or array
            Tokens.

        Returns
        -------
        Allocation
            N parameters, D tokens and C = 6 N D FLOP, each of the shape of D.

        Raises
        ------
        ValueError
            If D is not positive and finite, or the answer leaves the range of double precision.
        """
        log_ratio = np.log(self.alpha * self.A / (self.beta * self.B)) + self.beta * np.log(D)
        N = np.exp(log_ratio / self.alpha)
        return Allocation(plain(N), plain(D), plain(FLOP_PER_PARAMETER_TOKEN * N * D))

    @checked(finite=True, under="raise")
    def marginal_rate(self, N: Positive, D: Positive) -> FloatOrArray:
        """Return m = -dlnD/dlnN on the iso-loss curve through (N, D).

        A model 1 % smaller needs m % more tokens for the same loss. At the compute-optimal model
        m = 1; smaller models have m > 1. In closed form
        m = alpha A N**-alpha / (beta B D**-beta).

        Parameters
        ----------
        N, D : float or array
            Parameters and training tokens; they broadcast together.

        Returns
        -------
        float or array
            m, a plain number, of the common shape.

        Raises
        ------
        ValueError
            If N or D is not positive and finite, or m leaves the range of double precision.
        """
        log_rate = self.alpha * -np.log(N) + self.beta * np.log(D)
        return plain(np.exp(log_rate) * (self.alpha * self.A / (self.beta * self.B)))


@checked
@dataclass(frozen=True, eq=False)
class LawEnsemble(ParametricLaw):
    """Many laws of one form, such as the fits to resampled runs: everything is done elementwise.

    Attributes
    ----------
    E, A, B, alpha, beta : array, shape (n,)
        As in `ParametricLaw`, an element for each law. What the methods are given broadcasts with
        these: a scalar gives n values, an array of shape (k, 1) gives k by n.

    Raises
    ------
    ValueError
        If a parameter is out of range or not finite, or they are not arrays of one length.

    Examples
    --------
    >>> pair = LawEnsemble([1.8, 1.7], [480, 400], [2000, 400], [0.35, 0.34], [0.37, 0.28])
    >>> pair.loss(7e9, 1e12).round(3)
    array([2.045, 2.054])
    """

    # Arrays, where a law has floats: an ensemble stands wherever a law may.
    E: NonNegative
    A: Positive
    B: Positive
    alpha: Positive
    beta: Positive

    def __post_init__(self) -> None:
        shapes = [np.shape(getattr(self, field.name)) for field in fields(self)]
        if len(set(shapes)) > 1 or len(shapes[0]) != 1:
            names = ", ".join(field.name for field in fields(self))
            raise ValueError(f"{names} must be arrays of one length, got shapes {shapes}")

    def __len__(self) -> int:
        return len(self.E)


@checked
@dataclass(frozen=True)
class OuterPowerLaw(ParametricLaw):
    """L(N, D) = E + (A / N**alpha + B / D**beta)**kappa: the same iso-loss curves, another fall.

    The compute-optimal run, the marginal rate and everything about the exchange of size for data
    are those of (A, B, alpha, beta); only the loss knows kappa. So it may stand wherever a
    `ParametricLaw` may, which it is at kappa = 1. With E = 0, beta = 1, alpha = alpha_N / alpha_D
    and kappa = alpha_D it is the L(N, D) of Kaplan et al. 2020, eq. 1.5; Busbridge et al. 2025
    (arXiv:2502.08606) fit it with all parameters free.

    Attributes
    ----------
    E : float
        Irreducible loss, nats per token; not negative.
    A, B : float
        Coefficients of the size term and of the data term; positive. Their units make the two
        terms powers 1 / kappa of nats per token.
    alpha, beta : float
        Exponents of size and of data inside the outer power; positive. With data without end the
        loss falls as N**-(alpha kappa).
    kappa : float
        The outer power; positive.

    Raises
    ------
    ValueError
        If a parameter is out of range or not finite.

    Examples
    --------
    >>> law = OuterPowerLaw(E=1.6, A=90.0, B=500.0, alpha=0.4, beta=0.45, kappa=0.8)
    >>> inner = ParametricLaw(E=1.6, A=90.0, B=500.0, alpha=0.4, beta=0.45)
    >>> law.compute_optimal(1e21) == inner.compute_optimal(1e21)
    True
    >>> round(law.loss(1e9, 2e10), 3), round(inner.loss(1e9, 2e10), 3)
    (1.667, 1.634)
    """

    kappa: PositiveFloat

    def _of_sum(self, powers: Any) -> Any:
        return powers**self.kappa

    def _to_sum(self, reducible: Any) -> Any:
        return reducible ** (1 / self.kappa)


@checked
@dataclass(frozen=True, eq=False)
class OuterPowerEnsemble(OuterPowerLaw, LawEnsemble):
    """Many laws with an outer power, done elementwise as in `LawEnsemble`.

    Attributes
    ----------
    E, A, B, alpha, beta, kappa : array, shape (n,)
        As in `OuterPowerLaw`, an element for each law.

    Raises
    ------
    ValueError
        If a parameter is out of range or not finite, or they are not arrays of one length.
    """

    E: NonNegative
    A: Positive
    B: Positive
    alpha: Positive
    beta: Positive
    kappa: Positive


def one_law(name: str, value: object) -> ParametricLaw:
    """Return a law that is no ensemble of laws, or raise `ValueError` naming it."""
    law = instance(name, value, ParametricLaw)
    if isinstance(law, LawEnsemble):
        raise ValueError(f"{name} must be one law, got an ensemble of {len(law.alpha)}")
    return law


OneLaw: TypeAlias = Annotated[ParametricLaw, one_law]
"""A law where an ensemble has no single answer."""


@dataclass(frozen=True)
class PublishedLaw(Shown):
    """A law as somebody printed it.

    Attributes
    ----------
    law : ParametricLaw
        The printed parameters.
    source, locator : str
        Authors, year, title and identifier; section, equation or table.
    note : str
        What a user should know before relying on it.
    """

    law: ParametricLaw
    source: str
    locator: str
    note: str


PRINTED: Mapping[str, tuple[dict[str, float], str, str, str]] = MappingProxyType(
    {
        "hoffmann-2022": (
            dict(E=1.69, A=406.4, B=410.7, alpha=0.34, beta=0.28),
            "Hoffmann et al. 2022, Training Compute-Optimal LLMs, arXiv:2203.15556",
            "appendix D.2 (approach 3), eq. 10",
            "Exponents printed to two digits, too few to reproduce the paper's own table A3.",
        ),
        "hoffmann-2022-unrounded": (
            dict(
                E=exp(0.5267228),
                A=exp(6.0073404),
                B=exp(6.0179186),
                alpha=0.33917084,
                beta=0.2849083,
            ),
            "Hoffmann et al. 2022, Training Compute-Optimal LLMs, arXiv:2203.15556",
            "comment after eq. 10 in the TeX source; ln E, ln A and ln B stand there",
            "The estimates before rounding, as Besiroglu et al. 2024 (v2 and its code) quote them.",
        ),
        "de-vries-2023": (
            dict(E=1.62, A=406.4, B=410.7, alpha=0.336, beta=0.283),
            "de Vries 2023, Go smol or go home",
            "section on training tokens",
            "The law behind every figure of the post. E cancels from all of them.",
        ),
        "besiroglu-2024": (
            dict(E=1.8172, A=482.01, B=2085.43, alpha=0.3478, beta=0.3658),
            "Besiroglu et al. 2024, Chinchilla Scaling: A replication attempt, arXiv:2404.10102",
            "abstract and table of estimates",
            "A refit to 240 runs read off figure 4 of Hoffmann et al. 2022.",
        ),
    }
)
"""Laws as their authors printed them: parameters (E in nats per token), source, place in it, and
what a user should know before relying on it."""

PUBLISHED: Mapping[str, PublishedLaw] = MappingProxyType(
    {key: PublishedLaw(ParametricLaw(**law), *of) for key, (law, *of) in PRINTED.items()}
)
"""The published laws, by author and year."""
