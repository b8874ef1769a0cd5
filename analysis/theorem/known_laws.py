"""The published laws, and some made for the purpose, in the form that the microscope takes.

Each is a loss and a cost in x = ln N and y = ln D (`analysis.theorem.numeric.CostedLaw`), with its
source and the reason for its verdict. The irreducible loss E is left out: it moves no iso-loss
curve. Constants are as printed in the source named; what is illustrative says so. The verdicts
follow from the form, and the tests show that they survive other constants.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.internal.checks import positive
from analysis.internal.display import Shown
from analysis.internal.doors import checked
from analysis.internal.kinds import Analytic, PositiveFloat, one, several
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, PUBLISHED, ParametricLaw
from analysis.theorem.numeric import CostedLaw, LogFunction, examine, is_budget_free, sum_of_powers

UNIQUE_TOKENS = 1e11
"""Unique tokens of the data-constrained law here: a hundred billion, a choice."""
OMEGA, ASPECT, CONTEXT = 47491, 39.2, 2048
"""Embeddings, width over depth and context in tokens (Pearce & Song 2024 and their code)."""
PRODUCT = sum_of_powers((FLOP_PER_PARAMETER_TOKEN, 1, 1))
"""The cost 6 N D."""
WITH_EXPERTS = ParametricLaw(E=0.47, A=2.1 / 16**0.58 + 18.1, B=30.8, alpha=0.115, beta=0.147)
"""A law of mixtures in all parameters (Krajewski et al. 2024, eq. 9, table 1), granularity 16."""


@dataclass(frozen=True)
class KnownLaw(Shown):
    """A law under the microscope.

    Attributes
    ----------
    law : CostedLaw
        Its loss and its cost.
    why : str
        Why its k_D is budget-free, or is not.
    source : str
        Where the law and its constants stand.
    """

    law: CostedLaw
    why: str
    source: str


@checked
def powers(law: ParametricLaw, *more: Any) -> LogFunction:
    """Return ln(A N**-alpha + B D**-beta + more), `more` being terms of `sum_of_powers`."""
    return sum_of_powers((law.A, -law.alpha, 0), (law.B, 0, -law.beta), *more)


@checked(finite=True)
def effective(z: Analytic, log_unique: Analytic, R: PositiveFloat) -> NDArray[Any]:
    """Return ln of the effective count of exp(z), of which exp(log_unique) are fresh.

    U (1 + R (1 - exp(-(e**z / U - 1) / R))) beyond U, and e**z up to it (Muennighoff et al. 2023,
    section 3.1); R is the number of repetitions after which a repeated token is worth 1/e.
    """
    return _effective(z, log_unique, R)


def _effective(z: ArrayLike, log_unique: ArrayLike, R: float) -> NDArray[Any]:
    z = np.asarray(z)
    beyond = z.real > np.real(log_unique)
    repeats = np.where(beyond, np.exp(z - log_unique) - 1, 0)
    return np.where(beyond, log_unique + np.log1p(R * -np.expm1(-repeats / R)), z)


@checked
def data_constrained(
    law: ParametricLaw, unique: PositiveFloat, R_D: PositiveFloat, R_N: PositiveFloat
) -> CostedLaw:
    """Return the law of Muennighoff et al. (2023) with a fixed number of unique tokens.

    Tokens beyond `unique` and parameters beyond the optimal number for `unique` tokens are worth
    less and less. At the optimum N = G**(1 + beta/alpha) D**(beta/alpha), with the G of
    `ParametricLaw.compute_optimal`.
    """
    log_U = np.log(unique)
    log_G = np.log(law.alpha * law.A / (law.beta * law.B)) / (law.alpha + law.beta)
    log_U_N = (log_U + log_G) * law.beta / law.alpha + log_G
    loss = powers(law)
    return CostedLaw(
        lambda x, y: loss(_effective(x, log_U_N, R_N), _effective(y, log_U, R_D)), PRODUCT
    )


@checked
def non_embedding(law: ParametricLaw, omega: PositiveFloat) -> CostedLaw:
    """Return a law of total parameters N + omega N**(1/3) in non-embedding parameters N.

    The cost is 6 N D in non-embedding parameters, as Kaplan et al. counted it (Pearce & Song 2024).
    """
    total, loss = sum_of_powers((1, 1, 0), (omega, 1 / 3, 0)), powers(law)
    return CostedLaw(lambda x, y: loss(total(x, 0 * np.asarray(y)), y), PRODUCT)


@checked
def pole(law: ParametricLaw, tau: PositiveFloat) -> CostedLaw:
    """Return ln(1 + tau A N**-alpha) - ln(1 - tau B D**-beta), defined for tau B D**-beta < 1."""

    def log_loss(x: ArrayLike, y: ArrayLike) -> NDArray[Any]:
        size = tau * law.A * np.exp(-law.alpha * np.asarray(x))
        data = tau * law.B * np.exp(-law.beta * np.asarray(y))
        inside = np.where(data.real < 1, data, np.nan)
        return np.asarray(np.log(np.log1p(size) - np.log1p(-inside)))

    return CostedLaw(log_loss, PRODUCT)


@checked(finite=True)
def bent(x: Analytic, y: Analytic) -> NDArray[Any]:
    """Return -t, where exp(t)/N + exp(t + sin(t)/2)/D = 2: a law that is no sum of two terms.

    In logarithms the left side rises with a slope between 1/2 and 3/2, so each step of the plain
    iteration at least halves the error.
    """
    t = (x + y) / 2
    for _ in range(60):
        parts = np.array([t - x, t + np.sin(t) / 2 - y])
        largest = parts.real.max(axis=0)
        t = t - largest - np.log(np.exp(parts - largest).mean(axis=0))
    return np.asarray(-t)


def _attention(n_parameter: float) -> LogFunction:
    """6 N D and the attention scores, whose cost grows as the width squared, as N**(2/3)."""
    width_squared = (ASPECT / 12) ** (2 / 3)
    scores = 12 * CONTEXT / ASPECT * width_squared
    return sum_of_powers((n_parameter, 1, 1), (scores, 2 / 3, 1))


def _experts(G: float, *, E: float = 64, routed: bool = False) -> LogFunction:
    """Training FLOP of a mixture of experts in total parameters N (Krajewski et al. 2024, eq. 10).

    A block holds (8 E + 4) d**2 parameters, of which 12 d**2 are active; d is 64 times the number
    of blocks. The router's d E G parameters a block are counted if `routed`.
    """
    active = 12 / (8 * E + 4)
    router = E * G / 64 * (64 / (8 * E + 4)) ** (2 / 3)
    terms: list[tuple[float, float, float]] = [(FLOP_PER_PARAMETER_TOKEN * active, 1, 1)]
    if routed:
        terms.append((FLOP_PER_PARAMETER_TOKEN * router, 2 / 3, 1))
    return sum_of_powers(*terms)


_POST = PUBLISHED["de-vries-2023"].law
_REFIT = PUBLISHED["besiroglu-2024"].law
_TIED = ParametricLaw(
    E=float(np.exp(0.6254804)),
    A=float(np.exp(6.255414)),
    B=float(np.exp(7.3049974)),
    alpha=0.3526596,
    beta=0.3526596,
)
_LOW_BITS = ParametricLaw(E=2.7648, A=4.299e3, B=1.806e4, alpha=0.4965, beta=0.4965)
_KAPLAN = (6.4e13 ** (0.076 / 0.103), -0.076 / 0.103, 0), (1.8e13, 0, -1)
_FOUR_BITS = _LOW_BITS.A * (1 - np.exp(-4 / 2.6745)) ** -_LOW_BITS.alpha
_ROUNDED = 0.0598 * float(np.exp(-4 / 0.5907)), -0.3439, 0.5068
_MUENNIGHOFF = "Muennighoff et al. 2023, arXiv:2305.16264, section 3.1 and appendix A"
_PEARCE = "Pearce & Song 2024, arXiv:2406.12907, and their code; law of Besiroglu et al. 2024"
_KUMAR = "Kumar et al. 2024, arXiv:2411.04330, eqs. 2 and 3, appendix K"
_KRAJEWSKI = "Krajewski et al. 2024, arXiv:2402.07871, eqs. 9 and 10, table 1"
_ILLUSTRATION = "made for this book, with the constants of de Vries 2023"
KNOWN: Mapping[str, KnownLaw] = MappingProxyType(
    {
        "sum of two powers": KnownLaw(
            CostedLaw(powers(_POST), PRODUCT),
            "the theorem",
            "Hoffmann et al. 2022, arXiv:2203.15556, eq. 2; constants of de Vries 2023",
        ),
        "Kaplan et al.": KnownLaw(
            CostedLaw(sum_of_powers(*_KAPLAN), PRODUCT),
            "a power of a sum of two powers",
            "Kaplan et al. 2020, arXiv:2001.08361, eq. 1.5, table 2",
        ),
        "equal exponents": KnownLaw(
            CostedLaw(powers(_TIED), PRODUCT), "the theorem with equal exponents", _MUENNIGHOFF
        ),
        "repeated data": KnownLaw(
            data_constrained(_TIED, UNIQUE_TOKENS, 15.387756, 5.309743),
            "a repeated token is worth less than a fresh one",
            f"{_MUENNIGHOFF}; with 100 billion unique tokens, a choice",
        ),
        "total parameters": KnownLaw(CostedLaw(powers(_REFIT), PRODUCT), "the theorem", _PEARCE),
        "non-embedding parameters": KnownLaw(
            non_embedding(_REFIT, OMEGA), "embeddings weigh more in small models", _PEARCE
        ),
        "attention counted": KnownLaw(
            CostedLaw(powers(_REFIT), _attention(FLOP_PER_PARAMETER_TOKEN)),
            "the cost is a sum of two products",
            f"{_PEARCE}; context of 2,048 tokens",
        ),
        "trained in 4 bits": KnownLaw(
            CostedLaw(sum_of_powers((_FOUR_BITS, -0.4965, 0), (_LOW_BITS.B, 0, -0.4965)), PRODUCT),
            "precision changes A alone",
            f"{_KUMAR}; weights in 4 bits",
        ),
        "rounded to 4 bits": KnownLaw(
            CostedLaw(powers(_LOW_BITS, _ROUNDED), PRODUCT),
            "a third term that grows with data",
            f"{_KUMAR}; weights rounded to 4 bits after training",
        ),
        "mixture of experts": KnownLaw(
            CostedLaw(powers(WITH_EXPERTS), _experts(16)),
            "granularity changes A alone",
            f"{_KRAJEWSKI}; granularity 16, the router's cost left out",
        ),
        "experts, router counted": KnownLaw(
            CostedLaw(powers(WITH_EXPERTS), _experts(16, routed=True)),
            "the cost is a sum of two products",
            f"{_KRAJEWSKI}; granularity 16, 6 FLOP for a router's parameter and token, a choice",
        ),
        "balanced third term": KnownLaw(
            CostedLaw(
                powers(_POST, (_POST.A**0.5 * _POST.B**0.5, -_POST.alpha / 2, -_POST.beta / 2)),
                PRODUCT,
            ),
            "the third term keeps step with the first two",
            _ILLUSTRATION,
        ),
        "unbalanced third term": KnownLaw(
            CostedLaw(powers(_POST, (_POST.A * _POST.B, -_POST.alpha, -_POST.beta)), PRODUCT),
            "the third term fades faster than the first two",
            _ILLUSTRATION,
        ),
        "with a pole": KnownLaw(
            pole(_POST, 1.0), "no sum of powers, but the same exchange", _ILLUSTRATION
        ),
    }
)
"""The laws, by the names that the book uses."""


@checked
def examine_known(
    budgets: Annotated[Iterable[float], several(one(positive))], k_N: PositiveFloat
) -> pd.DataFrame:
    """Return a table of the known laws: the verdict, k_D(k_N) at each budget, and the reason.

    The verdict is read off the values: `yes` if they agree to `analysis.theorem.numeric.SAME`.

    Raises
    ------
    ValueError
        If a law has no compute-optimal model at a budget, or no k_D at k_N at any of them.
    """
    try:
        factors = examine({name: known.law for name, known in KNOWN.items()}, budgets, k_N)
        free = ["yes" if is_budget_free(row) else "no" for row in factors.to_numpy()]
    except ValueError as error:
        raise ValueError(f"no table at k_N = {k_N:g} and budgets {budgets}: {error}") from None
    table = pd.DataFrame({"budget-free": free}, index=factors.index)
    shown = factors.map(lambda value: "∞" if np.isinf(value) else f"{value:.3f}")
    shown.columns = [f"{budget:.0e}".replace("e+", "e") for budget in factors.columns]
    return table.join(shown).assign(why=[known.why for known in KNOWN.values()])
