import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis import figures
from analysis.laws import ParametricLaw

LAW = ParametricLaw(1.7, 2.35, 24.0, 0.34, 0.28)
RUNS = pd.DataFrame({"N": [4, 4, 24, 24, 96, 96], "D": [2e4, 2e6] * 3})
RUNS = RUNS.assign(C=RUNS["N"] * RUNS["D"], loss=LAW.loss(RUNS["N"], RUNS["D"]) * 1.01)
VALLEY = pd.DataFrame({"budget": [1e6] * 3, "N": [8, 16, 32], "loss": [3.3, 3.2, 3.3]})
MINIMA = pd.DataFrame({"budget": [1e6], "N": [16.5], "loss": [3.2], "law": [16.4]})
MEASURED = pd.DataFrame(
    {"N": [20, 20, 40, 40] * 2, "k_N": [0.5, 0.35] * 4, "k_D": np.linspace(2.3, 4.9, 8)}
)
CUTS, ERRORS = [3e5, 1e6, 1e7], np.array([[6.0, 1.0, 0.1], [3.0, 0.8, 0.05], [9.0, 2.0, 0.2]])
INTERVALS = [[0.34, 0.33, 0.35], [0.35, 0.345, 0.36], [0.33, 0.32, 0.341]]
ROWS = {"a grid,\nfree exponents": np.array([-1.0, 0, 2]), "b, equal exponents": np.arange(3.0)}
PAIRS = {"wide, alone": np.array([-1.0, 0, 2]), "wide, pooled": np.array([0.5, 1, 1.5])}

DRAWN = {
    "plot_sweep": (RUNS, LAW, [4, 24, 96]),
    "plot_isoflop": (VALLEY, MINIMA),
    "plot_measured_factor": (0.34, 0.28, MEASURED),
    "plot_broken_factor": (
        (0.34, 0.28),
        {20: ([0.1, 0.5, 1.0], [np.inf, 2.7, 1.0]), 40: ([0.5, 1.0], [2.5, 1.0])},
        MEASURED,
    ),
    "plot_broken_residuals": (RUNS, LAW),
    "plot_extrapolation": (CUTS, ERRORS),
    "plot_few_runs": ([8, 12, 40], ERRORS),
    "plot_intervals": (INTERVALS, 0.34, "alpha"),
    "plot_designs": (ROWS,),
    "plot_recipe": (PAIRS,),
}


def series(name):
    ax = Figure().add_subplot()
    getattr(figures, name)(ax, *DRAWN[name])
    return {line.get_label(): line.get_xydata() for line in ax.get_lines()}


def test_the_intervals_that_miss_the_truth_are_marked():
    drawn = series("plot_intervals")
    assert len(drawn["holds the truth"]) == 2
    np.testing.assert_allclose(drawn["misses it"], [[3, 0.35]])


def test_the_band_holds_its_median():
    drawn = series("plot_extrapolation")
    low, high = (drawn[f"_data:{end} end of nine in ten"][:, 1] for end in ("low", "high"))
    middle = drawn["median of the sweeps"][:, 1]
    np.testing.assert_allclose(middle, np.median(ERRORS, axis=0))
    assert ((low < middle) & (middle < high)).all()


def test_the_bars_are_a_standard_deviation_long():
    drawn = series("plot_measured_factor")
    low, high = (
        drawn[f"_data:optimal width 20, {end} a standard deviation"] for end in ("less", "plus")
    )
    own = MEASURED[MEASURED["N"] == 20].groupby("k_N")["k_D"]
    np.testing.assert_allclose(high[:, 1] - low[:, 1], 2 * own.std())
    np.testing.assert_allclose(drawn["optimal width 20"][:, 1], own.mean())


def test_the_ranges_are_those_of_nine_in_ten():
    drawn = series("plot_designs")
    found = drawn["_data:a grid, free exponents: low, median, high"][:, 0]
    np.testing.assert_allclose(
        found, np.quantile(ROWS["a grid,\nfree exponents"], [0.05, 0.5, 0.95])
    )
