"""The 104 models of Gadre et al. 2024: predictions from small runs, noise, pairs of equal loss."""

from analysis.datasets import first_batch, in_second_batch
from analysis.testbed.extrapolation import Extrapolation, extrapolate
from analysis.testbed.frontier import MORE_MULTIPLIERS, frontier, ladder, leave_one_out, summary
from analysis.testbed.isoloss import compare_pairs, equal_exponents_test, iso_loss_pairs
from analysis.testbed.noise import (
    Luck,
    batch_residuals,
    batch_step,
    luck,
    run_noise,
    worse_with_more_tokens,
)
from analysis.testbed.recipes import PAPER, POOLED, Recipe, fit_recipe, held_out
from analysis.testbed.runs import (
    FIVE_RUNS,
    LARGE_SIZES,
    SIX_RUNS,
    SMALL_SIZES,
    Run,
    choose,
    of_train_set,
    with_errors,
)

__all__ = [
    "FIVE_RUNS",
    "LARGE_SIZES",
    "MORE_MULTIPLIERS",
    "PAPER",
    "POOLED",
    "SIX_RUNS",
    "SMALL_SIZES",
    "Extrapolation",
    "Luck",
    "Recipe",
    "Run",
    "batch_residuals",
    "batch_step",
    "choose",
    "compare_pairs",
    "equal_exponents_test",
    "extrapolate",
    "first_batch",
    "fit_recipe",
    "frontier",
    "held_out",
    "in_second_batch",
    "iso_loss_pairs",
    "ladder",
    "leave_one_out",
    "luck",
    "of_train_set",
    "run_noise",
    "summary",
    "with_errors",
    "worse_with_more_tokens",
]
