"""One question, answered whole: where a run stands, what else reaches its loss, how sure it is.

The run may be given by its size and its tokens, by either and a budget, by its size and a loss, or,
if it is to be compute-optimal, by any of the four alone. A mixture of experts is placed by its
active parameters, which are what it costs, and once more by all of them; the laws are those of
dense models. `python -m analysis` asks all this on the command line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.advice.credible import CredibleLaws
from analysis.advice.readings import Readings, read_budget
from analysis.advice.regret import Choice, choose_size, expected_tokens
from analysis.bootstrap import percentile_interval
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Factor, NonNegativeFloat, PositiveFloat
from analysis.laws import (
    FLOP_PER_PARAMETER_TOKEN,
    Allocation,
    LawEnsemble,
    OneLaw,
    ParametricLaw,
)
from analysis.limits import fresh_tokens, tokens_with_repetition
from analysis.prices import attention_share, cheapest_life
from analysis.serving import (
    FLOP_PER_PARAMETER_SERVED,
    TRAINING_TO_SERVING,
    at_size,
    break_even,
    lifetime_compute,
    lifetime_optimal,
)
from analysis.tradeoff import Placement, compute_overhead, minimum_model_scale, place

SCALES = (1.0, 0.75, 0.5, 0.35, 0.25)
"""Sizes that are offered beside the run, as fractions of the compute-optimal size."""
ASKED, OPTIMUM = "your run", "compute-optimal"
CHEAPEST, FITS = "cheapest over its life", "the largest that fits"
Interval = tuple[float, float]


@dataclass(frozen=True)
class Option(Shown):
    """A run that reaches the loss.

    Attributes
    ----------
    name : str
        What it is: the run asked about, the cheapest over its life, a fraction of the optimum.
    placement : Placement
        Its place; `placement.run` is its size, tokens and compute.
    overhead_band : (float, float) or None
        The 95 % interval of the overhead at this k_N, if there is an ensemble; None for the run
        asked about, whose k_N has a band of its own.
    break_even : float or None
        Served tokens, at their price, after which it has paid for its overhead over the
        compute-optimal run; None for a larger model, which never does.
    lifetime_saving : float or None
        What it saves of the lifetime cost of the compute-optimal run, a fraction; negative if it
        costs more. None if no use was named.
    trained : float or None
        Tokens to train on, repeats included, where the distinct ones are limited: infinite if no
        number of repeats is enough. None if they are not limited.
    """

    name: str
    placement: Placement
    overhead_band: Interval | None
    break_even: float | None
    lifetime_saving: float | None
    trained: float | None = None

    @property
    def run(self) -> Allocation | None:
        """The run on the tokens that it is trained on, repeats included; None if none are enough.

        `placement.run` counts what they are worth, as fresh ones.
        """
        run, D = self.placement.run, self.trained
        if D is None:
            return run
        if not np.isfinite(D):
            return None
        return Allocation(run.N, D, FLOP_PER_PARAMETER_TOKEN * run.N * D)


@dataclass(frozen=True)
class Advice(Shown):
    """What is known of a run under a law.

    Attributes
    ----------
    law : ParametricLaw
    loss : float
        Nats per token.
    placement : Placement
        The run's own place, by what its tokens are worth as fresh ones.
    bands : dict of str to (float, float)
        95 % intervals of k_N, k_D, overhead and marginal_rate, of the run's D and loss, and of
        "optimal N" and "optimal D"; empty without an ensemble.
    no_bands : str
        Why there are none, if one of the ensemble's laws has no answer; empty otherwise.
    implied_tokens : float
        Served tokens for which the run is the right one; negative if it is too large for any.
    smallest : float
        The size that infinite data would be needed for, in parameters.
    inference_tokens, inference_spread, inference_cost_ratio : float or None, float, float
        The use that was named, None if none was, the factor by which it is uncertain, and its
        price.
    options : tuple of Option
        The run, and others of the same loss, from large to small.
    total : Placement or None
        Where a mixture of experts would stand if all its parameters were active.
    largest, unique_tokens, context : float or None
        The most parameters that fit a memory, the distinct tokens that there are, and the tokens
        that a served token attends to.
    attentive : Placement or None
        The cheapest over its life where attending to the context is paid for too.
    readings : Readings or None
        What the run's compute means as a budget, if a use was named.
    choice, exchange_choice : Choice or None
        Which size to train under laws that may all be true, if some were given too; and the same if
        the optimum is where `law` has it, and only the exchange about it is not known.
    """

    law: ParametricLaw
    loss: float
    placement: Placement
    bands: dict[str, Interval]
    no_bands: str
    implied_tokens: float
    smallest: float
    inference_tokens: float | None
    inference_spread: float
    inference_cost_ratio: float
    options: tuple[Option, ...]
    total: Placement | None
    largest: float | None
    unique_tokens: float | None
    context: float | None
    attentive: Placement | None
    readings: Readings | None
    choice: Choice | None
    exchange_choice: Choice | None

    @property
    def run(self) -> Allocation:
        """The run asked about as it is trained, `Option.run`; the optimum, on fresh tokens."""
        return _as_trained(self.options) or self.placement.run

    @property
    def mean_tokens(self) -> float | None:
        """E[T], for which every size is chosen; None if no use was named."""
        if self.inference_tokens is None:
            return None
        return expected_tokens(self.inference_tokens, self.inference_spread)


@checked(finite=False)
def advise(
    law: OneLaw,
    *,
    N: PositiveFloat | None = None,
    D: PositiveFloat | None = None,
    loss: PositiveFloat | None = None,
    compute: PositiveFloat | None = None,
    active: PositiveFloat | None = None,
    inference_tokens: NonNegativeFloat | None = None,
    inference_spread: Factor = 1.0,
    inference_cost_ratio: PositiveFloat = 1.0,
    largest: PositiveFloat | None = None,
    unique_tokens: PositiveFloat | None = None,
    context: NonNegativeFloat | None = None,
    ensemble: LawEnsemble | None = None,
    credible: CredibleLaws | None = None,
) -> Advice:
    """Place a run, and what else reaches its loss.

    Parameters
    ----------
    law : ParametricLaw
    N, D, loss, compute : float, optional
        The run: N and D, or either and compute, or N and loss; or one of the four alone, for the
        compute-optimal run. Counts, nats per token, FLOP.
    active : float, optional
        Of the N parameters of a mixture of experts, those that are active for a token.
    inference_tokens, inference_spread, inference_cost_ratio : float
        The use, as in `analysis.advice.choose_size`; without it nothing is said of cost over a
        lifetime.
    largest : float, optional
        The most parameters that fit (`analysis.serving.largest_model`).
    unique_tokens : float, optional
        Distinct tokens that there are; more are repeats (`analysis.limits`).
    context : float, optional
        Tokens that a served token attends to (`analysis.prices.attention_share`).
    ensemble : LawEnsemble, optional
        Laws whose spread gives the bands.
    credible : CredibleLaws, optional
        Laws any of which may be true: they give ranges to the readings, and a choice.

    Raises
    ------
    ValueError
        If the run is given by too little or too much, or by what allows no answer.

    Examples
    --------
    >>> from analysis.laws import PUBLISHED
    >>> answer = advise(PUBLISHED["de-vries-2023"].law, N=6.9e9, D=1e12)
    >>> round(answer.placement.overhead, 3), [round(o.placement.k_N, 2) for o in answer.options]
    (0.117, [1.0, 0.75, 0.58, 0.5, 0.35, 0.25])
    """
    asked = {"N": N, "D": D, "loss": loss, "compute": compute}
    given = {name: value for name, value in asked.items() if value is not None}
    total = None
    if active is not None:
        if N is not None and N >= active and given.keys() == {"N"}:
            raise ValueError(
                f"give D or compute beside N: active, got {active:g}, places a mixture by what "
                "it was trained on"
            )
        if N is None or N < active or "loss" in given or len(given) != 2:
            raise ValueError(
                f"active must be a part of N, with D or compute beside them, got {active:g} and "
                + (" and ".join(f"{name} {value:g}" for name, value in given.items()) or "nothing")
            )
        total, given["N"] = N, active
    ask = _question(given, unique_tokens, size="N" if active is None else "active")
    T = None if inference_tokens is None else expected_tokens(inference_tokens, inference_spread)
    r = inference_cost_ratio
    placement = ask(law)
    run, optimal = placement.run, placement.optimal
    reached = behind(law.loss)(run.N, run.D)
    if not law.E < reached:
        said = " and ".join(f"{name} {value:g}" for name, value in given.items())
        raise ValueError(f"{said} is beyond any loss that can be told from E = {law.E:g}")
    wall = behind(minimum_model_scale)(law.alpha, law.beta)
    named = [(ASKED if len(given) == 2 else OPTIMUM, placement)]
    if T is not None:
        cheapest = behind(lifetime_optimal)(law, reached, T, inference_cost_ratio=r)
        named.append((CHEAPEST, cheapest))
    if largest is not None and wall < largest / optimal.N < min(1.0, named[-1][1].k_N):
        named.append((FITS, behind(at_size)(law, reached, largest)))
    named += _fractions(law, reached, optimal, wall, [other.k_N for _, other in named])
    named.sort(key=lambda pair: -pair[1].k_N)
    options = tuple(_option(law, *one, T, r, ensemble, unique_tokens) for one in named)
    budget = (_as_trained(options) or run).C if compute is None else compute
    bands, no_bands = ({}, "") if ensemble is None else _bands(ask, ensemble)
    readings = choice = exchange_choice = attentive = None
    if T is not None:
        if context is not None:
            attentive = behind(cheapest_life)(law, reached, attending(T, r, context))
        readings = behind(read_budget)(law, budget, T, inference_cost_ratio=r, credible=credible)
    if inference_tokens is not None and credible is not None:
        choice, exchange_choice = (
            behind(choose_size)(
                credible,
                budget,
                inference_tokens,
                spread=inference_spread,
                inference_cost_ratio=r,
                optimum=best,
            )
            for best in (None, behind(law.compute_optimal)(budget))
        )
    return Advice(
        law,
        float(reached),
        placement,
        bands,
        no_bands,
        TRAINING_TO_SERVING * (placement.marginal_rate - 1) * run.D / r,
        float(wall * optimal.N),
        inference_tokens,
        inference_spread,
        r,
        options,
        None if total is None else behind(place)(law, total, run.D),
        largest,
        unique_tokens,
        context,
        attentive,
        readings,
        choice,
        exchange_choice,
    )


def _as_trained(options: tuple[Option, ...]) -> Allocation | None:
    """The run asked about, if there is one and any tokens are enough for it."""
    return next((one.run for one in options if one.name == ASKED), None)


def _fractions(
    law: ParametricLaw, loss: float, optimal: Allocation, wall: float, taken: list[float]
) -> list[tuple[str, Placement]]:
    """The sizes of `SCALES` above the wall that are not there already."""
    found = []
    for k_N in SCALES:
        if k_N > wall and all(abs(k_N - other) > 0.02 for other in taken):
            if k_N == 1:
                found.append((OPTIMUM, _at_optimum(optimal)))
            else:
                sized = behind(at_size)(law, loss, k_N * optimal.N)
                found.append((f"{k_N:g} of the optimum", sized))
    return found


def attending(T: float, r: float, context: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return the serving bill of a size, in FLOP of training, where a context is attended to."""
    return lambda N: np.asarray(
        FLOP_PER_PARAMETER_SERVED * r * T * N * (1 + behind(attention_share)(N, context))
    )


def _question(
    given: dict[str, float], unique: float | None, size: str
) -> Callable[[ParametricLaw], Placement]:
    """What is given, as a function from a law, or an ensemble, to the run's place."""
    names = set(given)

    def worth(D: float) -> float:
        return D if unique is None else float(behind(fresh_tokens)(D, unique))

    if names == {"N", "D"}:
        return lambda law: behind(place)(law, given["N"], worth(given["D"]))
    for known in ("N", "D"):
        if names == {known, "compute"}:
            rest = given["compute"] / FLOP_PER_PARAMETER_TOKEN / given[known]
            if not 0 < rest < np.inf:
                name = size if known == "N" else known
                raise ValueError(f"{name} and compute must leave a run, got {given}")
            N, D = (given["N"], rest) if known == "N" else (rest, given["D"])
            return lambda law: behind(place)(law, N, worth(D))
    if names == {"N"}:
        return lambda law: _at_optimum(behind(law.compute_optimal_for_size)(given["N"]))
    if names == {"D"}:
        return lambda law: _at_optimum(behind(law.compute_optimal_for_data)(given["D"]))
    if names == {"N", "loss"}:
        return lambda law: behind(at_size)(law, given["loss"], given["N"])
    if names == {"loss"}:
        return lambda law: _at_optimum(behind(law.compute_optimal_for_loss)(given["loss"]))
    if names == {"compute"}:
        return lambda law: _at_optimum(behind(law.compute_optimal)(given["compute"]))
    said = " and ".join(sorted(names)) or "nothing"
    raise ValueError(
        "give N and D, or either and compute, or N and loss, or one of N, D, compute and loss; got "
        + said
    )


def _at_optimum(optimal: Allocation) -> Placement:
    """The compute-optimal run itself: rounding must not leave it an overhead."""
    one = np.ones_like(optimal.N) if np.ndim(optimal.N) else 1.0
    return Placement(one, one, 0 * one, one, optimal)


def _option(
    law: ParametricLaw,
    name: str,
    placement: Placement,
    T: float | None,
    r: float,
    ensemble: LawEnsemble | None,
    unique: float | None,
) -> Option:
    run, optimal = placement.run, placement.optimal
    band = saving = None
    if ensemble is not None and name != ASKED:
        band = _interval(behind(compute_overhead)(placement.k_N, ensemble.alpha, ensemble.beta))
    if T is not None:
        own, best = (
            behind(lifetime_compute)(one.N, one.D, T, inference_cost_ratio=r)
            for one in (run, optimal)
        )
        saving = float(1 - own / best)
    even = None
    if placement.k_N <= 1:
        even = float(behind(break_even)(placement.k_N, law.alpha, law.beta) * optimal.D / r)
    trained = None if unique is None else float(behind(tokens_with_repetition)(run.D, unique))
    return Option(name, placement, band, even, saving, trained)


def _bands(
    ask: Callable[[LawEnsemble], Placement], ensemble: LawEnsemble
) -> tuple[dict[str, Interval], str]:
    """What the laws of the ensemble answer to the same question, or why one of them does not."""
    try:
        placement = ask(ensemble)
    except ValueError as error:
        return {}, f"not every resampled law has an answer: {error}"
    run = placement.run
    found = {name: getattr(placement, name) for name in ("k_N", "k_D", "overhead", "marginal_rate")}
    found |= {"optimal N": placement.optimal.N, "optimal D": placement.optimal.D}
    found |= {"D": run.D, "loss": behind(ensemble.loss)(run.N, run.D)}
    every = np.shape(ensemble.alpha)
    return {name: _interval(np.broadcast_to(one, every)) for name, one in found.items()}, ""


def _interval(values: ArrayLike) -> Interval:
    low, high = behind(percentile_interval)(np.asarray(values))
    return float(low), float(high)
