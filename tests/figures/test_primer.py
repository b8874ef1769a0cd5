"""The pictures of the primer draw what they are given."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis.figures import plot_many_fits, plot_one_profile, plot_two_fits, plot_ways

D = np.geomspace(1e9, 1e11, 5)
LOSS = np.linspace(2.8, 2.2, 5)


def lines(plot, *args):
    ax = plot(Figure().add_subplot(), *args)
    return {str(line.get_label()): line for line in ax.get_lines()}


def test_each_fit_is_a_line_of_its_own_colour():
    drawn = lines(plot_two_fits, D, LOSS, {"one": LOSS, "other": LOSS + 0.1})
    assert list(drawn["runs"].get_ydata()) == list(LOSS)
    assert drawn["one"].get_color() != drawn["other"].get_color()


def test_each_resample_is_drawn_beyond_the_runs():
    beyond = np.geomspace(1e9, 1e13, 7)
    drawn = lines(plot_many_fits, D, LOSS, beyond, np.full((3, 7), 2.0))
    assert sum(label.startswith("_data:resample") for label in drawn) == 3
    assert drawn["_data:resample 1"].get_xdata()[-1] == 1e13


def test_a_resample_of_another_length_is_refused():
    with pytest.raises(ValueError, match="the lengths must be the same, got beyond 2, curves 7"):
        lines(plot_many_fits, D, LOSS, [1e9, 1e13], np.full((3, 7), 2.0))


def test_every_way_has_its_interval_and_the_truth_stands_through_all():
    ways = {"runs": (0.3, 0.25, 0.35), "groups": (0.3, 0.1, 0.5)}
    drawn = lines(plot_ways, ways, 0.4, "beta")
    assert list(drawn["_data:groups; interval"].get_xdata()) == [0.1, 0.5]
    assert list(drawn["truth"].get_xdata()) == [0.4, 0.4]


def test_the_profile_shows_where_its_interval_ends():
    drawn = lines(plot_one_profile, [0.2, 0.3, 0.4], [5.0, 0.0, 5.0], 3.84, "beta")
    assert set(drawn["where the interval ends"].get_ydata()) == {3.84}
