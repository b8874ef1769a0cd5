"""What a table of runs says is what was planted in it, and what cannot be known is said so."""

import json
import math

import numpy as np
import pytest
from tables import NINE, grid, read, table_of

from analysis.advice import answer_runs, kappa_profile, own_as_csv, own_as_json, own_as_table
from analysis.advice.estimates import Estimate, combined, of_others
from analysis.fit import LeftOut
from analysis.laws import OuterPowerLaw, ParametricLaw
from analysis.tradeoff import compute_overhead, minimum_model_scale

LAW = OuterPowerLaw(E=1.7, A=3000.0, B=12000.0, alpha=0.45, beta=0.42, kappa=0.7)
TABLE = grid(LAW, noise=1e-3)
ANSWER = answer_runs(TABLE, compute=[1e21])


def test_a_planted_law_is_found_with_its_exchange():
    assert ANSWER.form == "outer_power"
    for k_N, found in ANSWER.exchange.items():
        assert found.low <= compute_overhead(k_N, 0.45, 0.42) <= found.high
    assert ANSWER.wall.low <= minimum_model_scale(0.45, 0.42) <= ANSWER.wall.high
    assert ANSWER.kappa.low <= 0.7 <= ANSWER.kappa.high
    best = LAW.compute_optimal(1e21)
    assert ANSWER.optimum[0].N == pytest.approx(best.N, rel=0.1)
    assert ANSWER.at(0.5) == ANSWER.exchange[0.5]
    assert np.std(ANSWER.residuals) == pytest.approx(1e-3, rel=0.3)


def test_nine_runs_cannot_know(tmp_path):
    """Leaving one out moves E by a half and alpha by a third."""
    answer = answer_runs(read(tmp_path, NINE))
    assert answer.form == "sum"
    assert not any(one.known for one in (*answer.exchange.values(), answer.wall, answer.kappa))
    assert "too few to say how sure" in answer.trust[0]
    assert answer.combined == answer.others == of_others()
    left = answer.fits["sum"].parameters
    assert left[0].max() > 1.5 * left[0].min()
    assert left[3].max() > 1.3 * left[3].min()


def test_copies_with_another_last_digit_do_not_make_nine_runs_more(tmp_path):
    header, *rows = NINE.split()
    copies = [row[:-1] + str((int(row[-1]) + 1) % 10) for row in rows]
    answer = answer_runs(read(tmp_path, "\n".join([header, *rows, *copies])))
    assert len(answer.table.runs) == 18
    assert not answer.sure


def test_too_few_runs_for_a_law_are_refused():
    with pytest.raises(ValueError, match="3 different runs do not determine a law of five"):
        answer_runs(table_of([1e8, 1e9, 1e9], [1e9, 1e9, 1e10], [3.0, 2.8, 2.6]))


def test_the_form_says_what_the_runs_support():
    plain = ParametricLaw(E=1.7, A=400.0, B=2000.0, alpha=0.34, beta=0.37)
    kappa = answer_runs(grid(plain, noise=2e-3)).kappa
    assert kappa.low < 1 < kappa.high
    assert "it may well be 1" in own_as_table(answer_runs(grid(plain, noise=2e-3)))
    assert "reject 1" in own_as_table(ANSWER)


def test_both_together_lie_between_and_are_surer():
    own, others = Estimate(0.3, 0.2, 0.45), Estimate(0.44, 0.22, 1.34)
    both = combined(own, others)
    assert own.value < both.value < others.value
    assert both.high / both.low < own.high / own.low
    unknown = Estimate(0.3, 0.0, math.inf)
    assert combined(unknown, others) == others
    assert combined(own, Estimate(7.0, 1.0, math.inf)) == own


def trusted(table, **how):
    return " / ".join(answer_runs(table, **how).trust)


@pytest.mark.slow
def test_runs_that_go_along_one_line_are_told():
    N = np.geomspace(1e8, 1e10, 14)
    noise = np.exp(1e-3 * np.random.default_rng(1).standard_normal(14))
    answer = answer_runs(table_of(N, 20 * N, LAW.loss(N, 20 * N) * noise))
    assert "grow together" in " / ".join(answer.trust)
    assert not answer.sure
    assert not answer.exchange[0.5].known


def test_runs_of_one_size_or_one_length_are_told():
    N, D = np.full(14, 1e8), np.geomspace(1e9, 1e12, 14)
    noise = np.exp(1e-3 * np.random.default_rng(1).standard_normal(14))
    said = trusted(table_of(N, D, LAW.loss(N, D) * noise))
    assert "all runs have one size: what it does is guessed; add runs of other sizes" in said
    assert "grow together" not in said
    said = trusted(table_of(D, N, LAW.loss(D, N) * noise))
    assert "all runs have one number of tokens: what it does is guessed; add runs of other " in said


def test_few_resamples_are_told():
    assert "20 resamples: the ends of a 95 % interval need 200" in trusted(TABLE, n_resamples=20)
    assert not any("resamples" in said for said in ANSWER.trust)


def test_an_optimum_outside_the_runs_is_told():
    said = trusted(TABLE, compute=[1e26])
    assert "the optimum of 1e26 FLOP" in said
    assert "the runs go from 30M to 3B" in said
    assert "optimum of" not in trusted(TABLE, compute=[1e20])


@pytest.mark.slow
def test_flop_given_as_tokens_are_told():
    N, D, loss = TABLE.runs.N, TABLE.runs.D, TABLE.runs.loss
    assert "is D in FLOP" in trusted(table_of(N, 6 * N * D, loss))


def test_checkpoints_are_told():
    runs = TABLE.runs
    names = np.array([f"run {N:.3g}" for N in runs.N])
    assert "checkpoints of one run" in trusted(table_of(runs.N, runs.D, runs.loss, names))
    assert "checkpoints" not in trusted(TABLE)


def test_sizes_and_lengths_in_another_unit_are_told():
    runs = TABLE.runs
    assert "N=params:M" in trusted(table_of(runs.N / 1e6, runs.D, runs.loss))
    assert "D=tokens:B" in trusted(table_of(runs.N, runs.D / 1e9, runs.loss))
    assert "columns" not in trusted(TABLE)


def test_high_losses_are_told_to_be_perplexities_perhaps():
    runs = TABLE.runs
    assert "are they perplexities" in trusted(
        table_of(10 * runs.N, runs.D, np.exp(runs.loss - 0.6))
    )


def test_an_error_that_sizes_share_is_told():
    runs = TABLE.runs
    sizes, of = np.unique(runs.N, return_inverse=True)
    shared = 0.02 * np.random.default_rng(5).standard_normal(len(sizes))[of]
    assert "say so with --group" in trusted(table_of(runs.N, runs.D, runs.loss * np.exp(shared)))
    assert "--group" not in trusted(TABLE)


def test_an_answer_beyond_everything_published_is_told():
    steep = ParametricLaw(E=1.7, A=5e6, B=4e9, alpha=0.95, beta=1.0)
    assert "outside what a new laboratory should expect" in trusted(grid(steep, noise=1e-3))


def test_a_run_far_from_the_law_is_told_by_its_row():
    runs = TABLE.runs
    loss = np.where(np.arange(30) == 11, 1.1 * runs.loss, runs.loss)
    assert "far from the law: row 12" in trusted(table_of(runs.N, runs.D, loss))


def test_a_dozen_noisy_runs_are_told_to_say_little():
    """With three per cent of noise; from the questions of the field."""
    N = np.tile([5e7, 1.71e8, 5.848e8, 2e9], 3)
    D = np.repeat([1e9, 1e10, 1e11], 4)
    rows = "3.7541 3.515 3.1011 3.1183 3.1803 2.9479 2.666 2.4057 2.9597 2.7064 2.3092 2.208"
    answer = answer_runs(table_of(N, D, np.array(rows.split(), float)))
    assert answer.exchange[0.5].high > 20 * answer.exchange[0.5].low
    assert {text.split(":")[0] for text in answer.trust} >= {"few runs", "one run decides"}


def test_another_count_has_an_answer_beside():
    counted = read_with_counts()
    answer = answer_runs(counted)
    assert set(answer.by_count) == {"without embeddings"}
    assert answer.by_count["without embeddings"].value != answer.exchange[0.5].value
    assert "half the size, without embeddings" in own_as_table(answer)


def read_with_counts():
    from dataclasses import replace

    return replace(TABLE, counts={"without embeddings": TABLE.runs.N - 2e7})


@pytest.mark.slow
def test_a_profile_has_its_least_at_the_power_that_was_fitted():
    profile = kappa_profile(ANSWER)
    best = profile["kappa"][int(np.argmin(profile["objective"]))]
    assert best == pytest.approx(ANSWER.kappa.value, rel=0.05)


class TestShown:
    def test_json_has_its_keys_and_no_number_that_is_none(self):
        found = json.loads(own_as_json(ANSWER))
        assert found["runs"]["used"] == 30
        assert found["runs"]["columns"] == {"N": "params", "D": "tokens", "loss": "loss"}
        assert found["law"]["form"] == "outer_power"
        assert {"E", "A", "B", "alpha", "beta", "kappa"} <= set(found["law"])
        assert {"alpha", "beta"} <= set(found["sum"])
        assert set(found["exchange"]) == {"0.75", "0.5", "0.3", "wall"}
        assert set(found["exchange"]["0.5"]) == {"overhead", "low", "high"}
        assert set(found["exchange"]["wall"]) == {"value", "low", "high"}
        assert set(found["optimum"][0]) == {"C", "N", "D"}
        assert found["residuals"]["rms"] == pytest.approx(1e-3, rel=0.3)
        assert len(found["residuals"]["worst"]) == 5
        assert found["trust"] == list(ANSWER.trust)
        assert found["next"] == []
        assert found["others"]["0.3"]["high"] == "inf"

    def test_what_is_not_known_is_null(self, tmp_path):
        found = json.loads(own_as_json(answer_runs(read(tmp_path, NINE))))
        assert found["exchange"]["0.5"]["low"] is None
        assert found["exchange"]["0.5"]["high"] is None
        assert found["law"]["kappa"] == 1

    def test_left_out_rows_are_listed(self):
        from dataclasses import replace

        rows = tuple(LeftOut(row, "no reason") for row in range(31, 45))
        answer = answer_runs(replace(TABLE, left_out=rows))
        found = json.loads(own_as_json(answer))
        assert found["runs"]["left_out"][0] == {"row": 31, "why": "no reason"}
        said = own_as_table(answer)
        assert "30 of 44 rows" in said
        assert "row 38: no reason" in said
        assert "and 6 more" in said

    def test_a_sheet_has_a_row_for_each_number(self):
        lines = own_as_csv(ANSWER).splitlines()
        assert lines[0] == "name,value,low,high"
        names = [line.split(",")[0] for line in lines]
        assert {"kappa", "overhead at 0.5", "wall", "optimum N"} <= set(names)
        assert {line.count(",") for line in lines} == {3}


def sizes_and_lengths(design, n, rng):
    """Sizes, lengths and groups of n runs: a grid, budgets around their optima, here and there."""
    if design == "grid":
        rows, columns = {12: (4, 3), 24: (8, 3), 90: (10, 9)}[n]
        N, D = np.meshgrid(np.geomspace(3e7, 3e9, rows), np.geomspace(1e9, 1e11, columns))
        return N.ravel(), D.ravel(), N.ravel()
    if design == "budgets":
        rows, columns = {12: (3, 4), 24: (8, 3), 90: (10, 9)}[n]
        C = np.repeat(np.geomspace(1e18, 1e21, rows), columns)
        N = LAW.compute_optimal(C).N * np.tile(np.exp(np.linspace(-1.2, 1.2, columns)), rows)
        return N, C / 6 / N, C
    N = np.exp(rng.uniform(np.log(3e7), np.log(5e9), n))
    return N, N * np.exp(rng.uniform(np.log(3), np.log(150), n)), np.arange(n) % max(n // 4, 8)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "shared"), [(12, 0), (24, 3e-3), (90, 0)])
def test_intervals_hold_the_truth_as_often_as_they_say(n, shared):
    """Over three designs; with an error that groups share, whole groups are left out."""
    truth, inside = compute_overhead(0.5, 0.45, 0.42), []
    for design in ("grid", "budgets", "scattered"):
        for seed in range(15):
            rng = np.random.default_rng([seed, n])
            N, D, groups = sizes_and_lengths(design, n, rng)
            names, of = np.unique(groups, return_inverse=True)
            errors = 3e-3 * rng.standard_normal(n) + shared * rng.standard_normal(len(names))[of]
            loss = LAW.loss(N, D) * np.exp(errors)
            found = answer_runs(table_of(N, D, loss, of if shared else None)).exchange[0.5]
            if found.known:
                inside.append(found.low <= truth <= found.high)
    assert len(inside) > 25
    assert 0.88 <= np.mean(inside)
