"""The 104 runs of Gadre et al. 2024, read from the files as their authors released them.

A run is two JSON files: `models/` holds its size, its tokens and its loss on eight validation sets,
`evals/` its accuracy on 46 tasks; `eval_metadata.csv` says what guessing would score on each. What
here is called an error is 1 - accuracy. The public door is `analysis.datasets`.

Oddities of the files, none of them mended here: `N` counts both embeddings; the 95 % intervals of
the losses are over sequences, not over training seeds; the 6.9B files record a batch of one
sequence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, TypeVar

import numpy as np
import pandas as pd

from analysis.datasets.columns import Files
from analysis.datasets.registry import DATASETS
from analysis.internal.doors import checked
from analysis.internal.kinds import able_to
from analysis.laws import FLOP_PER_PARAMETER_TOKEN

TRAIN_SETS = {"c4_original": "c4", "rpj": "redpajama", "rw_original": "refinedweb"}
"""The three training sets: their name in the files, and here."""
VALIDATION_SETS = {
    "c4_val": "c4_val/",
    "openlm_val": "/openlm/",
    "paloma_c4_en": "/paloma_c4_en/",
    "paloma_100_pls": "/paloma_dolma_100_programing_languages/",
    "paloma_ptb": "/paloma_ptb/",
    "paloma_redpajama": "/paloma_redpajama/",
    "paloma_refinedweb": "/paloma_falcon-refinedweb/",
    "c4_de_en": "/de-en/",
}
"""The eight validation sets: the column here, and what marks it in a result's `val_data`."""
SEQUENCE = 2048
"""Tokens in a sequence."""
TOKENS_PER_MULTIPLIER = 20
"""The files count tokens a parameter in units of this many (`chinchilla_multiplier`)."""
SPLIT_SIZE, SPLIT_MARGIN = 153_677_376, 0.10
"""A task is in the split of 17 if a model of this size is this far above chance on it."""
T = TypeVar("T")


@checked
def read_testbed(files: Annotated[Files, able_to("path")]) -> pd.DataFrame:
    """Return the runs, in the order train_set, N, token_multiplier.

    Returns
    -------
    DataFrame
        train_set; model, the name of the run, unique within its train_set; N (parameters, with both
        embeddings); embedding, the parameters of one of them; D (training tokens); C (training
        FLOP, 6 N D); token_multiplier (M = D / N); for each validation set its loss in nats per
        token, `c4_val`, with the ends of its 95 % interval over sequences, `c4_val_low` and
        `c4_val_high`; warmup_tokens, those seen before the learning rate reached its full height;
        created, the date in its file; arguments_agree, whether the command line recorded there
        trains on D tokens (where it does not, the file was filled in from another run's).

    Raises
    ------
    ValueError
        Naming the file: not JSON, a key missing, no number where there should be one, a validation
        set that is missing, unknown or there twice, a run there twice.
    """
    names = sorted(name for name in files.hashes if name.startswith("models/"))
    table = pd.DataFrame([_read(files, name, _run) for name in names])
    key = ["train_set", "N", "token_multiplier"]
    twice = [
        name for name, again in zip(names, table.duplicated(key, keep=False), strict=True) if again
    ]
    if twice:
        raise ValueError(f"a run is there twice: {' and '.join(twice[:2])}")
    return table.sort_values(key).reset_index(drop=True)


@checked
def read_downstream(files: Annotated[Files, able_to("path")]) -> pd.DataFrame:
    """Return the error on each of the 46 tasks, a row a run in the order of `read_testbed`.

    Returns
    -------
    DataFrame
        train_set and model, as in `read_testbed`, and a column a task: the fraction of its
        questions answered wrongly.

    Raises
    ------
    ValueError
        Naming the file, as `read_testbed`; also if a run lacks a task that others have, or an
        accuracy is not between 0 and 1.
    """
    runs = read_testbed(files)[["train_set", "model"]]
    rows = []
    for train_set, model in runs.itertuples(index=False):
        stem = f"{_released(train_set)}-{model}"
        rows.append(_read(files, f"evals/evaluation_{stem}_heavy.json", _errors))
        if rows[-1].keys() != rows[0].keys():
            odd = sorted(rows[-1].keys() ^ rows[0].keys())
            raise ValueError(f"evals of {stem}: other tasks than the first run has: {odd}")
    return pd.concat([runs, pd.DataFrame(rows)], axis=1)


@checked
def read_tasks(files: Annotated[Files, able_to("path")]) -> pd.DataFrame:
    """Return the 46 tasks, in the order of the columns of `read_downstream`.

    Returns
    -------
    DataFrame
        task; category; type; shots, the worked examples shown; questions, their number; chance, the
        accuracy of guessing; margin, how far the best 0.154B model is above chance; in_split,
        whether that is at least 10 points: the rule that gives the paper's 17 tasks.
    """
    errors, runs = read_downstream(files), read_testbed(files)
    tasks = errors.columns[2:]
    known = _read(files, "eval_metadata.csv", _metadata)
    missing = [task for task in tasks if task not in known.index]
    if missing:
        raise ValueError(f"eval_metadata.csv: no row for {', '.join(missing)}")
    table = known.loc[tasks].rename_axis("task").reset_index()
    best = 1 - errors.loc[runs["N"] == SPLIT_SIZE, tasks].min().to_numpy()
    table["margin"] = best - table["chance"]
    table["in_split"] = table["margin"] >= SPLIT_MARGIN
    return table


def _released(train_set: str) -> str:
    return next(released for released, name in TRAIN_SETS.items() if name == train_set)


def _read(files: Files, name: str, parse: Callable[[Any], T]) -> T:
    """Parse one file; what is wrong with it is told with its name."""
    if name not in files.hashes:
        raise ValueError(f"{name}: missing")
    path = files.path(name)
    try:
        if path.suffix == ".json":
            return parse(json.loads(path.read_text("utf-8")))
        return parse(pd.read_csv(path))
    except json.JSONDecodeError as error:
        raise ValueError(f"{name}: not whole JSON ({error})") from None
    except KeyError as error:
        raise ValueError(f"{name}: missing key {error}") from None
    except (AttributeError, IndexError, TypeError, ValueError, ArithmeticError) as error:
        raise ValueError(f"{name}: {error}") from None
    except RecursionError:
        raise ValueError(f"{name}: nested without end") from None


def _run(content: Any) -> dict[str, Any]:
    """One file of `models/` as a row."""
    settings = content["hyperparameters"]
    N, D = _number(settings, "params"), _number(settings, "tokens")
    released, name, created = (_text(content, k) for k in ("dataset_name", "name", "creation_date"))
    if released not in TRAIN_SETS:
        raise ValueError(f"dataset_name must be one of {list(TRAIN_SETS)}, got {released!r}")
    return {
        "train_set": TRAIN_SETS[released],
        "model": name.removeprefix(f"{released}-"),
        "N": N,
        "embedding": N - _number(settings, "params_no_embed"),
        "D": D,
        "C": FLOP_PER_PARAMETER_TOKEN * N * D,
        "token_multiplier": TOKENS_PER_MULTIPLIER * _number(settings, "chinchilla_multiplier"),
        **_losses(content["results"]),
        "warmup_tokens": _number(settings, "warmup") * _number(settings, "global_bs") * SEQUENCE,
        "created": pd.to_datetime(created, format="%Y_%m_%d-%H_%M_%S"),
        "arguments_agree": _argument(content["open_lm_args"], "--train-num-samples")
        * _argument(content["open_lm_args"], "--epochs")
        == D,
    }


def _argument(arguments: list[str], name: str) -> float:
    if name not in arguments[:-1]:
        raise ValueError(f"open_lm_args must hold {name}")
    return float(arguments[arguments.index(name) + 1])


def _losses(results: Iterable[Any]) -> dict[str, float]:
    """The loss on each validation set, and the ends of its interval."""
    losses = {}
    for result in results:
        marks = "".join(result["val_data"])
        column = [name for name, mark in VALIDATION_SETS.items() if mark in marks]
        if len(column) != 1 or column[0] in losses:
            raise ValueError(f"val_data is unknown or there twice: {marks}")
        losses[column[0]] = _number(result, "loss")
        losses[f"{column[0]}_low"] = _number(result, "loss_sequences_lower_95")
        losses[f"{column[0]}_high"] = _number(result, "loss_sequences_upper_95")
    missing = [name for name in VALIDATION_SETS if name not in losses]
    if missing:
        raise ValueError(f"no result for {', '.join(missing)}")
    order = [f"{name}{end}" for name in VALIDATION_SETS for end in ("", "_low", "_high")]
    return {column: losses[column] for column in order}


def _errors(content: Any) -> dict[str, float]:
    """One file of `evals/` as the error on each task."""
    accuracies = content["eval_metrics"]["icl"]
    errors = {task: 1 - _number(accuracies, task, zero=True) for task in accuracies}
    outside = [task for task, error in errors.items() if not 0 <= error <= 1]
    if outside:
        raise ValueError(f"{outside[0]} must be between 0 and 1, got {accuracies[outside[0]]}")
    return errors


def _metadata(table: pd.DataFrame) -> pd.DataFrame:
    chosen = {
        "Eval Task": "task",
        "Task Category": "category",
        "Task Type": "type",
        "#shots": "shots",
        "#datapoints": "questions",
        "Random baseline": "chance",
    }
    table = table[list(chosen)].rename(columns=chosen).set_index("task")
    return table.assign(chance=table["chance"].astype(float) / 100)


def _text(content: Mapping[str, Any], key: str) -> str:
    value = content[key]
    if not isinstance(value, str):
        raise ValueError(f"{key} must be text, got {value!r}")
    return value


def _number(content: Mapping[str, Any], key: str, *, zero: bool = False) -> float:
    value = content[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise ValueError(f"{key} must be a number, got {value!r}")
    if value < 0 or (value == 0 and not zero):
        raise ValueError(f"{key} must be positive, got {value!r}")
    return float(value)


def load_testbed() -> pd.DataFrame:
    """Return the 104 runs of Gadre et al. 2024 (arXiv:2403.08540).

    Returns
    -------
    DataFrame
        train_set, model, N (parameters), D (tokens), C (FLOP), token_multiplier (D / N), the loss
        on each validation set (nats per token) and the columns that `testbed.read_testbed` adds.

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        If the data cannot be had, are not what they should be, or cannot be read.
    """
    return read_testbed(DATASETS["gadre2024"])


def load_downstream() -> pd.DataFrame:
    """Return the errors of these runs on 46 tasks.

    Returns
    -------
    DataFrame
        train_set, model, and for each task the fraction of its questions answered wrongly.

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        As `load_testbed`.
    """
    return read_downstream(DATASETS["gadre2024"])


def load_tasks() -> pd.DataFrame:
    """Return the 46 tasks.

    Returns
    -------
    DataFrame
        task, category, type, shots and questions (counts), chance and margin (fractions), in_split;
        see `testbed.read_tasks`.

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        As `load_testbed`.
    """
    return read_tasks(DATASETS["gadre2024"])
