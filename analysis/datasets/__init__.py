"""Public data sets: where they are, what they must hash to, and one loader a release."""

from analysis.datasets.epoch import load_chinchilla_runs
from analysis.datasets.fetch import COMMAND, DataUnavailableError
from analysis.datasets.gadre import (
    SEQUENCE,
    TRAIN_SETS,
    VALIDATION_SETS,
    load_downstream,
    load_tasks,
    load_testbed,
)
from analysis.datasets.quoted import load_quoted_runs
from analysis.datasets.registry import DATASETS, DataSet
from analysis.internal.files import DamagedDataError

__all__ = [
    "COMMAND",
    "DATASETS",
    "SEQUENCE",
    "TRAIN_SETS",
    "VALIDATION_SETS",
    "DamagedDataError",
    "DataSet",
    "DataUnavailableError",
    "load_chinchilla_runs",
    "load_downstream",
    "load_quoted_runs",
    "load_tasks",
    "load_testbed",
]
