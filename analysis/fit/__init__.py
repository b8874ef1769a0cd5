"""Robust fits of scaling laws to runs: the fit, the frozen runs it works on, the solver."""

from analysis.fit.newton import least_absolute, minimise
from analysis.fit.parametric import (
    PARAMETERS,
    FitResult,
    Objective,
    fit_parametric,
    fit_runs,
    hoffmann_grid,
    parametric_objective,
    profile_exponents,
    seeded_starts,
)
from analysis.fit.problems import Problems
from analysis.fit.projection import Projection, least_squares_covariance, project, status_of
from analysis.fit.runs import Delta, Indices, Runs, Weights, check_indices, free_directions

__all__ = [
    "PARAMETERS",
    "Delta",
    "FitResult",
    "Indices",
    "Objective",
    "Problems",
    "Projection",
    "Runs",
    "Weights",
    "check_indices",
    "fit_parametric",
    "fit_runs",
    "free_directions",
    "hoffmann_grid",
    "least_absolute",
    "least_squares_covariance",
    "minimise",
    "parametric_objective",
    "profile_exponents",
    "project",
    "seeded_starts",
    "status_of",
]
