"""What serving really costs: hours and money, attention over the context, the cache, the memory.

In `analysis.serving` a FLOP of serving costs r FLOP of training, and a token 2 N of them. Money
says what r is: an accelerator hour costs the same whatever it does, so the work that is done at a
lower utilisation is dearer,

    r = (training utilisation / serving utilisation) (serving price / training price).

And a token that attends to a context of c others pays 4 n d c FLOP more, n layers of width d, for
the products with keys and values (Kaplan et al. 2020, table 1). With N = 12 n d**2 that is the
share c / (6 d) of 2 N: a third more at c = 2 d, as much again at 6 d. Since d grows as the cube
root of N where the shape stays the same, it is a cost of its own kind, N**(2/3).

So let the serving bill be any S(N). Along an iso-loss curve one per cent less size saves one per
cent of the training bill, adds m per cent, and saves e = dlnS/dlnN per cent of the other:

    m = 1 + e S / (6 N D).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias

import numpy as np

from analysis.internal.checks import FloatOrArray, plain
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import NonNegative, Positive, PositiveFloat, Share, function, one_of
from analysis.internal.search import least
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, OneLaw
from analysis.tradeoff import Placement, at_log_rate

__all__ = [
    "ACCELERATORS",
    "DECODING_UTILISATION",
    "HOURLY",
    "TRAINING_UTILISATION",
    "Accelerator",
    "Bill",
    "Rent",
    "attention_share",
    "bill",
    "cache_bytes",
    "cheapest_life",
    "price_ratio",
    "width_of",
]

TRAINING_UTILISATION = 0.40
"""Of the peak, in training: 38 to 43 % for Llama 3 405B (Dubey et al. 2024, arXiv:2407.21783)."""
DECODING_UTILISATION = 0.33
"""Of the peak, in decoding at high throughput; 14 % at low latency (PaLM 540B, Pope et al. 2022,
arXiv:2211.05102, table 2)."""
HOUR = 3600.0
HOURLY = 2.0
"""Dollars for an hour of an H800, as DeepSeek-AI 2024 reckon (arXiv:2412.19437, table 1)."""
LEAST_RATE, MOST_RATE = -6.0, 30.0
"""Of ln m, between which the cheapest life is sought."""
ASPECT = 128.0
"""Width over layers of a common shape: 4096 over 32 in the 7B of Touvron et al. 2023, table 2."""


@dataclass(frozen=True)
class Accelerator(Shown):
    """A machine.

    Attributes
    ----------
    peak : float
        FLOP a second, dense, in 16-bit floating point.
    memory : float
        Bytes.
    source : str
    """

    peak: float
    memory: float
    source: str


ACCELERATORS: Mapping[str, Accelerator] = MappingProxyType(
    {
        "A100": Accelerator(312e12, 80e9, "NVIDIA, A100 80GB data sheet"),
        "H100": Accelerator(989.4e12, 80e9, "NVIDIA, H100 SXM data sheet, without sparsity"),
        "H200": Accelerator(989.4e12, 141e9, "NVIDIA, H200 SXM data sheet, without sparsity"),
    }
)


AcceleratorName: TypeAlias = Annotated[str, one_of(*ACCELERATORS)]


@checked
@dataclass(frozen=True)
class Rent(Shown):
    """A machine that is rented by the hour.

    Attributes
    ----------
    name : str
        In `ACCELERATORS`.
    price : float
        Of an hour, in any unit.

    Raises
    ------
    ValueError
        If there is no such machine, or the price is not positive and finite.
    """

    name: AcceleratorName
    price: PositiveFloat = HOURLY


@dataclass(frozen=True)
class Bill(Shown):
    """What FLOP take on a machine.

    Attributes
    ----------
    hours : float or array
        Accelerator hours.
    money : float or array
        In the unit of the price of an hour.
    """

    hours: FloatOrArray
    money: FloatOrArray


@checked(finite=True)
def price_ratio(
    training_utilisation: Share = TRAINING_UTILISATION,
    serving_utilisation: Share = DECODING_UTILISATION,
    *,
    training_price: PositiveFloat = 1.0,
    serving_price: PositiveFloat = 1.0,
) -> float:
    """Return r: what a FLOP of serving costs, in FLOP of training.

    Parameters
    ----------
    training_utilisation, serving_utilisation : float
        Shares of the peak that are reached, between 0 and 1.
    training_price, serving_price : float
        Of an accelerator hour, for machines of one peak; in any one unit.

    Raises
    ------
    ValueError
        If a share is not between 0 and 1, or a price is not positive and finite.

    Examples
    --------
    >>> round(price_ratio(), 2), round(price_ratio(serving_utilisation=0.14), 2)
    (1.21, 2.86)
    """
    return (training_utilisation / serving_utilisation) * (serving_price / training_price)


@checked(finite=True)
def bill(
    flop: NonNegative,
    *,
    peak: PositiveFloat = ACCELERATORS["H100"].peak,
    utilisation: Share = TRAINING_UTILISATION,
    price: PositiveFloat = HOURLY,
) -> Bill:
    """Return accelerator hours and money for FLOP.

    Parameters
    ----------
    flop : float or array
    peak : float
        FLOP a second of an accelerator; by default an H100's.
    utilisation : float
        The share of it that is reached.
    price : float
        Of an accelerator hour.

    Raises
    ------
    ValueError
        If an argument is out of range or not finite.

    Examples
    --------
    >>> cost = bill(1e23)
    >>> round(cost.hours), round(cost.money)
    (70188, 140377)
    """
    hours = flop / (peak * utilisation * HOUR)
    return Bill(plain(hours), plain(hours * price))


@checked(finite=True)
def width_of(N: Positive, *, aspect: Positive = ASPECT) -> FloatOrArray:
    """Return the width d of a transformer of N = 12 n d**2 parameters with d / n = aspect.

    N and aspect are floats or arrays that broadcast; 12 n d**2 is Kaplan et al. 2020, eq. 2.1,
    without embeddings.

    Examples
    --------
    >>> round(width_of(6.4425e9))
    4096
    """
    return plain(np.cbrt(N * aspect / 12))


@checked(finite=True)
def attention_share(
    N: Positive, context: NonNegative, *, aspect: Positive = ASPECT
) -> FloatOrArray:
    """Return what attending to a context costs a token, as a fraction of 2 N: c / (6 d).

    Parameters
    ----------
    N : float or array
        Parameters, without embeddings.
    context : float or array
        c, the tokens that are attended to. A text that grows to c attends to c / 2 on average.
    aspect : float or array
        Width over layers.

    Raises
    ------
    ValueError
        If an argument is out of range or not finite.

    Examples
    --------
    >>> round(attention_share(6.6e9, 32_768), 1), round(attention_share(6.6e9, 131_072), 1)
    (1.3, 5.3)
    """
    return plain(context / (6 * np.asarray(behind(width_of)(N, aspect=aspect))))


@checked(finite=True)
def cache_bytes(
    N: Positive,
    context: NonNegative,
    *,
    bytes_per_number: Positive = 2.0,
    shared_by: Positive = 1.0,
    aspect: Positive = ASPECT,
) -> FloatOrArray:
    """Return the memory that the keys and values of a context take: 2 n d c numbers.

    Parameters
    ----------
    N, context, aspect : float or array
        As in `attention_share`.
    bytes_per_number : float or array
    shared_by : float or array
        Query heads that share a key and a value: 8 in many recent models.

    Raises
    ------
    ValueError
        If an argument is out of range or not finite.

    Examples
    --------
    >>> f"{cache_bytes(6.44e9, 32_768):.3g} bytes"
    '1.72e+10 bytes'
    """
    d = np.asarray(behind(width_of)(N, aspect=aspect))
    return plain(2 * d**2 / aspect * context * bytes_per_number / shared_by)


@checked(finite=False)
def cheapest_life(
    law: OneLaw,
    loss: PositiveFloat,
    serving: Annotated[Callable[[Any], Any], function],
) -> Placement:
    """Place the model of a given loss that is cheapest to train and to serve, for any serving bill.

    `analysis.serving.lifetime_optimal` is the case S(N) = 2 r N T, in closed form but for one
    number.

    Parameters
    ----------
    law : ParametricLaw
    loss : float
        To reach, nats per token.
    serving : callable
        S: parameters, an array, to FLOP of training or their price, an array; positive or 0.

    Raises
    ------
    ValueError
        If law is no law, the loss is not above E, or S gives what is no cost.

    Examples
    --------
    A 13B of 2023 that will serve two trillion tokens, with nothing to attend to and with much:

    >>> from analysis.laws import PUBLISHED
    >>> law = PUBLISHED["de-vries-2023"].law
    >>> short, long = (
    ...     cheapest_life(law, 1.975, lambda N: 4e12 * N * (1 + attention_share(N, context)))
    ...     for context in (0, 65_536)
    ... )
    >>> f"{short.run.N:.2g}, {long.run.N:.2g}"
    '7e+09, 5.2e+09'
    """
    optimal = behind(law.compute_optimal_for_loss)(loss)

    def cost(log_m: Any) -> np.ndarray:
        k_N, k_D, _ = at_log_rate(log_m, law.alpha, law.beta)
        N, D = np.asarray(k_N) * optimal.N, np.asarray(k_D) * optimal.D
        paid = np.asarray(serving(N), dtype=float)
        if paid.shape != N.shape or not np.isfinite(paid).all() or (paid < 0).any():
            raise ValueError(
                f"serving must give a cost for each size, got {paid!r:.60} for {N!r:.60}"
            )
        return np.asarray(FLOP_PER_PARAMETER_TOKEN * N * D + paid)

    log_m = least(cost, LEAST_RATE, MOST_RATE)
    k_N, k_D, overhead = at_log_rate(log_m, law.alpha, law.beta)
    return Placement(k_N, k_D, overhead, float(np.exp(log_m)), optimal)
