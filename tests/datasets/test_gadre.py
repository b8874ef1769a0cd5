import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.datasets.fetch import DataUnavailableError
from analysis.datasets.gadre import (
    TRAIN_SETS,
    VALIDATION_SETS,
    load_downstream,
    load_tasks,
    load_testbed,
    read_downstream,
    read_tasks,
    read_testbed,
)

METADATA = (
    "Eval Task,Task Category,Task Type,#shots,#datapoints,Random baseline,Description\n"
    'easy,reading,multiple choice,0,100,25,"a task, with a comma"\n'
    "hard,symbols,multiple choice,10,200,50,another\n"
    "unused,symbols,multiple choice,10,200,50,not evaluated\n"
)


def model(released="rpj", N=153_677_376, multiplier=1.0, loss=3.0) -> dict:
    tokens = 20 * multiplier * N
    return {
        "name": f"{released}-tiny-{multiplier}",
        "dataset_name": released,
        "hyperparameters": {
            "tokens": tokens,
            "params": N,
            "params_no_embed": N - 50_432 * 576,
            "warmup": 100,
            "global_bs": 64,
            "chinchilla_multiplier": multiplier,
        },
        "open_lm_args": ["--train-num-samples", str(int(tokens / 5)), "--epochs", "5"],
        "results": [
            {
                "loss": loss + place,
                "loss_sequences_lower_95": loss + place - 0.1,
                "loss_sequences_upper_95": loss + place + 0.1,
                "val_data": [f"eval_data{mark if mark[0] == '/' else '/' + mark}shard.tar"],
            }
            for place, mark in enumerate(VALIDATION_SETS.values())
        ],
        "creation_date": "2023_12_14-05_51_51",
    }


def accuracies(easy=0.4, hard=0.55) -> dict:
    return {"eval_metrics": {"icl": {"easy": easy, "hard": hard}}}


class Folder:
    """A data set in a folder: what `read_*` need of one."""

    def __init__(self, root: Path):
        self.root = root
        self.put("eval_metadata.csv", METADATA)
        for released in TRAIN_SETS:
            for multiplier in (1.0, 2.0):
                self.add(model(released, multiplier=multiplier))

    @property
    def hashes(self):
        files = (path for path in self.root.rglob("*") if path.is_file())
        return {path.relative_to(self.root).as_posix(): "" for path in files}

    def path(self, file):
        return self.root / file

    def put(self, file, text):
        self.path(file).parent.mkdir(parents=True, exist_ok=True)
        self.path(file).write_text(text, "utf-8")

    def add(self, content, evals=None):
        name = content["name"]
        self.put(f"models/{name}.json", json.dumps(content))
        self.put(f"evals/evaluation_{name}_heavy.json", json.dumps(evals or accuracies()))


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


@pytest.fixture(scope="module")
def data():
    try:
        return load_testbed(), load_downstream(), load_tasks()
    except DataUnavailableError as error:
        pytest.skip(str(error))


# What the released files hold.


def test_the_runs_are_counted(data):
    runs, errors, tasks = data
    assert runs.groupby("train_set").size().to_dict() == {
        "c4": 34,
        "redpajama": 35,
        "refinedweb": 35,
    }
    assert runs["N"].nunique() == 6
    assert errors.shape == (104, 2 + 46)
    assert len(tasks) == 46
    assert errors[["train_set", "model"]].equals(runs[["train_set", "model"]])
    assert not runs.duplicated(["train_set", "model"]).any()


def test_tokens_and_compute_follow_from_the_multiplier(data):
    runs, *_ = data
    assert (runs["D"] == runs["token_multiplier"] * runs["N"]).all()
    assert (runs["C"] == 6.0 * runs["N"] * runs["D"]).all()
    assert set(runs["token_multiplier"]) == {5, 10, 20, 40, 80, 160, 320, 640}


def test_an_embedding_is_a_row_for_each_of_50432_tokens(data):
    runs, *_ = data
    assert set(runs["embedding"] / 50_432) == {96, 512, 576, 1024, 2048, 4096}


def test_every_loss_lies_in_its_interval(data):
    runs, *_ = data
    for name in VALIDATION_SETS:
        assert runs[name].between(runs[f"{name}_low"], runs[f"{name}_high"]).all()
    width = runs["c4_val_high"] - runs["c4_val_low"]
    assert width.between(0.003, 0.007).all()


def test_the_split_of_17_follows_from_its_rule(data):
    _, errors, tasks = data
    assert tasks["in_split"].sum() == 17
    assert tasks["task"].tolist() == list(errors.columns[2:])
    assert set(tasks["chance"]) == {0.0, 0.25, 0.5}
    inside, outside = (tasks.loc[tasks["in_split"] == yes, "margin"] for yes in (True, False))
    assert inside.min() > 0.103
    assert outside.max() < 0.068


def test_the_oddities_of_the_files(data):
    runs, *_ = data
    largest = runs[runs["N"] > 6e9]
    assert (largest["warmup_tokens"] == 5000 * 2048).all()  # a batch of one sequence
    copied = runs[~runs["arguments_agree"]]
    assert len(copied) == 5
    assert copied["model"].tolist().count("open_lm_7b-1.0") == 3
    assert (runs["created"] >= "2024").sum() == 12
    unfinished = runs[runs["warmup_tokens"] > runs["D"]]
    assert set(unfinished["token_multiplier"]) == {5}
    assert set(unfinished["N"]) - {6_889_410_560} == {78_914_048, 411_616_256}


# How they are read.


def test_a_folder_is_read(folder):
    runs, errors, tasks = read_testbed(folder), read_downstream(folder), read_tasks(folder)
    assert runs["train_set"].tolist() == ["c4", "c4", *["redpajama"] * 2, *["refinedweb"] * 2]
    first = runs.iloc[0]
    assert (first["model"], first["D"]) == ("tiny-1.0", 20 * 153_677_376)
    assert first[list(VALIDATION_SETS)].tolist() == [3.0 + place for place in range(8)]
    assert first["warmup_tokens"] == 100 * 64 * 2048
    assert first["embedding"] == 50_432 * 576
    assert first["created"] == pd.Timestamp("2023-12-14 05:51:51")
    assert errors["easy"].tolist() == pytest.approx([0.6] * 6)
    assert tasks["in_split"].tolist() == [True, False]
    assert tasks["margin"].tolist() == pytest.approx([0.15, 0.05])
    assert tasks["shots"].tolist() == [0, 10]


def test_a_command_line_of_another_run_is_seen(folder):
    content = model()
    content["open_lm_args"][1] = "7"
    folder.add(content)
    assert read_testbed(folder)["arguments_agree"].tolist() == [True, True, False, *[True] * 3]


def broken(change):
    content = model()
    change(content)
    return content


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("results"), "missing key 'results'"),
        (lambda c: c["hyperparameters"].pop("params"), "missing key 'params'"),
        (lambda c: c["hyperparameters"].update(params="1e8"), "params must be a number, got '1e8'"),
        (lambda c: c["hyperparameters"].update(tokens=True), "tokens must be a number, got True"),
        (lambda c: c["hyperparameters"].update(tokens=-1), "tokens must be positive, got -1"),
        (lambda c: c["results"][1].update(loss=None), "loss must be a number, got None"),
        (lambda c: c["results"][1].update(loss=float("nan")), "loss must be a number, got nan"),
        (lambda c: c["results"][0].update(loss=0), "loss must be positive, got 0"),
        (lambda c: c["results"].pop(3), "no result for paloma_100_pls"),
        (lambda c: c["results"].append(c["results"][0]), "val_data is unknown or there twice"),
        (lambda c: c["results"][0].update(val_data=["other"]), "val_data is unknown"),
        (lambda c: c.update(dataset_name="pile"), "dataset_name must be one of .* got 'pile'"),
        (lambda c: c.update(creation_date="yesterday"), "yesterday"),
        (lambda c: c.update(open_lm_args=[]), "open_lm_args must hold --train-num-samples"),
        (lambda c: c.update(hyperparameters=[]), "list indices"),
    ],
)
def test_a_malformed_run_is_named(folder, change, message):
    folder.add(broken(change))
    with pytest.raises(ValueError, match=rf"^models/rpj-tiny-1\.0\.json: .*{message}"):
        read_testbed(folder)


def test_a_truncated_file_is_named(folder):
    whole = json.dumps(model())
    folder.put("models/rpj-tiny-1.0.json", whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"models/rpj-tiny-1\.0\.json: not whole JSON"):
        read_testbed(folder)


def test_a_run_there_twice_is_named(folder):
    folder.put("models/rpj-again.json", json.dumps(model()))
    with pytest.raises(ValueError, match=r"twice: models/rpj-again\.json and models/rpj-tiny-1\.0"):
        read_testbed(folder)


@pytest.mark.parametrize(
    ("evals", "message"),
    [
        ({"eval_metrics": {}}, "missing key 'icl'"),
        (accuracies(easy="0.4"), "easy must be a number, got '0.4'"),
        (accuracies(hard=1.5), "hard must be between 0 and 1, got 1.5"),
        (accuracies(hard=-0.5), "hard must be positive, got -0.5"),
    ],
)
def test_malformed_evaluations_are_named(folder, evals, message):
    folder.add(model(), evals)
    with pytest.raises(
        ValueError, match=rf"^evals/evaluation_rpj-tiny-1\.0_heavy\.json: {message}"
    ):
        read_downstream(folder)


def test_an_accuracy_of_zero_is_an_error_of_one(folder):
    folder.add(model(), accuracies(hard=0))
    assert read_downstream(folder)["hard"].max() == 1


def test_a_task_too_few_and_a_missing_file_are_named(folder):
    folder.add(model(), {"eval_metrics": {"icl": {"easy": 0.5}}})
    with pytest.raises(ValueError, match=r"rpj-tiny-1\.0: other tasks .* \['hard'\]"):
        read_downstream(folder)
    folder.path("evals/evaluation_rpj-tiny-1.0_heavy.json").unlink()
    with pytest.raises(ValueError, match=r"rpj-tiny-1\.0_heavy\.json: missing"):
        read_downstream(folder)


def test_metadata_must_know_every_task(folder):
    folder.put("eval_metadata.csv", METADATA.replace("hard,", "other,"))
    with pytest.raises(ValueError, match=r"eval_metadata\.csv: no row for hard"):
        read_tasks(folder)
    folder.put("eval_metadata.csv", METADATA.replace("Random baseline", "Chance"))
    with pytest.raises(ValueError, match=r"eval_metadata\.csv: missing key .*Random baseline"):
        read_tasks(folder)


def test_nothing_is_silently_not_a_number(folder):
    numbers = read_testbed(folder).select_dtypes("number")
    assert np.isfinite(numbers.to_numpy()).all()
