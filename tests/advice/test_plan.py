"""The runs that are advised narrow what is asked for, and do so when they are really run."""

import numpy as np
import pytest
from tables import grid, table_of

from analysis.advice import answer_runs, narrowed_by, next_runs, own_as_json, own_as_table
from analysis.advice.plan import Design, naive
from analysis.fit import fit_parametric
from analysis.laws import OuterPowerLaw
from analysis.tradeoff import compute_overhead

LAW = OuterPowerLaw(E=1.7, A=3000.0, B=12000.0, alpha=0.45, beta=0.42, kappa=0.8)
TABLE = grid(LAW, noise=2e-3)
ANSWER = answer_runs(TABLE)


def budget_curves():
    """Four budgets, six sizes each, around the optimum."""
    N, D = [], []
    for C in np.geomspace(1e18, 3e20, 4):
        sizes = LAW.compute_optimal(C).N * np.exp(np.linspace(-1.1, 1.1, 6))
        N.append(sizes)
        D.append(C / 6 / sizes)
    return np.concatenate(N), np.concatenate(D)


def scattered():
    rng = np.random.default_rng(4)
    N = np.exp(rng.uniform(np.log(3e7), np.log(3e9), 24))
    return N, N * np.exp(rng.uniform(np.log(4), np.log(150), 24))


DESIGNS = {
    "a grid": (TABLE.runs.N, TABLE.runs.D),
    "budgets": budget_curves(),
    "scattered": scattered(),
}


def test_they_fit_into_the_budget_and_are_different():
    plan = next_runs(ANSWER, 4, 1e20)
    assert len({(run.N, run.D) for run in plan.runs}) == 4
    assert sum(run.C for run in plan.runs) <= 1e20
    assert all(run.C == pytest.approx(6 * run.N * run.D) for run in plan.runs)
    assert plan.then < plan.now
    assert all(plan.then < value <= plan.now * 1.001 for value in plan.naive.values())


def test_more_runs_and_more_budget_never_tell_less():
    few, many, dear = (next_runs(ANSWER, *how) for how in ((2, 1e19), (4, 1e19), (4, 1e21)))
    assert dear.then <= many.then <= few.then


def test_one_more_run_is_counted_as_the_whole_information_counts_it():
    design = Design(LAW, TABLE.runs.N, TABLE.runs.D)
    N, D = np.array([1e8, 5e9]), np.array([1e11, 1e10])
    own = TABLE.runs.N[:2], TABLE.runs.D[:2]
    found = design.with_each(*own, N, D)
    for value, n, d in zip(found, N, D, strict=True):
        every = np.append(own[0], n), np.append(own[1], d)
        assert value == pytest.approx(design.variance(*every), rel=1e-6)


@pytest.mark.slow
def test_what_is_expected_is_what_refitted_runs_show():
    """The spread of the overhead over runs made by the law, against the expected one."""
    design = Design(LAW, TABLE.runs.N, TABLE.runs.D)
    noise, found = 1e-3, []
    exact = LAW.loss(TABLE.runs.N, TABLE.runs.D)
    for seed in range(60):
        loss = exact * np.exp(noise * np.random.default_rng(seed).standard_normal(30))
        law = fit_parametric(TABLE.runs.N, TABLE.runs.D, loss, delta=1.0, outer_power=True).law
        found.append(np.log(compute_overhead(0.5, law.alpha, law.beta)))
    none = np.array([])
    assert np.std(found) == pytest.approx(noise * design.variance(none, none) ** 0.5, rel=0.25)


@pytest.mark.slow
@pytest.mark.parametrize("name", DESIGNS)
def test_they_beat_the_same_budget_spread_evenly_when_they_are_run(name):
    """By the scatter of refits to runs made by a law, on three designs."""
    N, D = DESIGNS[name]
    noise = 2e-3
    rng = np.random.default_rng(9)
    told = table_of(N, D, LAW.loss(N, D) * np.exp(noise * rng.standard_normal(len(N))))
    budget = 0.3 * (6 * N * D).sum()
    plan = next_runs(answer_runs(told), 3, budget)
    chosen = np.array([run.N for run in plan.runs]), np.array([run.D for run in plan.runs])
    spread = {}
    for kind, (more_N, more_D) in {
        "none": (np.array([]), np.array([])),
        "chosen": chosen,
        "even": naive(LAW, 3, budget)["spread evenly over sizes"],
    }.items():
        every_N, every_D = np.append(N, more_N), np.append(D, more_D)
        exact, halves = LAW.loss(every_N, every_D), []
        for seed in range(80):
            errors = np.random.default_rng(seed).standard_normal(len(exact))
            law = fit_parametric(
                every_N, every_D, exact * np.exp(noise * errors), delta=1.0, outer_power=True
            ).law
            halves.append(np.log(compute_overhead(0.5, law.alpha, law.beta)))
        spread[kind] = np.std(halves)
    assert spread["none"] / spread["chosen"] > 1.3 * spread["none"] / spread["even"]


def test_a_budget_that_pays_for_nothing_is_refused():
    with pytest.raises(ValueError, match="budget must pay for a run near those of the table"):
        next_runs(ANSWER, 3, 1e6)


def test_the_plan_is_shown():
    plan = next_runs(ANSWER, 2, 1e20)
    said = own_as_table(ANSWER, plan)
    assert "what to run next" in said
    assert "spread evenly over sizes" in said
    assert '"next": [\n    {\n      "C":' in own_as_json(ANSWER, plan)


def test_no_plan_is_made_for_a_law_whose_wall_is_above_half_the_size():
    steep = OuterPowerLaw(E=1.7, A=1e20, B=1e22, alpha=2.2, beta=1.9, kappa=0.2)
    answer = answer_runs(grid(steep, noise=1e-4))
    with pytest.raises(ValueError, match=r"law must reach the loss with half the size; its wall"):
        next_runs(answer, 3, 1e20)
    with pytest.raises(ValueError, match=r"law must reach the loss with half the size; its wall"):
        narrowed_by(steep, TABLE.runs.N, TABLE.runs.D, [1e8], [1e10])
