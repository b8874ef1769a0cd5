"""Three readings of a budget: against a dense search over runs, and against each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.advice import credible_laws, read_budget
from analysis.advice.readings import CAPPED, together
from analysis.budgets import compute_forgone
from analysis.laws import OuterPowerLaw, ParametricLaw
from analysis.studies.atlas import pooled_law

LAW = pooled_law()
KNOWN = credible_laws()
uses = st.floats(10, 15).map(lambda power: 10.0**power)


@pytest.mark.slow
@settings(deadline=None)
@given(uses, st.floats(0.2, 5))
def test_each_is_the_best_of_its_kind(T, r):
    found = read_budget(LAW, 1e23, T, inference_cost_ratio=r)
    best = LAW.compute_optimal(1e23)
    sizes = np.geomspace(0.2501, 1.2, 20_001) * best.N

    purse = (1e23 - 2 * r * sizes * T) / (6 * sizes)
    paid = purse > 0
    if paid.any():
        losses = LAW.loss(sizes[paid], purse[paid])
        assert found.total_budget.loss <= losses.min() * (1 + 1e-10)
    reached = LAW.loss(best.N, best.D)
    data = ((reached - LAW.E - LAW.A * sizes**-LAW.alpha) / LAW.B) ** (-1 / LAW.beta)
    costs = 6 * sizes * data + 2 * r * sizes * T
    own = found.same_loss.run.C + r * found.same_loss.serving
    assert own <= np.nanmin(costs) * (1 + 1e-10)
    assert found.same_loss.loss == pytest.approx(reached, rel=1e-12)
    base = 6 * best.N * best.D + 2 * r * best.N * T
    assert found.same_loss.saving == pytest.approx(1 - own / base, abs=1e-10)
    capped = found.training_cap
    assert capped.run.C == 1e23
    assert capped.saving == pytest.approx(1 - (1e23 + r * capped.serving) / base, abs=1e-10)
    rest = LAW.compute_optimal(1e23 * (1 - capped.forgone))
    assert LAW.loss(rest.N, rest.D) == pytest.approx(capped.loss, rel=1e-12)
    rest = LAW.compute_optimal(1e23 * (1 - found.total_budget.forgone))
    assert LAW.loss(rest.N, rest.D) == pytest.approx(found.total_budget.loss, rel=1e-9)


def test_what_is_told_is_what_was_asked_and_a_flop_costs_a_flop_unless_told():
    found = read_budget(LAW, 1e23, 5e12)
    assert found == read_budget(LAW, 1e23, 5e12, inference_cost_ratio=1)
    assert found.compute == 1e23
    assert found.same_loss.forgone == 0
    purse = found.total_budget
    optimum = LAW.compute_optimal_for_loss(purse.loss)
    life = 6 * optimum.N * optimum.D + 2 * optimum.N * 5e12
    assert purse.saving == pytest.approx(1 - 1e23 / life, rel=1e-9)


def test_other_sizes_are_offered_at_the_cap():
    found, best = read_budget(LAW, 1e23, 5e12), LAW.compute_optimal(1e23)
    assert list(found.capped) == list(CAPPED)
    for k_N, one in found.capped.items():
        assert one.run.N == pytest.approx(k_N * best.N)
        assert 6 * one.run.N * one.run.D == pytest.approx(1e23)
        assert one.run.C == 1e23
        assert one.forgone == pytest.approx(compute_forgone(k_N, LAW.alpha, LAW.beta))
        assert one.ranges == {}


def test_nothing_served_is_the_optimum_thrice():
    found = read_budget(LAW, 1e22, 0)
    best = LAW.compute_optimal(1e22)
    for one in found.each.values():
        assert one.run.N == pytest.approx(best.N)
        assert (one.saving, one.forgone) == pytest.approx((0, 0), abs=1e-12)


def test_the_ranges_hold_every_law_and_the_one_that_was_asked():
    found = read_budget(LAW, 1e23, 5e12, credible=KNOWN)
    own = [read_budget(law, 1e23, 5e12) for law in KNOWN.laws.values()]
    for name, one in found.each.items():
        for what, values in {
            "N": [each.each[name].run.N for each in own],
            "D": [each.each[name].run.D for each in own],
            "training": [each.each[name].run.C for each in own],
            "saving": [each.each[name].saving for each in own],
        }.items():
            assert one.ranges[what] == pytest.approx((min(values), max(values)))
        assert one.ranges["N"][0] <= one.run.N <= one.ranges["N"][1]
    far = ParametricLaw(LAW.E, 1e3 * LAW.A, LAW.B, LAW.alpha, LAW.beta)
    for one in read_budget(far, 1e23, 5e12, credible=KNOWN).each.values():
        assert one.ranges["N"][1] == pytest.approx(one.run.N)


def test_an_outer_power_moves_the_loss_and_no_size():
    bent = OuterPowerLaw(LAW.E, LAW.A, LAW.B, LAW.alpha, LAW.beta, 0.6)
    for name, one in read_budget(LAW, 1e23, 5e12).each.items():
        other = read_budget(bent, 1e23, 5e12).each[name]
        assert (other.run.N, other.run.D) == pytest.approx((one.run.N, one.run.D))
        assert other.forgone == pytest.approx(one.forgone, abs=1e-12)
        assert other.loss != pytest.approx(one.loss, rel=1e-3)


def test_studies_count_alike_and_their_laws_share_a_part():
    assert sum(KNOWN.weights.values()) == pytest.approx(1)
    kempner = [w for name, w in KNOWN.weights.items() if name.startswith("Kempner")]
    assert sum(kempner) == pytest.approx(KNOWN.weights["Llama 3"])
    assert "Your own" in credible_laws(LAW).laws
    assert len(together(KNOWN, LAW)) == len(KNOWN.laws) + 1
