"""What is recorded of the atlas is what the data give, and holds no run."""

import numpy as np
import pytest
from released import loaded

from analysis.atlas import ARMS, pool_exchange
from analysis.atlas.pool import COUNTS, exponents, pooled
from analysis.datasets import DATASETS
from analysis.fit import fit_parametric
from analysis.studies import atlas, planted
from analysis.studies.record import recorded
from analysis.tradeoff import compute_overhead

RECORD = recorded(atlas.NAME)
VALUE = atlas.recorded_atlas()
PLANTED = recorded(planted.NAME)["value"]


def close(found, then, rel=2e-3):
    if isinstance(then, dict):
        assert found.keys() == then.keys()
        for key in then:
            close(found[key], then[key], rel)
    elif isinstance(then, list):
        assert len(found) == len(then)
        for one, other in zip(found, then, strict=True):
            close(one, other, rel)
    elif isinstance(then, float):
        assert found == pytest.approx(then, rel=rel, abs=1e-4)
    else:
        assert found is None or found == then or not np.isfinite(found)


def test_the_record_names_its_data_and_holds_every_arm():
    assert RECORD["data"] == {name: DATASETS[name].digest for name in atlas.DATASETS}
    assert VALUE["arms"].keys() == VALUE["read"].keys() == ARMS.keys()


@pytest.mark.parametrize("name", ["kempner-starcoder", "llama3", "openeurollm", "gadre-c4"])
def test_the_fits_are_those_of_the_data(name):
    runs = loaded(lambda: atlas.load_arm(name))
    for which in set(COUNTS) & set(runs):
        for form, free in atlas.FORMS.items():
            law = fit_parametric(runs[which], runs["D"], runs["loss"], outer_power=free).law
            then = VALUE["arms"][name]["fits"][which][form]
            half = compute_overhead(0.5, law.alpha, law.beta)
            assert half == pytest.approx(then["half"], rel=2e-3)
            assert getattr(law, "kappa", 1.0) == pytest.approx(then["kappa"], rel=2e-3)


@pytest.mark.parametrize("name", ["kempner-fineweb", "marin-dclm", "hoffmann", "gemstones"])
def test_what_is_read_off_is_what_the_curves_give(name):
    loaded(lambda: atlas.load_arm(name))
    close(atlas.read_off(name), VALUE["read"][name], rel=1e-2)


@pytest.mark.slow
def test_a_profile_and_the_stretch_are_what_the_data_give():
    loaded(lambda: atlas.load_arm("hoffmann"))
    close(atlas.profile("hoffmann"), VALUE["profiles"]["hoffmann"], rel=1e-2)
    loaded(lambda: atlas.load_arm("kempner-fineweb"))
    close(atlas.stretched(), VALUE["stretched"], rel=1e-2)


@pytest.mark.slow
def test_the_forms_are_compared_as_the_data_have_it():
    loaded(lambda: atlas.load_arm("openeurollm"))
    close(atlas.validate("openeurollm"), VALUE["forms"]["openeurollm"], rel=3e-2)
    close(atlas.by_form("llama3"), VALUE["by_form"]["llama3"], rel=3e-2)


@pytest.mark.slow
def test_an_interval_is_what_resampling_gives():
    """The draws of an arm have streams of their own behind those of the arms before it."""
    loaded(lambda: atlas.load_arm("kempner-fineweb"))
    names = [name for name in ARMS if ARMS[name].study in ("kempner", "marin", "llama3")]
    found = pool_exchange(names, rng=np.random.default_rng([2611, 1]), n_resamples=60)
    for name in ("kempner-fineweb", "llama3"):
        then = VALUE["arms"][name]["fits"]["N"]["outer power"]
        low, high = found.fits[name].interval(lambda p: compute_overhead(0.5, p.alpha, p.beta))
        assert then["low"] == pytest.approx(low, rel=0.1)
        assert then["high"] == pytest.approx(high, rel=0.25)


@pytest.mark.parametrize("form", atlas.FORMS)
def test_what_is_pooled_follows_from_the_studies(form):
    own = VALUE["pooled"]["N"][form]
    studies = own["studies"].values()
    effects = {
        name: pooled(
            np.array([one[name] for one in studies]),
            np.array([one[f"{name}_variance"] for one in studies]),
            np.random.default_rng(0),
        )
        for name in ("curvature", "lean")
    }
    mean = exponents(effects["curvature"].mean, effects["lean"].mean)
    assert compute_overhead(0.5, *mean) == pytest.approx(own["0.5"]["mean"], rel=1e-3)
    draws = exponents(effects["curvature"].means, effects["lean"].means)
    low, high = np.quantile(compute_overhead(0.5, *draws), [0.025, 0.975])
    assert (low, high) == pytest.approx((own["0.5"]["low"], own["0.5"]["high"]), rel=0.06)


def test_the_record_holds_no_run():
    def keys(value):
        if isinstance(value, dict):
            for key, below in value.items():
                yield str(key)
                yield from keys(below)

    assert not {"D", "tokens"} & set(keys(VALUE))


def test_the_headline_is_what_is_pooled():
    said, own = atlas.headline(), VALUE["pooled"]["N"]["outer power"]
    assert said["half"] == 100 * own["0.5"]["mean"]
    assert said["half_new_low"] < said["half_low"] < said["middle"] < said["half_high"]
    assert compute_overhead(0.5, said["alpha"], said["beta"]) == pytest.approx(
        said["half"] / 100, rel=1e-5
    )


def test_the_pooled_law_has_the_level_that_it_says():
    law, refit = atlas.pooled_law(), atlas.recorded_refit()[0]
    best, theirs = law.compute_optimal(1e20), refit.compute_optimal(1e20)
    assert (best.N, best.D) == pytest.approx((theirs.N, theirs.D))
    assert law.loss(best.N, best.D) == pytest.approx(refit.loss(theirs.N, theirs.D))


def test_a_planted_power_is_found_within_its_interval():
    for design, own in PLANTED.items():
        for kappa, found in own.items():
            assert 0.92 <= found["held"] <= 0.985, (design, kappa)
            assert found["median"] == pytest.approx(float(kappa), rel=0.02)
            assert found["half"] == pytest.approx(found["truth"], rel=0.03)
        assert 1 - own["1"]["held"] <= 0.07


def test_the_sum_law_does_not_see_the_power():
    own = PLANTED["hoffmann"].values()
    truth, blind = ([found[name] for found in own] for name in ("truth", "sum"))
    assert max(truth) / min(truth) > 3
    assert max(blind) / min(blind) < 1.15


@pytest.mark.slow
def test_the_study_of_a_few_arms_says_the_same_of_them(monkeypatch):
    monkeypatch.setattr(atlas, "FEWEST_COMPARED", 1000)  # the forms are compared above
    names = "llama3", "kempner-starcoder", "marin-dclm"
    loaded(lambda: [atlas.load_arm(name) for name in names])
    found = atlas.summarise(20, arms=names, counts=("N",))
    assert found["arms"].keys() == set(names)
    for name in names:
        now, then = (value["arms"][name]["fits"]["N"] for value in (found, VALUE))
        for form in atlas.FORMS:
            assert now[form]["half"] == pytest.approx(then[form]["half"], rel=2e-3)
    assert found["forms"] == {}
    close(found["profiles"]["llama3"], VALUE["profiles"]["llama3"], rel=1e-2)
    assert len(found["pooled"]["N"]["sum"]["studies"]) == 3


@pytest.mark.slow
def test_few_sets_are_found_as_many_are():
    loaded(lambda: atlas.load_arm("llama3"))
    found = planted.summarise(10, designs=("llama3",))["llama3"]
    for kappa, own in found.items():
        then = PLANTED["llama3"][kappa]
        assert own["truth"] == pytest.approx(then["truth"], rel=2e-3)
        assert then["low"] * 0.9 < own["median"] < then["high"] * 1.1


@pytest.mark.slow
def test_a_planted_set_is_made_as_recorded():
    loaded(lambda: atlas.load_arm("llama3"))
    sets = [planted.one_set(seed, design="llama3", kappa=0.8) for seed in range(20)]
    found, then = planted.found_in(sets, 0.8), PLANTED["llama3"]["0.8"]
    assert found["truth"] == pytest.approx(then["truth"], rel=2e-3)
    assert found["median"] == pytest.approx(then["median"], rel=0.05)
    assert found["held"] >= 0.75
