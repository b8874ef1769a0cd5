import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.datasets import load_quoted_runs
from analysis.figures import testbed as figures
from analysis.overtraining import DownstreamLaw
from analysis.testbed import FIVE_RUNS, SIX_RUNS, extrapolate

QUOTED = load_quoted_runs()
TABLES = {name: extrapolate(QUOTED, name, tasks=["err17"]).table for name in figures.SETS}
SOME = pd.DataFrame(
    {
        "train_set": ["c4", "redpajama", "refinedweb"],
        "token_multiplier": [20.0, 80, 320],
        "residual": [0.01, -0.002, -0.03],
        "second": [False, False, True],
        "predicted": [3.0, 8.0, 20.0],
        "multiplier": [4.0, 7.0, 9.0],
        "same_batch": [True, True, False],
    }
)
FRONTIER = pd.DataFrame({"fraction": [1e-3, 4e-3], "median": [0.03, 0.01], "worst": [0.15, 0.04]})
WORLD = {"counts": [1, 3, 2], "edges": [-0.02, -0.01, 0.0, 0.02]}
LAW = DownstreamLaw(0.857, 2.21, 0.715)
k_N = np.linspace(0.1, 1, 20)

DRAWN = {
    "plot_testbed": (QUOTED, QUOTED["token_multiplier"] > 100),
    "plot_parallel_lines": (extrapolate(QUOTED, "c4").loss_fit.law, QUOTED, (20, 320)),
    "plot_predicted": (TABLES, SIX_RUNS, "error"),
    "plot_error_maps": (TABLES,),
    "plot_batches": (SOME,),
    "plot_frontier": ({"paper": FRONTIER, "pooled": FRONTIER},),
    "plot_loss_to_error": ({"C4": (LAW, [2.5, 3.0, 4.0], [0.5, 0.6, 0.7], [False, True, True])},),
    "plot_overheads": (k_N, {"C4": (k_N, k_N - 0.1, k_N + 0.1), "the refit": (k_N, None, None)}),
    "plot_pairs": (SOME,),
    "plot_luck": ({"half a percent": WORLD}, 0.007),
}


def test_the_map_shows_every_error_with_its_sign():
    ax = Figure().add_subplot()
    figures.plot_error_maps(ax, {"redpajama": TABLES["redpajama"]})
    texts = {text.get_text() for text in ax.texts}
    assert {"RedPajama", "+0.7", "−0.1", "0.0"} <= texts
    assert len(ax.texts) - 1 == len(TABLES["redpajama"]) == len(FIVE_RUNS) + 3
