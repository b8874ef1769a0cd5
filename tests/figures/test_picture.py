import base64
import csv
import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.figures import fit as figures_fit
from analysis.figures import law as figures
from analysis.figures.picture import Downloads, show, tell_apart
from analysis.laws import PUBLISHED, LawEnsemble
from analysis.tradeoff import compute_overhead

PATH = "{http://www.w3.org/2000/svg}path"
ROOT = Path(__file__).resolve().parents[2]
LAW = PUBLISHED["de-vries-2023"].law
EXPONENTS = LAW.alpha, LAW.beta
SOLVED = {1e20: (np.array([0.3, 1.0]), np.array([6.8, 1.0]))}
RUNS = pd.DataFrame({"N": [1e8, 1e9, 1e10], "D": [1e10] * 3, "loss": [3.0, 2.5, 2.3]})
BAND = {"k_N": [0.3, 1.0], "refit": [1.2, 0.0], "low": [1.0, 0.0], "high": [1.5, 0.0]}
PROFILE = [0.3, 0.4], [0.2, 0.3], [[1.0, 2.0], [3.0, 4.0]], [[0.3, 0.2]]
ARGUMENTS = {
    "plot_loss_against_data": (LAW, [1e9, 1e10], np.geomspace(1e9, 1e12, 20)),
    "plot_budget_lines": (LAW, [1e20, 1e22]),
    "plot_balance": (LAW, np.geomspace(1e18, 1e24, 10)),
    "plot_iso_loss": (LAW, 1e23, 0.5),
    "plot_one_curve": (*EXPONENTS, SOLVED),
    "plot_overhead": (*EXPONENTS, [(0.5, 0.2)]),
    "plot_flatness": EXPONENTS,
    "plot_exchange": (*EXPONENTS, [1, 2]),
    "plot_runs": (RUNS, RUNS[:2]),
    "plot_residuals": (LAW, RUNS),
    "plot_profile": (
        [0.3, 0.4],
        [0.2, 0.3],
        [[1.0, 2.0], [3.0, 4.0]],
        LawEnsemble([1.8], [480], [2000], [0.3], [0.2]),
        {"x": (0.3, 0.2)},
    ),
    "plot_overhead_band": (BAND, [0.3, 1.0], [1.0, 0.0]),
    "plot_quantities": ({"wall": {"low": 0.1, "refit": 0.2, "high": 0.3, "post": 0.2}},),
}


def plot_of(name):
    return getattr(figures, name, None) or getattr(figures_fit, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_picture_carries_its_points(name):
    rows = list(csv.reader(io.StringIO(show(plot_of(name), *ARGUMENTS[name]).csv)))
    assert len(rows) > 2
    assert {len(row) for row in rows} == {3}
    assert all(np.isfinite(float(value)) for row in rows[1:] for value in row[1:])


def test_the_points_are_those_of_the_curve():
    rows = list(csv.reader(io.StringIO(show(figures.plot_overhead, *EXPONENTS).csv)))
    for series, k_N, percent in rows[5:400:50]:
        assert series == "compute overhead"
        assert float(percent) == pytest.approx(
            100 * compute_overhead(float(k_N), *EXPONENTS), rel=1e-5
        )


@pytest.mark.parametrize(
    ("name", "series"),
    [
        ("plot_loss_against_data", {"floor of 1B", "floor of 10B", "E"}),
        ("plot_budget_lines", {f"optimum at C = $10^{{{n}}}$ FLOP" for n in (20, 22)}),
        ("plot_overhead", {"smallest size, k_min"}),
        ("plot_exchange", {"smallest size, k_min", "least data"}),
    ],
)
def test_walls_floors_and_optima_are_data_and_not_in_the_legend(name, series):
    rows = list(csv.reader(io.StringIO(show(plot_of(name), *ARGUMENTS[name]).csv)))
    assert series <= {row[0] for row in rows}
    ax = Figure().add_subplot()
    plot_of(name)(ax, *ARGUMENTS[name])
    assert not series & set(ax.get_legend_handles_labels()[1])


def test_lines_that_differ_in_colour_alone_are_told_apart():
    ax = Figure().add_subplot()
    for label, style in (("a", "-"), ("b", "-"), ("c", "--"), ("d", "o"), ("e", "o"), ("f", "-")):
        ax.plot([0, 1], [0, 1], style, label=label)
    ax.plot([0, 1], [0, 2], "-", color=ax.get_lines()[0].get_color(), label="same colour as a")
    ax.legend()
    assert tell_apart(ax) is ax
    lines = {line.get_label(): line for line in ax.get_lines()}
    styles = {name: (line.get_linestyle(), line.get_marker()) for name, line in lines.items()}
    assert styles["a"] == styles["same colour as a"] == ("-", "None")
    assert len({styles[name] for name in "abcdef"}) == 6
    keys = {
        text.get_text(): key
        for key, text in zip(
            ax.get_legend().legend_handles, ax.get_legend().get_texts(), strict=True
        )
    }
    assert {name: keys[name].get_linestyle() for name in "bf"} == {
        name: styles[name][0] for name in "bf"
    }


@pytest.mark.parametrize("name", ARGUMENTS)
def test_no_legend_needs_colour(name):
    plot = getattr(figures, name, None) or getattr(figures_fit, name)
    axes = tell_apart(plot(Figure().add_subplot(), *ARGUMENTS[name]))
    styles = {}
    for line in axes.get_lines():
        if not line.get_label().startswith("_"):
            style = line.get_linestyle(), line.get_marker()
            assert styles.setdefault(style, line.get_color()) == line.get_color()


def test_tables_can_be_downloaded():
    page = Downloads({"all laws": "a,b\n1,2\n"})._repr_html_()
    [data] = re.findall(r'download="all laws.csv" href="data:text/csv;base64,([^"]+)"', page)
    assert base64.b64decode(data) == b"a,b\n1,2\n"
    assert ">all laws (CSV)</a>" in page


def test_drawing_twice_gives_the_same():
    once, again = (show(figures.plot_flatness, *EXPONENTS) for _ in range(2))
    assert once == again


def test_the_readme_shows_the_curve_as_it_is_drawn_now():
    drawn = show(figures.plot_overhead, *EXPONENTS).standalone()
    kept = (ROOT / "book" / "assets" / "overhead.svg").read_text(encoding="utf-8")
    curves = [
        max((path.get("d", "") for path in ET.fromstring(svg).iter(PATH)), key=len)
        for svg in (drawn, kept)
    ]
    drawn, kept = (np.array(re.findall(r"-?\d+\.?\d*", curve), dtype=float) for curve in curves)
    np.testing.assert_allclose(drawn, kept, atol=0.5)
