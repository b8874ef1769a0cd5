"""A good call of every plot function, small and realistic, for `test_hostile`."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hostile import ALL, ARRAY, by_name, call
from matplotlib.figure import Figure
from tables import grid

from analysis.advice import answer_runs, models, next_runs
from analysis.atlas import measure_exchange
from analysis.datasets import load_quoted_runs
from analysis.figures import atlas as figures_atlas
from analysis.figures import factor as figures_factor
from analysis.figures import fit as figures_fit
from analysis.figures import isoloss as figures_isoloss
from analysis.figures import lab as figures_lab
from analysis.figures import law as figures
from analysis.figures import limits as figures_limits
from analysis.figures import models as figures_models
from analysis.figures import own as figures_own
from analysis.figures import primer as figures_primer
from analysis.figures import serving as figures_serving
from analysis.figures import testbed as figures_overtraining
from analysis.figures import theorem as figures_theorem
from analysis.laws import PUBLISHED, LawEnsemble
from analysis.overtraining import DownstreamLaw
from analysis.testbed import FIVE_RUNS, extrapolate
from analysis.theorem import known_laws

POST = PUBLISHED["de-vries-2023"].law
PAIR = LawEnsemble([1.8, 1.7], [480, 400], [2000, 400], [0.35, 0.34], [0.37, 0.28])
K_N = np.array([0.3, 0.5, 1.0])
RUNS = pd.DataFrame({"N": [4.0, 4, 24, 24], "D": [2e4, 2e6] * 2, "loss": [3.0, 2.5, 2.4, 2.3]})
VALLEY = pd.DataFrame({"budget": [1e6] * 3, "N": [8.0, 16, 32], "loss": [3.3, 3.2, 3.3]})
MINIMA = pd.DataFrame({"budget": [1e6], "N": [16.5], "loss": [3.2], "law": [16.4]})
MEASURED = pd.DataFrame({"N": [20] * 4, "k_N": [0.5, 0.35] * 2, "k_D": [2.3, 4.0, 2.5, 4.2]})
MANY_WIDTHS = pd.DataFrame({"N": [1, 2, 3, 4, 5, 6], "k_N": [0.5] * 6, "k_D": [2.0] * 6})
RANGES = {"a grid, free exponents": [-1.0, 0, 2], "a grid, equal exponents": [0.0, 1, 2]}
QUOTED = load_quoted_runs()
TESTBED = QUOTED[["train_set", "N", "token_multiplier"]]
PARALLEL = QUOTED[["token_multiplier", "C", "c4_val"]]
RESULT = extrapolate(QUOTED, "c4")
PREDICTED = RESULT.table[["N", "token_multiplier", "loss", "loss_predicted"]]
ERRORS = RESULT.table[["N", "token_multiplier", "loss_error"]]
RESIDUAL = pd.DataFrame(
    {
        "train_set": ["c4", "redpajama", "refinedweb"],
        "token_multiplier": [20.0, 80, 320],
        "residual": [0.01, -0.002, -0.03],
        "second": [False, False, True],
    }
)
PAIRS = pd.DataFrame(
    {
        "train_set": ["c4", "redpajama"],
        "predicted": [3.0, 8.0],
        "multiplier": [4.0, 7.0],
        "same_batch": [True, False],
    }
)
ENDS = {"mean": 0.4, "low": 0.3, "high": 0.6, "new_low": 0.2, "new_high": np.inf}
STRIP = pd.DataFrame(
    {
        "arm": ["one: set", "one: set", "another"],
        "estimate": ["sum law", "outer power", "read off the curves"],
        "half": [0.2, 0.35, 0.4],
        "low": [0.15, 0.3, 0.2],
        "high": [0.25, 0.5, np.inf],
    }
)
CURVES = pd.DataFrame(
    {"N": np.tile(np.geomspace(1e7, 1e9, 7), 3), "budget": np.repeat([1e17, 1e18, 1e19], 7)}
)
CURVES["D"] = CURVES["budget"] / (6 * CURVES["N"])
CURVES["loss"] = POST.loss(CURVES["N"], CURVES["D"])
READ = measure_exchange(
    *(CURVES[name] for name in ("N", "D", "loss", "budget")),
    rng=np.random.default_rng(0),
    n_resamples=20,
)
FRONTIER = pd.DataFrame({"fraction": [1e-3, 4e-3], "median": [0.03, 0.01], "worst": [0.15, 0.04]})
WORLD = {"counts": [1, 3, 2], "edges": [-0.02, -0.01, 0.0, 0.02]}
FITTED = DownstreamLaw(0.857, 2.21, 0.715), [2.5, 3.0, 4.0], [0.5, 0.6, 0.7], [False, True, True]
RELEASED = models.load_models().head(3)
STORY = RELEASED[["name", "year", "N", "D", "distilled"]]
PLACED = models.place_models(RELEASED, {"refit": POST, "post": POST})[["name", "law", "compute"]]
BAND = models.bands(RELEASED, PAIR)[["compute"]]
OWN = answer_runs(grid(POST))
BUDGETS = (1e20, 1e22, 1e23, 1e24)

EXPONENTS = {"alpha": POST.alpha, "beta": POST.beta}
LAW = {"law": POST}
BOTH = {"law": known_laws.KNOWN["sum of two powers"].law, "budgets": BUDGETS, "k_N": K_N}
PLOTS = {
    figures: {
        "loss_against_data": {**LAW, "sizes": [1e9, 1e10], "D": [1e9, 1e11]},
        "budget_lines": {**LAW, "budgets": [1e20], "span": 30.0},
        "balance": {**LAW, "C": [1e18, 1e24]},
        "iso_loss": {**LAW, "C": 1e23, "k_N": 0.5},
        "one_curve": {**EXPONENTS, "solved": {1e20: (K_N, 1 / K_N)}},
        "overhead": {**EXPONENTS, "printed": [(0.5, 0.2)]},
        "flatness": {**EXPONENTS},
        "exchange": {**EXPONENTS, "rates": [1, 2]},
    },
    figures_fit: {
        "runs": {"kept": RUNS[["N", "D"]], "excluded": RUNS[["N", "D"]]},
        "residuals": {**LAW, "runs": RUNS},
        "profile": {
            "alpha": [0.3, 0.4],
            "beta": [0.2, 0.3],
            "profile": [[1.0, 2.0], [3.0, 4.0]],
            "draws": PAIR,
            "points": {"refit": (0.3, 0.2)},
        },
        "overhead_band": {
            "band": {name: K_N for name in ("k_N", "low", "refit", "high")},
            "k_N": K_N,
            "post": [np.inf, 0.2, 0.0],
        },
        "quantities": {"quantities": {"wall": {"low": 1, "refit": 2, "high": 3, "post": 2}}},
    },
    figures_atlas: {
        "strip": {"estimates": STRIP, "pooled": ENDS, "post": 0.2},
        "valleys": {"runs": CURVES, "found": READ},
        "by_budget": {
            "read": {"one: set": pd.DataFrame({"C": [1e18, 1e19], "overhead": [0.3, 0.4]})}
        },
        "counts": {"halves": {"one: set": {"N_body": 0.2, "N": 0.3, "N_all": 0.4}}},
        "kappa": {"profiles": {"one": {"kappa": [0.5, 1.0], "objective": [2.0, 1.0]}}},
        "pooled": {
            "k_N": K_N,
            "curve": {name: [np.inf, 0.4, 0.0] for name in ENDS},
            "post": [1.0, 0.2, 0.0],
        },
    },
    figures_factor: {
        "measured_factor": {**EXPONENTS, "measured": MEASURED},
        "broken_factor": {
            "exponents": (0.34, 0.28),
            "curves": {20: (K_N, [np.inf, 2.7, 1.0])},
            "measured": MEASURED,
        },
    },
    figures_isoloss: {
        "overheads": {"k_N": K_N, "curves": {"C4": ([np.inf, 0.2, 0.0], None, None)}},
        "pairs": {"pairs": PAIRS, "factor": 1.5},
    },
    figures_lab: {
        "sweep": {**LAW, "runs": RUNS, "widths": [4, 24]},
        "isoflop": {"runs": VALLEY, "minima": MINIMA},
        "broken_residuals": {**LAW, "runs": RUNS, "widths": (4, 24)},
        "extrapolation": {"cuts": [3e5, 1e6], "errors": [[6.0, 1.0], [3.0, 0.8]]},
        "few_runs": {"counts": [8, 12], "errors": [[6.0, 1.0], [3.0, 0.8]]},
        "intervals": {"intervals": [[0.34, 0.33, 0.35]], "truth": 0.34, "name": "alpha"},
        "designs": {"errors": RANGES},
        "recipe": {"errors": {"wide, alone": [0, 1.0], "wide, pooled": [0, 1.0]}},
    },
    figures_limits: {
        "repetition": {**EXPONENTS, "unique": [1, 4]},
        "excess_loss": {**LAW, "budgets": [1e20], "noise": 0.003},
    },
    figures_models: {
        "story": {**LAW, "models": STORY, "largest": {"N": 1.6e10, "D": 1e12, "multiplier": 200.0}},
        "disagreement": {
            "placed": PLACED,
            "band": BAND,
            "names": list(STORY["name"]),
            "others": {"post": "the post"},
        },
    },
    figures_overtraining: {
        "testbed": {"runs": TESTBED, "second": [False] * len(TESTBED)},
        "parallel_lines": {"law": RESULT.loss_fit.law, "runs": PARALLEL, "multipliers": (20, 320)},
        "predicted": {"tables": {"c4": PREDICTED}, "fitted": FIVE_RUNS, "quantity": "loss"},
        "error_maps": {"tables": {"c4": ERRORS}, "full": 5.0},
        "batches": {"residual": RESIDUAL},
        "frontier": {"frontiers": {"paper": FRONTIER}},
        "loss_to_error": {"series": {"C4": FITTED}},
        "luck": {"worlds": {"noise": WORLD}, "printed": 0.007},
    },
    figures_own: {
        "own_runs": {"answer": OWN, "plan": next_runs(OWN, 2, 1e20)},
        "own_residuals": {"answer": OWN},
        "own_overhead": {"answer": OWN},
    },
    figures_primer: {
        "two_fits": {"D": K_N, "loss": K_N, "curves": {"fit": K_N}},
        "many_fits": {
            "D": K_N,
            "loss": K_N,
            "beyond": K_N,
            "curves": np.full((2, 3), 2.0),
        },
        "ways": {"ways": {"one": (0.3, 0.2, 0.4)}, "truth": 0.3, "quantity": "beta"},
        "one_profile": {
            "held": K_N,
            "worse": [1.0, 0.0, 2.0],
            "limit": 3.84,
            "constant": "beta",
        },
    },
    figures_serving: {
        "lifetime_size": {"laws": {"post": POST}, "draws": PAIR},
        "lifetime_cost": {**EXPONENTS, "uses": [0, 10]},
        "lifetime_saving": {**EXPONENTS, "sizes": [0.75]},
        "landscape": {"law": POST, "budgets": [1e21], "served": [1e13]},
        "regret": {"laws": {"post": POST}, "served": 10.0},
        "size_by_use": {"law": POST, "laws": {"post": POST}, "C": 1e23},
    },
    figures_theorem: {
        "straight_path": {**BOTH, "between": BUDGETS},
        "same_steps": {**BOTH, "step": 0.5},
        "curved_path": {**BOTH, "between": BUDGETS},
        "moved_back": {**BOTH, "names": ("a", "b", "c", "d")},
        "against_budget": {
            "budgets": BUDGETS,
            "free": {"one": [2.0] * 4},
            "moving": {"two": [2.0, 2.5, 3.5, np.inf]},
        },
    },
}
OF_THREE = ALL - {"backwards", "from the smallest to the largest"}
PAIRED = ALL - {"a record"}
REFUSED = {
    "overhead": {"printed": PAIRED - {"None"}},
    "profile": {"profile": ALL},
    "overhead_band": {"k_N": OF_THREE, "post": OF_THREE},
    "broken_factor": {"exponents": ALL - {"masked but whole", "a series", "a generator", "a set"}},
    "intervals": {"intervals": ALL - {"not to be written"}},
    "predicted": {"fitted": PAIRED},
    "one_profile": {"worse": OF_THREE},
    "overheads": {"k_N": OF_THREE},
    "pooled": {"k_N": OF_THREE, "post": OF_THREE},
    "lifetime_cost": {"uses": ARRAY - {"a generator", "a set", "a zero among numbers"}},
}
"""What must be refused beside what the annotations say, since it would not fit the others."""
AX = Figure().add_subplot()
FIGURES = by_name(
    *(
        call(
            getattr(module, f"plot_{name}"),
            ax=AX,
            **arguments,
            costly=True,
            refused=REFUSED.get(name),
        )
        for module, plots in PLOTS.items()
        for name, arguments in plots.items()
    )
)

UNFIT = [
    ("figures.fit.plot_profile", "profile", [[1.0, 2.0]]),
    ("figures.fit.plot_profile", "profile", [[1.0], [2.0]]),
    ("figures.fit.plot_overhead_band", "post", [0.2, 0.0]),
    ("figures.fit.plot_overhead_band", "band", {"k_N": K_N, "low": K_N, "refit": K_N}),
    (
        "figures.fit.plot_overhead_band",
        "band",
        {"k_N": K_N, "low": K_N, "refit": K_N, "high": [1.0]},
    ),
    ("figures.fit.plot_quantities", "quantities", {"wall": {"low": 1, "refit": 2, "high": 3}}),
    (
        "figures.fit.plot_quantities",
        "quantities",
        {1: {"low": 1, "refit": 2, "high": 3, "post": 1}},
    ),
    ("figures.factor.plot_broken_factor", "curves", {20: (K_N, [2.0])}),
    ("figures.factor.plot_broken_factor", "curves", {20: (K_N,)}),
    ("figures.lab.plot_extrapolation", "errors", [[6.0, 1.0, 2.0]]),
    ("figures.lab.plot_few_runs", "errors", [[6.0, 1.0, 2.0]]),
    ("figures.factor.plot_measured_factor", "measured", MANY_WIDTHS),
    ("figures.lab.plot_designs", "errors", {"a grid": [1.0, 2.0]}),
    ("figures.models.plot_disagreement", "names", ["nobody's"]),
    ("figures.models.plot_disagreement", "others", {"no law": "of nobody"}),
    ("figures.models.plot_disagreement", "placed", pd.concat([PLACED, PLACED])),
    ("figures.models.plot_disagreement", "placed", PLACED[PLACED["law"] == "post"]),
    ("figures.testbed.plot_testbed", "second", [True, False]),
    ("figures.testbed.plot_testbed", "runs", TESTBED.assign(train_set="the pile")),
    ("figures.testbed.plot_parallel_lines", "multipliers", [7.0]),
    ("figures.testbed.plot_predicted", "tables", {"the pile": PREDICTED}),
    ("figures.testbed.plot_error_maps", "tables", {"the pile": ERRORS}),
    ("figures.testbed.plot_loss_to_error", "series", {"C4": (*FITTED[:3], [True])}),
    ("figures.isoloss.plot_overheads", "curves", {"C4": (K_N, [0.1], None)}),
    ("figures.testbed.plot_luck", "worlds", {"noise": WORLD | {"edges": [0.0, 1.0]}}),
    ("figures.testbed.plot_luck", "worlds", {"noise": WORLD | {"counts": [0, 0, 0]}}),
    ("figures.testbed.plot_luck", "worlds", {"noise": WORLD | {"edges": [0.0] * 4}}),
    ("figures.theorem.plot_moved_back", "names", ["a", "b", "c"]),
    ("figures.theorem.plot_against_budget", "free", {"one": [2.0] * 3}),
    ("figures.theorem.plot_against_budget", "moving", {"one": [2.0] * 3}),
]
"""Plots, and arguments that are good by themselves but do not fit the others."""
