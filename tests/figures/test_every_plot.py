"""What every picture of the book owes its reader, whatever it shows."""

import csv
import io
import math
import re
import xml.etree.ElementTree as ET

import pytest
from hostile_figures import PLOTS
from matplotlib.figure import Figure

from analysis.figures.picture import show

EVERY = {
    f"{module.__name__.rpartition('.')[2]}.{name}": (getattr(module, f"plot_{name}"), arguments)
    for module, plots in PLOTS.items()
    for name, arguments in plots.items()
}


def test_every_plot_is_here():
    assert set(EVERY) == {
        f"{module.__name__.rpartition('.')[2]}.{name.removeprefix('plot_')}"
        for module in PLOTS
        for name in vars(module)
        if name.startswith("plot_") and getattr(module, name).__module__ == module.__name__
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_it_returns_its_axes_and_says_in_words_what_it_shows(name):
    plot, arguments = EVERY[name]
    ax = Figure().add_subplot()
    assert plot(ax, **arguments) is ax
    assert ax.get_xlabel()
    assert ax.get_ylabel() or ax.get_yticklabels()
    assert len(plot.alt.split()) > 15


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_it_is_sound_svg_in_the_text_colour_of_the_page_with_its_data(name):
    plot, arguments = EVERY[name]
    picture = show(plot, **arguments)
    root = ET.fromstring(picture.svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == picture.alt
    assert "currentColor" in picture.svg
    assert "#000000" not in picture.svg
    assert "<style" not in picture.svg
    ids = re.findall(r'\bid="([^"]+)"', picture.svg)
    assert len(ids) == len(set(ids))
    header, *rows = csv.reader(io.StringIO(picture.csv))
    assert header[0] == "series"
    assert rows
    assert {len(row) for row in rows} == {3}
    assert all(math.isfinite(float(value)) for row in rows for value in row[1:])
