"""Robust fits of scaling laws to runs: the fit, the frozen runs it works on, the solver."""

from analysis.fit.forms import PARAMETERS, Form
from analysis.fit.jackknife import LeftOutFits
from analysis.fit.law_files import LawOfRuns, read_law
from analysis.fit.newton import least_absolute, minimise
from analysis.fit.parametric import (
    COEFFICIENTS,
    FitResult,
    Objective,
    fit_parametric,
    fit_runs,
    hoffmann_grid,
    in_log,
    parametric_objective,
    profile_exponents,
    seeded_starts,
)
from analysis.fit.problems import Problems
from analysis.fit.projection import Projection, Search, least_squares_covariance, status_of
from analysis.fit.runs import Delta, Indices, Power, Runs, Weights, check_indices
from analysis.fit.tables import LeftOut, RunTable, read_runs, read_table

__all__ = [
    "COEFFICIENTS",
    "PARAMETERS",
    "Delta",
    "FitResult",
    "Form",
    "Indices",
    "LawOfRuns",
    "LeftOut",
    "LeftOutFits",
    "Objective",
    "Power",
    "Problems",
    "Projection",
    "RunTable",
    "Runs",
    "Search",
    "Weights",
    "check_indices",
    "fit_parametric",
    "fit_runs",
    "hoffmann_grid",
    "in_log",
    "least_absolute",
    "least_squares_covariance",
    "minimise",
    "parametric_objective",
    "profile_exponents",
    "read_law",
    "read_runs",
    "read_table",
    "seeded_starts",
    "status_of",
]
