"""Models that train in a fraction of a second on a language whose scaling law is known."""

from analysis.lab.experiments import (
    CUTS,
    DEAR,
    ONE_CLASS,
    extrapolate,
    isoflop,
    measure_factor,
    optimal_length,
    optimum,
    sample,
    table,
    true_factor,
)
from analysis.lab.gradient import train_pointer
from analysis.lab.language import Language, theory
from analysis.lab.training import WORDS, Job, Run, grid, sweep, train

__all__ = [
    "CUTS",
    "DEAR",
    "ONE_CLASS",
    "WORDS",
    "Job",
    "Language",
    "Run",
    "extrapolate",
    "grid",
    "isoflop",
    "measure_factor",
    "optimal_length",
    "optimum",
    "sample",
    "sweep",
    "table",
    "theory",
    "train",
    "train_pointer",
    "true_factor",
]
