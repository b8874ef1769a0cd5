"""The runs of Hoffmann et al. 2022, as Besiroglu et al. 2024 read them off a figure."""

from __future__ import annotations

import pandas as pd

from analysis.datasets.registry import DATASETS
from analysis.internal.checks import whole
from analysis.internal.doors import checked
from analysis.internal.kinds import NonNegativeInt
from analysis.laws import FLOP_PER_PARAMETER_TOKEN


@checked
def load_chinchilla_runs(*, exclude_highest: NonNegativeInt = 0) -> pd.DataFrame:
    """Return the runs of Hoffmann et al. 2022, as Besiroglu et al. 2024 read them off figure 4.

    Parameters
    ----------
    exclude_highest : int
        Keep the runs whose loss is strictly below the loss of this rank from the top. The published
        refit uses 5, which keeps 240 of the 245 runs; 0 keeps all.

    Returns
    -------
    DataFrame
        Columns N (parameters), D (training tokens, C / (6 N)), C (training FLOP) and loss (nats per
        token), in the order of the file.

    Raises
    ------
    DataUnavailableError, DamagedDataError
        If the data cannot be had, or are not what they should be.
    ValueError
        If exclude_highest is not a whole number from 0 to the number of runs.
    """
    table = pd.read_csv(DATASETS["epoch2024"].path("svg_extracted_data.csv"))
    names = {"N": "Model Size", "C": "Training FLOP", "loss": "loss"}
    runs = pd.DataFrame({name: table[theirs] for name, theirs in names.items()})
    runs.insert(1, "D", runs["C"] / (FLOP_PER_PARAMETER_TOKEN * runs["N"]))
    if whole("exclude_highest", exclude_highest, 0, len(runs)):
        runs = runs[runs["loss"] < runs["loss"].nlargest(exclude_highest).iloc[-1]]
    return runs.reset_index(drop=True)
