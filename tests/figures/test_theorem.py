import csv
import io

import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis.figures import theorem as figures
from analysis.figures.picture import show
from analysis.theorem import KNOWN

LAW = KNOWN["sum of two powers"].law
SIZES = np.array([0.2, 0.5, 1.0, 2.0])
BUDGETS = (1e20, 1e22, 1e23, 1e24)
FLAT, STEEP = [2.0, 2.0, 2.0, 2.0], [2.0, 2.5, 3.5, np.inf]
TRANSLATES = LAW, (1e20, 1e22), SIZES, (1e19, 1e21, 1e23)
DRAWN = {
    "plot_straight_path": TRANSLATES,
    "plot_curved_path": TRANSLATES,
    "plot_same_steps": (LAW, (1e20, 1e22), SIZES, 0.5),
    "plot_moved_back": (KNOWN["repeated data"].law, BUDGETS, SIZES, ("a", "b", "c", "d")),
    "plot_against_budget": (BUDGETS, {"one": FLAT, "two": FLAT}, {"three": STEEP}),
}


def rows(name):
    text = show(getattr(figures, name), *DRAWN[name]).csv
    return list(csv.reader(io.StringIO(text)))[1:]


def test_the_curves_are_translates_of_one_another():
    points = {}
    for series, N, D in rows("plot_straight_path"):
        points.setdefault(series, []).append((float(N), float(D)))
    first, second = (np.log(points[name]) for name in ("iso-loss curves", "iso-loss curve 2"))
    step = second - first
    np.testing.assert_allclose(step, np.broadcast_to(step[0], step.shape), atol=1e-8)
    assert (step > 0).all()


@pytest.mark.slow
def test_the_same_step_leads_back_to_every_curve():
    corners = {}
    for series, N, D in rows("plot_same_steps"):
        if "step" in series:
            corners.setdefault(series, []).append((float(N), float(D)))
    first, second = (np.diff(np.log(steps), axis=0) for steps in corners.values())
    assert first.shape == (2, 2)
    np.testing.assert_allclose(second, first, atol=1e-8)
    np.testing.assert_allclose(first[0], [np.log(0.5), 0], atol=1e-12)
    assert first[1, 1] > np.log(2)


def test_what_is_infinite_is_not_drawn_and_names_are_kept():
    drawn = [row[0] for row in rows("plot_against_budget")]
    assert drawn.count("three") == 3
    assert drawn.count("one") == drawn.count("two") == 4
    ax = Figure().add_subplot()
    figures.plot_against_budget(ax, *DRAWN["plot_against_budget"])
    assert {text.get_text() for text in ax.texts} == {"budget-free laws", "three"}
