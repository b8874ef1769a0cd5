import numpy as np
import pandas as pd
import pytest

from analysis.datasets import load_quoted_runs
from analysis.overtraining import OvertrainingLaw
from analysis.testbed.frontier import MORE_MULTIPLIERS, frontier, ladder, leave_one_out, summary
from analysis.testbed.recipes import PAPER, POOLED, fit_recipe, fit_shared, held_out
from analysis.testbed.runs import FIVE_RUNS, LARGE_SIZES

TARGETS = tuple((N, M) for N in LARGE_SIZES for M in (20, 320))
SHAPE = {"eta": 0.13, "M_star": 5.0}
SETS = {"a": (1.6, 400.0), "b": (1.8, 430.0), "c": (1.75, 380.0)}


def simulated(noise, rng):
    """A testbed whose three laws share their shape; three runs of each size at most."""
    rows = []
    for name, (E, S) in SETS.items():
        ratio = SHAPE["M_star"] ** SHAPE["eta"]
        law = OvertrainingLaw(E, S / 2 / ratio, S / 2 * ratio, SHAPE["eta"])
        for N, M in (*FIVE_RUNS, *TARGETS):
            C = 6.0 * M * N**2
            loss = law.loss(C, M) * np.exp(noise * rng.standard_normal())
            rows.append((name, f"{N}-{M}", float(N), float(M * N), C, float(M), loss))
    columns = ["train_set", "model", "N", "D", "C", "token_multiplier", "c4_val"]
    return pd.DataFrame(rows, columns=columns).assign(created=pd.Timestamp("2023-12-14"))


def test_planted_shapes_are_recovered():
    fits = fit_recipe(simulated(0.0, np.random.default_rng(0)), POOLED)
    assert set(fits) == set(SETS)
    for name, fit in fits.items():
        law = fit.laws[name]
        assert law.eta == pytest.approx(SHAPE["eta"], rel=1e-5)
        assert law.optimal_multiplier == pytest.approx(SHAPE["M_star"], rel=1e-4)
        assert law.E == pytest.approx(SETS[name][0], rel=1e-5)
        assert fit.degrees_of_freedom == 15 - 8


def test_alone_it_is_the_papers_fit():
    from analysis.overtraining import fit_overtraining

    runs = load_quoted_runs().assign(created=pd.Timestamp("2023-12-14"))
    for name, fit in fit_recipe(runs, PAPER).items():
        own = runs[runs["train_set"] == name]
        five = own[
            [run in FIVE_RUNS for run in zip(own["N"], own["token_multiplier"], strict=True)]
        ]
        same = fit_overtraining(five["N"], five["D"], five["c4_val"])
        assert fit.laws[name].eta == pytest.approx(same.law.eta, rel=1e-6)
        assert fit.laws[name].E == pytest.approx(same.law.E, rel=1e-6)
        assert fit.degrees_of_freedom == 1
        assert fit.covariance[0, 0] == pytest.approx(same.covariance[3, 3], rel=2e-4)
        assert fit.covariance[2, 2] == pytest.approx(same.covariance[0, 0], rel=2e-4)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", [PAPER, POOLED])
def test_intervals_cover_what_they_say(recipe):
    rng = np.random.default_rng(2)
    worlds = 150
    tables = [held_out(simulated(0.004, rng), recipe) for _ in range(worlds)]
    covered = np.mean([table["covered"].mean() for table in tables])
    spread = np.std([table["covered"].mean() for table in tables]) / np.sqrt(worlds)
    assert covered == pytest.approx(0.9, abs=max(0.03, 3 * spread))


@pytest.mark.slow
def test_pooling_predicts_better_where_the_shape_is_shared():
    rng = np.random.default_rng(3)
    errors = {PAPER: [], POOLED: []}
    for _ in range(40):
        runs = simulated(0.004, rng)
        for recipe, found in errors.items():
            found += list(held_out(runs, recipe)["error"].abs())
    assert np.median(errors[POOLED]) < 0.7 * np.median(errors[PAPER])


def test_no_freedom_no_interval():
    rng = np.random.default_rng(4)
    runs = simulated(0.004, rng)
    fits = fit_recipe(runs, PAPER, ladder()[1])
    assert fits["a"].degrees_of_freedom == 0
    assert np.isinf(fits["a"].interval("a", 1e9, 2e10)).all()


def test_a_loss_that_does_not_fall_raises():
    rng = np.random.default_rng(5)
    runs = simulated(0.0, rng)
    rising = {"a": runs[runs["train_set"] == "a"].assign(c4_val=lambda t: 2 + np.log(t["C"]) / 40)}
    with pytest.raises(ValueError, match="the loss of a must fall with compute"):
        fit_shared(rising)


# On the released runs.


def test_the_recipes_at_equal_compute(testbed):
    ours, theirs = (
        summary(held_out(testbed, recipe)).set_index("train_set") for recipe in (POOLED, PAPER)
    )
    assert ours.loc["all", "runs"] == 29
    assert (ours["worst"] < theirs["worst"]).all()
    assert ours.loc["all", "median"] < theirs.loc["all", "median"]
    assert 100 * theirs["median"].round(4).to_numpy() == pytest.approx([1.50, 0.38, 0.77, 0.73])
    assert 100 * theirs["worst"].round(4).to_numpy() == pytest.approx([4.30, 1.44, 1.62, 4.30])
    assert 100 * ours["median"].round(4).to_numpy() == pytest.approx([2.13, 0.43, 0.57, 0.55])
    assert 100 * ours["worst"].round(4).to_numpy() == pytest.approx([2.89, 1.26, 1.32, 2.89])
    assert ours["covered"].tolist() == [6, 10, 10, 26]
    assert theirs["covered"].tolist() == [9, 10, 10, 29]


def test_the_choice_does_not_need_the_training_set_it_is_judged_on(testbed):
    chosen = leave_one_out(testbed)
    assert all(name.startswith("pooled") for name in chosen["recipe"])
    assert chosen["worst"].max() < 0.03


def test_the_frontier(testbed):
    table = frontier(testbed, [POOLED], ladder(MORE_MULTIPLIERS))
    assert table["fitted_compute"].nunique() == 4
    largest = table[table["N"] > 6e9]
    assert 1 / largest["fraction"].max() == pytest.approx(20.9, abs=0.1)
    median = table["error"].abs().groupby(table["n_fit"]).median()
    assert median.loc[7] < 0.01  # at 1/1425 of the compute of the 6.9B
    assert largest.loc[largest["n_fit"] == 7, "fraction"].iloc[0] == pytest.approx(
        1 / 1425, rel=0.01
    )
    fitted = table[(table["n_fit"] == 9) & (table["token_multiplier"] == 20)]
    assert LARGE_SIZES[0] not in set(fitted["N"])
    alone = frontier(testbed, [PAPER], ladder())
    assert set(alone["n_fit"]) == {4, 5, 6}
