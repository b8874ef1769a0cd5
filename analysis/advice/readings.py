"""Three readings of a budget, side by side (`analysis.budgets` has their mathematics)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.advice.credible import CredibleLaws
from analysis.budgets import compute_forgone, total_budget_optimal
from analysis.internal.checks import FloatOrArray
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import NonNegativeFloat, PositiveFloat
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, Allocation, LawEnsemble, OneLaw, ParametricLaw
from analysis.serving import (
    FLOP_PER_PARAMETER_SERVED,
    lifetime_compute,
    lifetime_saving,
    lifetime_scales,
)

SAME_LOSS, TOTAL_BUDGET, TRAINING_CAP = "same_loss", "total_budget", "training_cap"
RANGED = ("N", "D", "training", "saving")
"""What credible laws give the range of: parameters, tokens, FLOP of training, the share saved."""
CAPPED = (0.75, 0.5, 0.35, 0.25)
"""Sizes that are offered at the cap, as fractions of the compute-optimal one."""


@dataclass(frozen=True)
class Reading(Shown):
    """A run, and what it costs and saves.

    Attributes
    ----------
    run : Allocation
        Its parameters, tokens and FLOP of training.
    serving : float
        FLOP of serving, 2 N T.
    loss : float
        Nats per token.
    saving : float
        The share of a lifetime cost that it saves: of the compute-optimal run's of the same loss
        or, at the cap, of the compute-optimal run's of the same training compute.
    forgone : float
        The share of the budget that could be taken away if all of it went into compute-optimal
        training for the same loss.
    ranges : Mapping[str, (float, float)]
        The least and the most that credible laws answer, by the names of `RANGED`; empty if none
        were given.
    """

    run: Allocation
    serving: float
    loss: float
    saving: float
    forgone: float
    ranges: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Readings(Shown):
    """What a budget C can mean for a model that will be used.

    Attributes
    ----------
    compute : float
        C, FLOP.
    same_loss : Reading
        Reach the loss of the compute-optimal run of C as cheaply as training and serving allow.
    total_budget : Reading
        C pays for training and for serving, and buys the least loss that it can.
    training_cap : Reading
        Training takes C; the size is that of the first reading.
    capped : Mapping[float, Reading]
        Other sizes at the cap, by fraction of the compute-optimal one.
    """

    compute: float
    same_loss: Reading
    total_budget: Reading
    training_cap: Reading
    capped: Mapping[float, Reading]

    @property
    def each(self) -> dict[str, Reading]:
        """The three by name."""
        return {name: getattr(self, name) for name in (SAME_LOSS, TOTAL_BUDGET, TRAINING_CAP)}


@checked(finite=False)
def read_budget(
    law: OneLaw,
    compute: PositiveFloat,
    inference_tokens: NonNegativeFloat,
    *,
    inference_cost_ratio: PositiveFloat = 1.0,
    credible: CredibleLaws | None = None,
) -> Readings:
    """Answer the three readings of a budget of `compute` FLOP under a law.

    Parameters
    ----------
    law : ParametricLaw
    compute : float
        C, FLOP.
    inference_tokens, inference_cost_ratio : float
        T, a count, and r of `analysis.serving.lifetime_compute`.
    credible : CredibleLaws, optional
        Laws whose answers give the ranges, with `law` among them.

    Raises
    ------
    ValueError
        If law is no law, an argument is out of range, or an answer leaves double precision.

    Examples
    --------
    >>> from analysis.laws import PUBLISHED
    >>> found = read_budget(PUBLISHED["besiroglu-2024"].law, 1e23, 5e12)
    >>> [f"{one.run.N:.3g}" for one in found.each.values()], round(found.training_cap.forgone, 3)
    (['1.34e+10', '5.74e+09', '1.34e+10'], 0.197)
    """
    T, r = inference_tokens, inference_cost_ratio
    own = _three(law, compute, T, r)
    ranges: dict[str, dict[str, tuple[float, float]]] = {name: {} for name in own}
    if credible is not None:
        every = _three(together(credible, law), compute, T, r)
        for name, answers in every.items():
            ranges[name] = {what: _ends(getattr(answers, what)) for what in RANGED}

    def reading(answer: _Answer, ends: Mapping[str, tuple[float, float]]) -> Reading:
        N, D = float(answer.N), float(answer.D)
        serving = FLOP_PER_PARAMETER_SERVED * N * T
        loss, saving = float(behind(law.loss)(N, D)), float(answer.saving)
        run = Allocation(N, D, float(answer.training))
        return Reading(run, serving, loss, saving, float(answer.forgone), ends)

    readings = {name: reading(answer, ranges[name]) for name, answer in own.items()}
    N_opt = behind(law.compute_optimal)(compute).N
    sizes = {k_N: reading(_capped(law, compute, T, r, k_N * N_opt), {}) for k_N in CAPPED}
    return Readings(float(compute), **readings, capped=sizes)


def together(credible: CredibleLaws, *more: ParametricLaw) -> LawEnsemble:
    """Return the laws as one, without their outer powers, which move no size."""
    laws = [*credible.laws.values(), *more]
    names = ("E", "A", "B", "alpha", "beta")
    return LawEnsemble(*([getattr(law, name) for law in laws] for name in names))


@dataclass(frozen=True)
class _Answer:
    """A reading under one law, or elementwise under several."""

    N: FloatOrArray
    D: FloatOrArray
    training: FloatOrArray
    saving: FloatOrArray
    forgone: FloatOrArray


def _three(law: ParametricLaw, compute: float, T: float, r: float) -> dict[str, _Answer]:
    best = behind(law.compute_optimal)(compute)
    served = r * T / best.D, law.alpha, law.beta
    k_N, k_D = behind(lifetime_scales)(*served)
    N, D = k_N * best.N, k_D * best.D
    saved = behind(lifetime_saving)(*served)
    same = _Answer(N, D, FLOP_PER_PARAMETER_TOKEN * N * D, saved, 0.0 * saved)
    purse = behind(total_budget_optimal)(law, compute, T, inference_cost_ratio=r)
    saved = behind(lifetime_saving)(r * T / purse.optimal.D, law.alpha, law.beta)
    run, forgone = purse.run, 1 - purse.optimal.C / compute
    bought = _Answer(run.N, run.D, run.C, saved, forgone)
    return {
        SAME_LOSS: same,
        TOTAL_BUDGET: bought,
        TRAINING_CAP: _capped(law, compute, T, r, N),
    }


def _capped(law: ParametricLaw, compute: float, T: float, r: float, N: FloatOrArray) -> _Answer:
    best = behind(law.compute_optimal)(compute)
    base = behind(lifetime_compute)(best.N, best.D, T, inference_cost_ratio=r)
    saved = FLOP_PER_PARAMETER_SERVED * r * T * (best.N - N) / base
    forgone = behind(compute_forgone)(N / best.N, law.alpha, law.beta)
    D = compute / (FLOP_PER_PARAMETER_TOKEN * np.asarray(N))
    return _Answer(N, D, compute + 0.0 * np.asarray(N), saved, forgone)


def _ends(values: FloatOrArray) -> tuple[float, float]:
    return float(np.min(values)), float(np.max(values))
