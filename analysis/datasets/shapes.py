"""Runs of known shapes over a range of lengths: the Gemstones and the OLMo ladder.

The Gemstones of McLeish et al. 2025 (arXiv:2502.06857) are 20 shapes, each cooled down at ten
lengths; `params_active_precise` counts all parameters (`param_counter` in their plotting code).
The ladder of Bhagia et al. 2024 (arXiv:2412.04403) is five sizes at five lengths, the length of one
twice; a file is a run's evaluations, of which the last is the run's.
"""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd

from analysis.datasets.columns import (
    Files,
    counts,
    read_csv,
    read_json_lines,
    require,
    require_close,
    require_once,
)
from analysis.datasets.registry import DATASETS
from analysis.internal.doors import checked
from analysis.internal.kinds import able_to

GEMSTONES = "wandb_df_for_fitting_cool_end.jsonl"
GEMSTONE_VOCABULARY, HEAD = 50_304, 128
"""Rows of an embedding, and the width of an attention head."""
GEMSTONE_NUMBERS = {
    "params": "params_active_precise",
    "width": "width",
    "layers": "depth",
    "D": "tokens",
    "loss": "final_loss",
}


class Rung(NamedTuple):
    """A size of the ladder: its width, its layers, and N as its authors count it."""

    width: int
    layers: int
    N: int


RUNGS = {
    "190M": Rung(768, 12, 190_354_176),
    "370M": Rung(1024, 16, 371_262_464),
    "760M": Rung(1536, 16, 758_220_288),
    "1B": Rung(2048, 16, 1_279_395_840),
    "3B": Rung(3328, 16, 3_169_537_280),
}
"""The sizes, from `MODEL_CONFIGS` and `MODEL_PARAMS` in src/ladder/ladder.py."""
LADDER_VOCABULARY = 100_352
"""Rows of an embedding. N leaves the input's out: N = 16 L d^2 + (4 L + 1) d + V d."""
LADDER_FILE = re.compile(r"(\w+)-([\d.]+)xC(-rerun)?\.csv")
"""A run: its size, and its length in units of 20 tokens a parameter."""
LADDER_NUMBERS = {
    "step": "_step",
    "D": "throughput/total_tokens",
    "c4_val": "eval/c4_en-validation/CrossEntropyLoss",
}
SAME_LENGTH = 0.01
"""How far the tokens of a run may lie from its nominal length, as a fraction."""


@checked
def read_gemstones(files: Annotated[Files, able_to("path")]) -> pd.DataFrame:
    """Return the models; see `load_gemstone_runs`.

    Raises
    ------
    ValueError
        Naming the file and the line: no JSON, a key missing, no positive number where there should
        be one, parameters that are not those of the shape, a model there twice.
    """
    table = read_json_lines(files, GEMSTONES, GEMSTONE_NUMBERS, {"model": "run_name"})
    d, L = table["width"], table["layers"]
    heads = d // HEAD
    attention = d * HEAD * (heads + 2 * (heads // 2)) + HEAD * heads * d
    shape = L * (attention + 12 * d**2 + 2 * d) + d + 2 * GEMSTONE_VOCABULARY * d
    require(
        table, table["params"] == shape, GEMSTONES, "params_active_precise is not that of its shape"
    )
    require_once(table, ["width", "layers", "D"], GEMSTONES)
    embedding = GEMSTONE_VOCABULARY * d
    runs = pd.DataFrame(
        {
            "model": table["model"],
            **counts(table["params"] - embedding, embedding),
            **table[["D", "loss", "layers", "width"]],
        }
    )
    return runs.sort_values(["N", "D"]).reset_index(drop=True)


@checked
def read_ladder(files: Annotated[Files, able_to("path")]) -> pd.DataFrame:
    """Return the runs; see `load_ladder_runs`.

    Raises
    ------
    ValueError
        Naming the file, and the line: a name that says no run, a column missing, no positive number
        where there should be one, evaluations out of order, tokens that are not the run's length.
    """
    runs = pd.DataFrame([_rung(files, file) for file in sorted(files.hashes)])
    return runs.sort_values(["N", "D", "rerun"]).reset_index(drop=True)


def _rung(files: Files, file: str) -> dict[str, object]:
    match = LADDER_FILE.fullmatch(file)
    if not match or match[1] not in RUNGS:
        raise ValueError(f"{file}: the name says no run of the ladder")
    rung, length = RUNGS[match[1]], float(match[2])
    table = read_csv(files, file, LADDER_NUMBERS)
    require(table, np.diff(table["step"], prepend=0) > 0, file, "an evaluation out of order")
    last = table.iloc[[-1]]
    what = f"tokens are not those of {length:g} times 20 a parameter"
    require_close(last, last["D"], 20 * length * rung.N, SAME_LENGTH, file, what)
    N, embedding = float(rung.N), float(LADDER_VOCABULARY * rung.width)
    return {
        "size": match[1],
        "length": length,
        "rerun": bool(match[3]),
        "N": N,
        "N_all": N + embedding,
        "N_body": N - embedding,
        "D": last["D"].item(),
        "c4_val": last["c4_val"].item(),
    }


def load_gemstone_runs() -> pd.DataFrame:
    """Return the 199 cooled-down models of McLeish et al. 2025 (arXiv:2502.06857).

    Returns
    -------
    DataFrame
        model, the name of its shape; N (parameters without the input embedding), N_all (all of
        them) and N_body (without the head too); D (training tokens); loss, as their fits use it
        (nats per token); layers; width.

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        If the data cannot be had, are not what they should be, or cannot be read.
    """
    return read_gemstones(DATASETS["gemstones2025"])


def load_ladder_runs() -> pd.DataFrame:
    """Return the 30 runs of the ladder of Bhagia et al. 2024 (arXiv:2412.04403).

    Returns
    -------
    DataFrame
        size, its name; length, in units of 20 tokens a parameter; rerun, whether it is the second
        run of its size and length; N (parameters without the input embedding), N_all (all of them)
        and N_body (without the head too); D (training tokens); c4_val, the loss on the English C4
        validation set at the end (nats per token).

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        As `load_gemstone_runs`.
    """
    return read_ladder(DATASETS["olmo-ladder2024"])
