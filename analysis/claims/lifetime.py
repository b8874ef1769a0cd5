"""What the sources say on serving and on other laws: their quantities, as formulas of `given`.

The optimum is named by its size, `N_opt`: the sources speak of "the quality of a compute-optimal
13B". T is the number of served tokens.
"""

from __future__ import annotations

import math

from analysis.claims.statements import Case, estimated, states
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, Allocation
from analysis.serving import lifetime_compute, lifetime_saving, lifetime_scales
from analysis.tradeoff import data_scaling_factor, model_scale_for_overhead

estimated("estimate")


@states("lifetime-optimal parameters")
def _parameters(case: Case) -> float:
    return _scales(case)[0] * case.number("N_opt")


@states("lifetime-optimal tokens")
def _tokens(case: Case) -> float:
    return float(_scales(case)[1] * _optimum(case).D)


@states("lifetime-optimal tokens over compute-optimal tokens")
def _tokens_relative(case: Case) -> float:
    return _scales(case)[1]


@states("share of the lifetime compute saved")
def _saving(case: Case) -> float:
    return float(lifetime_saving(_served(case), *_exponents(case)))


@states("lifetime compute saved")
def _compute_saved(case: Case) -> float:
    optimum = _optimum(case)
    return _saving(case) * float(lifetime_compute(optimum.N, optimum.D, case.number("T")))


@states("inference compute saved for training compute")
def _inference_saved(case: Case) -> float:
    """In orders of magnitude, as `orders` of training compute are."""
    overhead = 10 ** case.number("orders") - 1
    return -math.log10(model_scale_for_overhead(overhead, *_exponents(case)))


@states("data scaling factor")
def _data_scaling_factor(case: Case) -> float:
    return float(data_scaling_factor(case.number("k_N"), *_exponents(case)))


@states("tokens on a power law", law="D = a C^b")
def _tokens_on_power_law(case: Case) -> float:
    return float(case.number("a") * case.number("C") ** case.number("b"))


@states("parameters for the compute", law="C = 6 N D")
def _parameters_for_compute(case: Case) -> float:
    return case.number("C") / (FLOP_PER_PARAMETER_TOKEN * case.number("D"))


def _optimum(case: Case) -> Allocation:
    return case.parametric().compute_optimal_for_size(case.number("N_opt"))


def _served(case: Case) -> float:
    return float(case.number("T") / _optimum(case).D)


def _scales(case: Case) -> tuple[float, float]:
    return lifetime_scales(_served(case), *_exponents(case))


def _exponents(case: Case) -> tuple[float, float]:
    law = case.parametric()
    return law.alpha, law.beta
