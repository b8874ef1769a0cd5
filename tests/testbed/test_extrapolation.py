import numpy as np
import pandas as pd
import pytest

from analysis.datasets import load_quoted_runs
from analysis.overtraining import DownstreamLaw, OvertrainingLaw
from analysis.testbed.extrapolation import extrapolate
from analysis.testbed.runs import FIVE_RUNS, LARGE_SIZES, SIX_RUNS, choose, of_train_set

BIG = {"c4": 80, "redpajama": 640, "refinedweb": 320}
"""The token multiplier of the over-trained 1.4B run."""


@pytest.fixture(scope="module")
def quoted():
    return load_quoted_runs()


def seventeen(testbed):
    from analysis.datasets import load_tasks

    tasks = load_tasks()
    return list(tasks["task"][tasks["in_split"]])


# The headline, with no data at hand.


def test_the_quoted_runs_are_those_of_the_data(testbed, quoted):
    columns = testbed.assign(err17=testbed[seventeen(testbed)].mean(axis=1))
    both = quoted.merge(columns, on=["train_set", "model"], suffixes=("", "_data"))
    assert len(both) == len(quoted) == 24
    for name in ("N", "D", "C", "token_multiplier"):
        assert (both[name] == both[f"{name}_data"]).all()
    for name in ("c4_val", "err17"):
        assert np.abs(both[name] - both[f"{name}_data"]).max() <= 0.5e-6


@pytest.mark.parametrize(
    ("train_set", "run", "loss_error", "task_error"),
    [
        ("redpajama", (LARGE_SIZES[0], 640), 0.71, 3.64),
        ("redpajama", (LARGE_SIZES[1], 20), 0.73, 0.046),
        ("c4", (LARGE_SIZES[1], 20), -4.30, 0.14),
        ("refinedweb", (LARGE_SIZES[1], 20), -1.62, 2.94),
    ],
)
def test_the_headline_follows_from_the_quoted_runs(quoted, train_set, run, loss_error, task_error):
    found = extrapolate(quoted, train_set, tasks=["err17"], targets=[run])
    [target] = found.table.itertuples()
    assert 100 * target.loss_error == pytest.approx(loss_error, abs=0.006)
    assert 100 * abs(target.error_error) == pytest.approx(task_error, abs=0.006)
    assert found.loss_fit.status == found.error_fit.status == "converged"


def test_how_much_cheaper_the_fits_are(quoted):
    targets = [(LARGE_SIZES[0], 640), (LARGE_SIZES[1], 20)]
    found = extrapolate(quoted, "redpajama", tasks=["err17"], targets=targets)
    assert found.loss_compute == pytest.approx(2.4e19, rel=0.01)
    assert found.error_compute == pytest.approx(2.7e20, rel=0.02)
    cheaper = found.table["C"] / found.loss_compute
    assert cheaper.round().tolist() == [330, 236]
    cheaper = found.table["C"] / found.error_compute
    assert cheaper.round(1).tolist() == [29.2, 20.9]


def test_the_file_names_its_source():
    from importlib.resources import files

    head = files("analysis.datasets").joinpath("quoted.csv").read_text("utf-8")[:600]
    for words in ("arXiv:2403.08540", "MIT", "Copyright (c) 2024 mlfoundations", "a003c491"):
        assert words in head


# The experiment as a function.


def planted(loss_law, error_law):
    rows = []
    for N in {N for N, _ in SIX_RUNS} | set(LARGE_SIZES):
        for M in (20, 320):
            loss = loss_law.loss(6.0 * M * N**2, M)
            rows.append(("made", f"{N}-{M}", N, M * N, 6.0 * M * N**2, M, loss, loss + 0.1))
    names = ["train_set", "model", "N", "D", "C", "token_multiplier", "c4_val", "other"]
    runs = pd.DataFrame(rows, columns=names).astype({"N": float, "D": float})
    error = error_law.error(runs["c4_val"])
    return runs.assign(easy=error - 0.05, hard=error + 0.05)


LAWS = OvertrainingLaw(1.8, 200.0, 350.0, 0.135), DownstreamLaw(0.86, 2.2, 0.71)


def test_planted_laws_are_extrapolated_without_error():
    found = extrapolate(planted(*LAWS), "made", tasks=["easy", "hard"])
    assert len(found.table) == 12
    assert found.table["loss_error"].abs().max() < 1e-6
    assert found.table["error_error"].abs().max() < 1e-5
    assert found.error_fit.law.gamma == pytest.approx(0.71, rel=1e-4)


def test_the_prediction_is_of_predicted_losses():
    runs = planted(*LAWS)
    big = (runs["N"] == LARGE_SIZES[1]) & (runs["token_multiplier"] == 20)
    runs.loc[big, "c4_val"] = 9.0
    target = [(LARGE_SIZES[1], 20)]
    found = extrapolate(runs, "made", tasks=["easy", "hard"], targets=target).table.iloc[0]
    assert found["loss"] == 9.0
    assert found["error_predicted"] == pytest.approx(found["error"], rel=1e-5)


def test_the_choices_are_used():
    runs = planted(*LAWS)
    other = extrapolate(runs, "made", validation="other")
    assert other.loss_fit.law.E == pytest.approx(1.9, rel=1e-5)
    assert other.error_fit is None
    assert "error" not in other.table
    more = extrapolate(
        runs, "made", loss_runs=[(N, M) for N, _ in FIVE_RUNS[:4] for M in (20, 320)]
    )
    assert more.loss_fit.n_runs == 8
    assert more.loss_compute > other.loss_compute


def test_what_does_not_exist_is_named(quoted):
    with pytest.raises(ValueError, match=r"train_set must be one of .* got 'pile'"):
        of_train_set(quoted, "pile")
    with pytest.raises(ValueError, match=r"tasks must name a column .* no 'mmlu'"):
        extrapolate(quoted, "c4", tasks=["mmlu"])
    with pytest.raises(ValueError, match="there is no run of N = 10569312 at M = 7"):
        choose(of_train_set(quoted, "c4"), [(10_569_312, 7)])
