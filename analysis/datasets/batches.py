"""The two batches of the runs of Gadre et al. 2024.

One thing looks like noise and is not: the runs whose files are dated 2024, one to two months after
the others, lie 1 to 3 % below the curve of the others (`analysis.testbed.noise`). They are the
second batch.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import pandas as pd

from analysis.internal.doors import checked
from analysis.internal.kinds import table_with

DATED = ("train_set", "N", "D", "token_multiplier", "created", "arguments_agree")
"""The columns that tell the batches apart."""
SECOND_BATCH = "2024"
"""Runs dated from this year on are the second batch; the first is of December 2023."""
LARGEST_COPIED = 1e9
"""Runs below this size whose file was filled in from another run's are of unknown date."""
WARMED_UP = 20
"""From this token multiplier on, warm-up is a minor part of every run."""

DatedTable: TypeAlias = Annotated[pd.DataFrame, table_with(*DATED)]


@checked
def in_second_batch(runs: DatedTable) -> pd.Series:
    """Return which runs belong to the second batch.

    Those dated 2024, and the two small RefinedWeb runs whose files were filled in from another
    run's, so that their dates are not their own: both lie as low as the dated ones.
    """
    copied = ~runs["arguments_agree"] & (runs["N"] < LARGEST_COPIED)
    return (runs["created"] >= SECOND_BATCH) | copied


@checked
def first_batch(runs: DatedTable) -> pd.DataFrame:
    """Return the runs of the first batch with 20 tokens a parameter or more."""
    return runs[~in_second_batch(runs) & (runs["token_multiplier"] >= WARMED_UP)]
