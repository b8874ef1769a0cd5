"""Public data sets: where they are, what they must hash to, and one loader a release."""

from analysis.datasets.athena import (
    MARIN_TRAIN_SETS,
    load_llama3_runs,
    load_marin_runs,
)
from analysis.datasets.batches import first_batch, in_second_batch
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
from analysis.datasets.kempner import (
    KEMPNER_TRAIN_SETS,
    load_kempner_extrapolation,
    load_kempner_runs,
)
from analysis.datasets.porian import PORIAN_TRAIN_SETS, load_porian_runs
from analysis.datasets.quoted import load_openeurollm_runs, load_quoted_runs
from analysis.datasets.registry import DATASETS, DataSet
from analysis.datasets.shapes import load_gemstone_runs, load_ladder_runs
from analysis.internal.files import DamagedDataError

__all__ = [
    "COMMAND",
    "DATASETS",
    "KEMPNER_TRAIN_SETS",
    "MARIN_TRAIN_SETS",
    "PORIAN_TRAIN_SETS",
    "SEQUENCE",
    "TRAIN_SETS",
    "VALIDATION_SETS",
    "DamagedDataError",
    "DataSet",
    "DataUnavailableError",
    "first_batch",
    "in_second_batch",
    "load_chinchilla_runs",
    "load_downstream",
    "load_gemstone_runs",
    "load_kempner_extrapolation",
    "load_kempner_runs",
    "load_ladder_runs",
    "load_llama3_runs",
    "load_marin_runs",
    "load_openeurollm_runs",
    "load_porian_runs",
    "load_quoted_runs",
    "load_tasks",
    "load_testbed",
]
