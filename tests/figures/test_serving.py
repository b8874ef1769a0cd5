import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis.advice import choose_size, credible_laws
from analysis.figures import serving as figures
from analysis.laws import PUBLISHED, LawEnsemble
from analysis.tradeoff import minimum_model_scale

LAWS = {name: PUBLISHED[name].law for name in ("besiroglu-2024", "de-vries-2023")}
POST = LAWS["de-vries-2023"]
DRAWS = LawEnsemble([1.8] * 3, [480] * 3, [2000] * 3, [0.34, 0.35, 0.36], [0.36, 0.37, 0.38])
DRAWN = {
    "plot_lifetime_size": (LAWS, DRAWS),
    "plot_lifetime_cost": (POST.alpha, POST.beta, [0, 1, 10]),
    "plot_lifetime_saving": (POST.alpha, POST.beta, [0.75, 0.5, 0.25]),
    "plot_regret": (LAWS, 10.0),
    "plot_landscape": (POST, [1e21, 1e23], [1e12, 1e14]),
    "plot_size_by_use": (POST, LAWS, 1e23),
}


def test_the_curves_start_at_the_optimum_and_end_near_the_wall():
    ax = Figure().add_subplot()
    figures.plot_lifetime_size(ax, LAWS, DRAWS)
    curves = {line.get_label(): line.get_ydata() for line in ax.get_lines()}
    for name, law in LAWS.items():
        assert curves[name][0] == pytest.approx(1, abs=0.01)
        wall = minimum_model_scale(law.alpha, law.beta)
        assert wall < curves[name][-1] < 1.35 * wall
    low, high = (curves[f"_data:{end} end of the 95 % band"] for end in ("low", "high"))
    assert (low <= high).all()


def test_the_dots_are_the_lowest_points_of_their_valleys():
    ax = Figure().add_subplot()
    figures.plot_lifetime_cost(ax, POST.alpha, POST.beta, [0, 1, 10])
    lines = {line.get_label(): line.get_ydata() for line in ax.get_lines()}
    for use in ("0", "1", "10"):
        [least] = lines[f"_data:least at {use}"]
        assert least == pytest.approx(np.min(lines[use]), abs=2e-4)


def test_no_fixed_size_saves_more_than_the_cheapest():
    ax = Figure().add_subplot()
    figures.plot_lifetime_saving(ax, POST.alpha, POST.beta, [0.75, 0.5, 0.25])
    cheapest, *fixed = (line.get_ydata() for line in ax.get_lines())
    for saving in fixed:
        assert (saving <= cheapest + 1e-9).all()
        assert (cheapest - saving).min() < 0.5


def test_the_marked_size_is_that_of_least_worst_regret():
    ax = Figure().add_subplot()
    known = credible_laws()
    optimum = POST.compute_optimal(1e23)
    figures.plot_regret(ax, known.laws, 10.0)
    lines = {line.get_label(): line.get_data() for line in ax.get_lines()}
    k_N, worst = lines["least worst regret"]
    found = choose_size(known, 1e23, 10 * optimum.D, optimum=optimum)
    assert k_N[0] == pytest.approx(found.least_worst / optimum.N, abs=0.003)
    assert worst[0] == pytest.approx(100 * found.worst["least_worst"], abs=0.05)
    for name in known.laws:
        assert min(lines[f"_data:{name}"][1]) == pytest.approx(0, abs=0.01)


def test_the_line_of_optima_touches_contours_where_budget_lines_do():
    ax = Figure().add_subplot()
    figures.plot_landscape(ax, POST, [1e23], [1e13])
    lines = {line.get_label(): line.get_data() for line in ax.get_lines()}
    N, D = lines["compute-optimal"]
    assert POST.marginal_rate(N, D) == pytest.approx(1)
    small, tokens = lines["cheapest for 10T served"]
    assert POST.loss(small, tokens) == pytest.approx(POST.loss(N, D))
    assert (small < N).all()


def test_the_size_by_use_starts_at_the_optimum_and_only_falls():
    ax = Figure().add_subplot()
    figures.plot_size_by_use(ax, POST, LAWS, 1e23)
    lines = {line.get_label(): line.get_ydata() for line in ax.get_lines()}
    N = lines["by all public runs together"]
    assert N[0] == pytest.approx(lines["its optimal size"][0], rel=0.02)
    assert (np.diff(N) < 0).all()
    for name in LAWS:
        assert len(lines[f"_data:{name}"]) == len(N)
