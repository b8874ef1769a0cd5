"""The bootstrap gives the same draws on any number of workers, and known answers on known runs."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from analysis.bootstrap import bootstrap_parametric
from analysis.datasets import DataUnavailableError, load_chinchilla_runs
from analysis.fit import fit_parametric
from analysis.laws import ParametricLaw

LAW = ParametricLaw(E=1.7, A=400.0, B=2000.0, alpha=0.35, beta=0.37)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    N, D = np.exp(rng.uniform(18, 23, 60)), np.exp(rng.uniform(20, 26, 60))
    return N, D, LAW.loss(N, D) * np.exp(3e-3 * rng.standard_normal(60))


@pytest.fixture(scope="module")
def result(data):
    return bootstrap_parametric(*data, n_resamples=2500, rng=np.random.default_rng(7))


def same(result, other):
    np.testing.assert_array_equal(result.parameters, other.parameters)
    np.testing.assert_array_equal(result.objectives, other.objectives)
    np.testing.assert_array_equal(result.failed, other.failed)


def test_the_same_seed_gives_the_same_draws(data, result):
    again = bootstrap_parametric(*data, n_resamples=2500, rng=np.random.default_rng(7))
    same(result, again)
    other = bootstrap_parametric(*data, n_resamples=2500, rng=np.random.default_rng(8))
    assert not np.array_equal(result.parameters, other.parameters)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_threads_do_not_change_the_draws(data, result, workers):
    with ThreadPoolExecutor(workers) as executor:
        rng = np.random.default_rng(7)
        same(result, bootstrap_parametric(*data, n_resamples=2500, rng=rng, executor=executor))


def test_processes_do_not_change_the_draws(data, result):
    with ProcessPoolExecutor(2) as executor:
        rng = np.random.default_rng(7)
        same(result, bootstrap_parametric(*data, n_resamples=2500, rng=rng, executor=executor))


def test_a_cluster_does_not_change_the_draws(data, result):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        rng = np.random.default_rng(7)
        executor = client.get_executor()
        same(result, bootstrap_parametric(*data, n_resamples=2500, rng=rng, executor=executor))


def test_every_draw_is_the_fit_of_its_resample(data):
    indices = np.random.default_rng(1).integers(60, size=(12, 60))
    result = bootstrap_parametric(*data, indices=indices)
    for i, drawn in enumerate(indices):
        fit = fit_parametric(*(array[drawn] for array in data))
        assert result.objectives[i] == pytest.approx(fit.objective, rel=1e-8)
        assert result.parameters[i, 3] == pytest.approx(fit.law.alpha, rel=1e-4)


def test_restricted_and_absolute_fits_are_passed_on(data):
    indices = np.random.default_rng(1).integers(60, size=(3, 60))
    tied = bootstrap_parametric(*data, indices=indices, tie_exponents=True)
    np.testing.assert_array_equal(tied.parameters[:, 3], tied.parameters[:, 4])
    fixed = bootstrap_parametric(*data, indices=indices, E=1.7)
    np.testing.assert_allclose(fixed.parameters[:, 0], 1.7, rtol=1e-12)
    absolute = bootstrap_parametric(*data, indices=indices, delta=0)
    for i, drawn in enumerate(indices):
        fit = fit_parametric(*(array[drawn] for array in data), delta=0)
        assert absolute.objectives[i] == pytest.approx(fit.objective, rel=1e-6)


@pytest.mark.slow
def test_intervals_cover_the_planted_exponents_about_as_often_as_they_say():
    covered = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        N, D = np.exp(rng.uniform(18, 23, 80)), np.exp(rng.uniform(20, 26, 80))
        loss = LAW.loss(N, D) * np.exp(3e-3 * rng.standard_normal(80))
        result = bootstrap_parametric(N, D, loss, n_resamples=200, rng=rng)
        low, high = result.interval("alpha", 0.9)
        covered += low <= 0.35 <= high
    assert covered >= 29  # 36 expected; fewer than 29 has a chance below one in a thousand


def test_intervals_of_names_functions_and_bands(result):
    by_name = result.interval("beta", 0.9)
    np.testing.assert_array_equal(by_name, result.interval(lambda p: p.beta, 0.9))
    inside = (result.draws.beta >= by_name[0]) & (result.draws.beta <= by_name[1])
    assert inside.mean() == pytest.approx(0.9, abs=0.002)
    band = result.interval(lambda p: np.stack([p.alpha, 2 * p.alpha], axis=1))
    assert band.shape == (2, 2)
    np.testing.assert_allclose(band[:, 1], 2 * band[:, 0])
    wide = result.interval(lambda p: np.where(p.alpha > np.median(p.alpha), np.inf, p.alpha))
    assert np.isfinite(wide[0])
    assert wide[1] == np.inf


def test_failures_are_counted_and_shown():
    rng = np.random.default_rng(3)
    N, D = np.exp(rng.uniform(18, 23, 8)), np.exp(rng.uniform(20, 26, 8))
    loss = LAW.loss(N, D) * np.exp(3e-3 * rng.standard_normal(8))
    result = bootstrap_parametric(N, D, loss, n_resamples=300, rng=rng)
    # Eight draws out of eight runs hold five different ones or fewer in two cases out of three.
    assert 150 < result.n_failed < 250
    assert f"{result.n_failed} failed" in repr(result)
    assert len(result.parameters) == 300
    assert len(result.draws.E) == 300 - result.n_failed


def test_nothing_can_be_said_when_all_fail(data):
    few = bootstrap_parametric(
        *(array[:5] for array in data), n_resamples=20, rng=np.random.default_rng(0)
    )
    assert few.n_failed == 20
    with pytest.raises(ValueError, match="all 20 resamples failed"):
        few.interval("alpha")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rng": None}, "rng must be"),
        ({"rng": 42}, "rng must be"),
        ({"n_resamples": 0}, "n_resamples must be a whole number, from 1 to 100000000, got 0"),
        ({"n_resamples": 2.5}, "n_resamples must be a whole number"),
        ({"indices": np.zeros((3, 59), int)}, "indices must have shape"),
        ({"indices": np.full((3, 60), 60)}, "indices must be whole numbers from 0 to 59"),
        ({"indices": np.zeros((3, 60))}, "indices must be whole numbers"),
        ({"indices": "none"}, "^indices must be"),
        ({"delta": -1}, "delta must be non-negative"),
    ],
)
def test_a_bad_option_is_named(data, change, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_parametric(*data, **{"rng": np.random.default_rng(0), **change})


@pytest.mark.parametrize(
    ("statistic", "level", "message"),
    [
        ("gamma", 0.95, "statistic must be one of"),
        ("alpha", 1.0, "level must be between 0 and 1, got 1.0"),
        (lambda p: p.alpha.mean(), 0.95, "a value for each"),
        (lambda p: np.full(p.alpha.shape, np.nan), 0.95, "NaN"),
    ],
)
def test_a_bad_interval_is_named(result, statistic, level, message):
    with pytest.raises(ValueError, match=message):
        result.interval(statistic, level)


def test_the_standard_errors_of_the_published_resamples():
    try:
        table = load_chinchilla_runs(exclude_highest=5)
    except DataUnavailableError as error:
        pytest.skip(str(error))
    legacy = np.random.RandomState(42)
    indices = np.array([legacy.choice(240, size=240) for _ in range(4000)])
    result = bootstrap_parametric(table.N, table.D, table.loss, indices=indices)
    assert result.n_failed == 0
    expected = {"E": 0.0257, "A": 124.5, "B": 1312, "alpha": 0.0154, "beta": 0.0206}
    for name, error in expected.items():
        assert np.std(getattr(result.draws, name)) == pytest.approx(error, rel=0.02)
    logs = np.log(result.draws.A)
    assert result.standard_errors["log A"] == pytest.approx(np.std(logs), rel=1e-12)
    assert result.standard_errors["beta"] == pytest.approx(0.0206, rel=0.02)


# Whole groups


def test_runs_that_are_their_own_groups_are_drawn_as_ever(data, result):
    grouped = bootstrap_parametric(
        *data, n_resamples=2500, rng=np.random.default_rng(7), groups=np.arange(60)
    )
    same(result, grouped)


def test_whole_groups_are_drawn(data):
    N, D, loss = data
    size = np.repeat(np.arange(12), 5)
    drawn = bootstrap_parametric(
        N, D, loss, n_resamples=40, rng=np.random.default_rng(3), groups=size.astype(str)
    )
    chosen = np.random.default_rng(3).spawn(1)[0].integers(12, size=(40, 12))
    order = np.unique(size.astype(str), return_inverse=True)[1]
    indices = [[i for group in row for i in np.flatnonzero(order == group)] for row in chosen]
    by_hand = bootstrap_parametric(N, D, loss, indices=np.array(indices))
    np.testing.assert_allclose(drawn.parameters, by_hand.parameters, rtol=1e-9)
    np.testing.assert_array_equal(drawn.failed, by_hand.failed)


@pytest.mark.slow
def test_an_error_that_a_group_shares_is_seen_only_if_groups_are_drawn():
    """Eight models of fifteen checkpoints with one error of 1 % a model, a hundred times."""
    rng = np.random.default_rng(11)
    inside = {"runs": 0, "models": 0}
    for _ in range(60):
        size = np.repeat(np.geomspace(5e7, 5e9, 8), 15)
        tokens = np.tile(np.geomspace(1e9, 2e11, 15), 8)
        model = np.repeat(np.arange(8), 15)
        error = np.repeat(rng.normal(0, 0.01, 8), 15)
        loss = LAW.loss(size, tokens) * np.exp(error + rng.normal(0, 1e-3, 120))
        for name, groups in (("runs", None), ("models", model)):
            draws = bootstrap_parametric(
                size, tokens, loss, n_resamples=200, rng=rng, groups=groups, delta=1.0
            )
            if not draws.too_many_failed:
                low, high = draws.interval("alpha")
                inside[name] += low <= LAW.alpha <= high
    assert inside["runs"] < 36
    assert inside["models"] > 42


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (["a"] * 60, "two different labels"),
        (["a", "b"], "one label for each of 60 runs, got"),
        ([None] * 60, "labels, none missing"),
        ([[1]] * 60, "be an array of labels"),
    ],
)
def test_bad_groups_are_named(data, groups, message):
    with pytest.raises(ValueError, match=f"groups must .*{message}"):
        bootstrap_parametric(*data, n_resamples=2, rng=np.random.default_rng(0), groups=groups)


def test_groups_and_indices_exclude_each_other(data):
    with pytest.raises(ValueError, match="groups must not be given with indices"):
        bootstrap_parametric(*data, indices=np.zeros((1, 60), int), groups=np.arange(60))


def test_beyond_a_tenth_of_failures_there_is_no_interval(data):
    few = bootstrap_parametric(
        *(array[:8] for array in data), n_resamples=60, rng=np.random.default_rng(0)
    )
    assert 6 < few.n_failed < 60
    with pytest.raises(ValueError, match=r"no interval: \d+ of 60 resamples failed"):
        few.interval("alpha")
