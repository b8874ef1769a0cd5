"""Intervals by resampling: the same whoever computes them and however often they are cut short."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tables import grid, table_of

from analysis.advice import answer_runs, resampled
from analysis.laws import OuterPowerLaw
from analysis.tradeoff import compute_overhead

LAW = OuterPowerLaw(E=1.7, A=3000.0, B=12000.0, alpha=0.45, beta=0.42, kappa=0.8)
TABLE = grid(LAW, noise=1e-3)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(resampled, "CHUNK", 20)


@pytest.mark.slow
def test_the_interval_holds_the_truth_and_is_near_that_of_leaving_out():
    by_resamples = answer_runs(TABLE, n_resamples=400).exchange[0.5]
    by_leaving_out = answer_runs(TABLE).exchange[0.5]
    assert by_resamples.low < compute_overhead(0.5, 0.45, 0.42) < by_resamples.high
    width = np.log(by_resamples.high / by_resamples.low)
    assert width == pytest.approx(np.log(by_leaving_out.high / by_leaving_out.low), rel=0.5)


def test_whoever_computes_them_they_are_the_same():
    alone = answer_runs(TABLE, n_resamples=50)
    with ThreadPoolExecutor(2) as executor:
        together = answer_runs(TABLE, n_resamples=50, executor=executor)
    assert alone.exchange == together.exchange
    assert alone.at(0.4) == together.at(0.4)


def test_what_was_cut_short_goes_on_and_is_not_done_again(tmp_path, monkeypatch):
    path, whole = tmp_path / "resamples.csv", answer_runs(TABLE, n_resamples=50)
    answer_runs(TABLE, n_resamples=30, checkpoint=path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:27]) + "\n0.4")
    asked = []
    real = resampled.bootstrap_parametric
    monkeypatch.setattr(
        resampled,
        "bootstrap_parametric",
        lambda *args, **how: asked.append(how["n_resamples"]) or real(*args, **how),
    )
    again = answer_runs(TABLE, n_resamples=50, checkpoint=path)
    assert again.exchange == whole.exchange
    assert asked == [20, 10]
    assert len(path.read_text().splitlines()) == 52
    answer_runs(TABLE, n_resamples=50, checkpoint=path)
    assert asked == [20, 10]


def test_a_checkpoint_of_other_runs_is_refused(tmp_path):
    path = tmp_path / "resamples.csv"
    answer_runs(TABLE, n_resamples=20, checkpoint=path)
    runs = TABLE.runs
    with pytest.raises(ValueError, match="written under other settings"):
        answer_runs(table_of(runs.N, runs.D, runs.loss * 1.01), n_resamples=20, checkpoint=path)


def test_resamples_that_fail_too_often_give_no_interval():
    found = answer_runs(TABLE, n_resamples=20).resampled
    short = resampled.Resampled(found.fit, found.alpha[:10], found.beta[:10], 20)
    assert short.interval(lambda alpha, beta: alpha + beta)[1:] == (0.0, float("inf"))
