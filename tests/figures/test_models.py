import csv
import io

import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis.advice import bands, load_models, place_models
from analysis.figures import models as figures
from analysis.figures.picture import show
from analysis.laws import PUBLISHED, LawEnsemble, ParametricLaw
from analysis.studies.record import recorded
from analysis.tradeoff import place

RECORD = recorded("chinchilla-refit")["value"]
REFIT = ParametricLaw(**RECORD["laws"]["refit"])
LARGEST = {name: most for name, (_, most) in RECORD["ranges"].items()}
MODELS = load_models()
PLACED = place_models(MODELS, {"refit": REFIT, "post": PUBLISHED["de-vries-2023"].law})
BAND = bands(MODELS, LawEnsemble(**RECORD["draws"]))
NAMES = ["GPT-3", "Llama-3-8B", "Qwen3-0.6B"]
DRAWN = {
    "plot_story": (MODELS, REFIT, LARGEST),
    "plot_disagreement": (PLACED, BAND, NAMES, {"post": "the post"}),
}


def points(name):
    text = show(getattr(figures, name), *DRAWN[name]).csv
    series = {}
    for label, x, y in list(csv.reader(io.StringIO(text)))[1:]:
        series.setdefault(label, []).append((float(x), float(y)))
    return series


def test_every_model_is_in_the_story_once_and_the_distilled_apart():
    series = points("plot_story")
    years = {name: rows for name, rows in series.items() if name[:4].isdecimal()}
    drawn = [point for rows in years.values() for point in rows]
    np.testing.assert_allclose(sorted(drawn), sorted(MODELS[["N", "D"]].itertuples(index=False)))
    apart = [p for name, rows in years.items() if name.endswith("distilled") for p in rows]
    distilled = MODELS.loc[MODELS["distilled"], ["N", "D"]]
    np.testing.assert_allclose(sorted(apart), sorted(distilled.itertuples(index=False)))


def test_the_groups_of_years_hold_every_model_and_differ_in_shape_and_colour():
    spans = [span for span, _, _ in figures.GROUPS.values()]
    for year in MODELS["year"]:
        assert sum(first <= year <= last for first, last in spans) == 1
    assert len({shape for _, _, shape in figures.GROUPS.values()}) == len(spans)
    assert len({colour for _, colour, _ in figures.GROUPS.values()}) == len(spans)


def test_the_named_models_exist():
    assert set(figures.NAMED) <= set(MODELS["name"])


@pytest.mark.slow
@pytest.mark.parametrize("overhead", figures.OVERHEADS)
def test_the_lines_have_their_overhead(overhead):
    text = figures.OVERHEADS[overhead]
    for N, D in points("plot_story")[f"overhead {text}"]:
        assert place(REFIT, N, D).overhead == pytest.approx(overhead, rel=1e-6)
    assert text == f"{100 * overhead:g} %"


@pytest.mark.slow
def test_the_runs_end_where_the_record_says():
    corners = np.array(points("plot_story")["where the fitted runs end"])
    assert corners[:, 0].max() == pytest.approx(LARGEST["N"])
    assert corners[:, 1].max() == pytest.approx(LARGEST["D"])
    assert (corners[:, 1] / corners[:, 0]).max() == pytest.approx(LARGEST["multiplier"])


def test_the_rows_are_the_models_in_the_order_given():
    ax = Figure().add_subplot()
    figures.plot_disagreement(ax, *DRAWN["plot_disagreement"])
    assert [label.get_text() for label in ax.get_yticklabels()] == NAMES
    series = points("plot_disagreement")
    own = PLACED[PLACED["law"] == "refit"].set_index("name").loc[NAMES, "compute"]
    np.testing.assert_allclose([x for x, _ in series["refit, with its band"]], own)
    for name in NAMES:
        ends = [x for x, _ in series[f"{name}, band"]]
        np.testing.assert_allclose(ends, BAND.loc[name, "compute"])
