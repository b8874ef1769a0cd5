import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from analysis.laws import (
    FLOP_PER_PARAMETER_TOKEN,
    PUBLISHED,
    LawEnsemble,
    OuterPowerLaw,
    ParametricLaw,
)

POST = PUBLISHED["de-vries-2023"].law
laws = st.builds(
    ParametricLaw,
    E=st.floats(0, 3),
    A=st.floats(1, 1e4),
    B=st.floats(1, 1e4),
    alpha=st.floats(0.1, 1.2),
    beta=st.floats(0.1, 1.2),
)
budgets = st.floats(15, 28).map(lambda exponent: 10.0**exponent)


def test_the_published_constants_are_those_of_the_sources():
    constants = {name: dataclasses.astuple(published.law) for name, published in PUBLISHED.items()}
    assert constants["hoffmann-2022"] == (1.69, 406.4, 410.7, 0.34, 0.28)
    assert constants["de-vries-2023"] == (1.62, 406.4, 410.7, 0.336, 0.283)
    assert constants["besiroglu-2024"] == (1.8172, 482.01, 2085.43, 0.3478, 0.3658)
    assert all(published.source and published.locator for published in PUBLISHED.values())


def test_the_unrounded_law_rounds_to_the_printed_one():
    printed = dataclasses.astuple(PUBLISHED["hoffmann-2022"].law)
    unrounded = dataclasses.astuple(PUBLISHED["hoffmann-2022-unrounded"].law)
    assert [round(x, d) for x, d in zip(unrounded, (2, 1, 1, 2, 2), strict=True)] == list(printed)


def test_published_laws_cannot_be_changed():
    with pytest.raises(TypeError):
        PUBLISHED["mine"] = PUBLISHED["hoffmann-2022"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        POST.alpha = 0.5


def test_the_loss_is_the_sum_of_its_terms():
    N, D = 7e9, 1e12
    expected = 1.62 + 406.4 / N**0.336 + 410.7 / D**0.283
    assert POST.loss(N, D) == pytest.approx(expected, rel=1e-15)
    assert POST.reducible_loss(N, D) == pytest.approx(expected - 1.62, rel=1e-13)


@pytest.mark.slow
@given(laws, budgets)
def test_the_optimum_spends_the_budget_and_is_the_lowest_point_of_its_line(law, C):
    best = law.compute_optimal(C)
    assert FLOP_PER_PARAMETER_TOKEN * best.N * best.D == pytest.approx(C, rel=1e-12)
    lowest = minimize_scalar(
        lambda s: law.reducible_loss(best.N * np.exp(s), best.D * np.exp(-s)), bracket=(-1, 1)
    )
    assert lowest.x == pytest.approx(0, abs=1e-5)


@given(laws, budgets)
def test_at_the_optimum_the_terms_stand_as_beta_to_alpha(law, C):
    best = law.compute_optimal(C)
    ratio = (law.A * best.N**-law.alpha) / (law.B * best.D**-law.beta)
    assert ratio == pytest.approx(law.beta / law.alpha, rel=1e-11)
    assert law.marginal_rate(best.N, best.D) == pytest.approx(1, rel=1e-11)


@given(laws, budgets)
def test_the_cheapest_run_of_a_loss_inverts_the_best_run_of_a_budget(law, C):
    best = law.compute_optimal(C)
    free = dataclasses.replace(law, E=0.0)
    back = free.compute_optimal_for_loss(free.loss(best.N, best.D))
    assert back.N == pytest.approx(best.N, rel=1e-9)
    assert back.D == pytest.approx(best.D, rel=1e-9)
    assert back.C == pytest.approx(C, rel=1e-9)


@given(laws, budgets, st.floats(-3, 3))
def test_the_marginal_rate_is_the_slope_of_the_iso_loss_curve(law, C, shift):
    best = law.compute_optimal(C)
    N, D, step = best.N * np.exp(shift), best.D, 1e-5
    by_size = law.reducible_loss(N * np.exp(step), D) - law.reducible_loss(N * np.exp(-step), D)
    by_data = law.reducible_loss(N, D * np.exp(step)) - law.reducible_loss(N, D * np.exp(-step))
    assert law.marginal_rate(N, D) == pytest.approx(by_size / by_data, rel=1e-3)


@pytest.mark.parametrize("kappa", [0.4, 1.0, 1.3])
def test_an_outer_power_changes_the_loss_and_not_the_exchange(kappa):
    inner = ParametricLaw(E=1.6, A=90.0, B=500.0, alpha=0.4, beta=0.45)
    law = OuterPowerLaw(**vars(inner), kappa=kappa)
    best = law.compute_optimal(1e21)
    assert best == inner.compute_optimal(1e21)
    assert law.marginal_rate(1e9, 2e11) == inner.marginal_rate(1e9, 2e11)
    loss = law.loss(best.N, best.D)
    assert loss - 1.6 == pytest.approx((inner.loss(best.N, best.D) - 1.6) ** kappa, rel=1e-12)
    found = law.compute_optimal_for_loss(loss)
    assert (found.N, found.D) == pytest.approx((best.N, best.D), rel=1e-9)


def test_arrays_broadcast_and_scalars_stay_floats():
    N = np.array([1e8, 1e9, 1e10], dtype=np.float32)
    D = np.array([[10**10], [10**12]])
    assert POST.loss(N, D).shape == (2, 3)
    assert POST.marginal_rate(N, D).shape == (2, 3)
    assert type(POST.loss(10**9, 10**12)) is float
    assert type(POST.compute_optimal(10**23).N) is float
    np.testing.assert_array_equal(POST.compute_optimal([1e20, 1e22]).C, [1e20, 1e22])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ParametricLaw(1.7, 400, 400, -0.3, 0.3), "alpha must be positive, got -0.3"),
        (lambda: ParametricLaw(-1, 400, 400, 0.3, 0.3), "E must be non-negative, got -1"),
        (lambda: ParametricLaw(1.7, 0, 400, 0.3, 0.3), "A must be positive, got 0"),
        (lambda: ParametricLaw(1.7, 1, np.inf, 0.3, 0.3), "B must be finite, got inf"),
        (lambda: ParametricLaw(1.7, 1, 1, 0.3, 0), "beta must be positive, got 0"),
        (lambda: ParametricLaw(1.7, 1, 1, [0.3, 0.4], 0.3), "alpha must be a single number"),
        (lambda: POST.loss(0, 1e12), "N must be positive, got 0"),
        (lambda: POST.loss(1e9, np.nan), "D must be finite, got nan"),
        (lambda: POST.loss([], 1e12), "N must not be empty"),
        (lambda: POST.loss("7B", 1e12), "N must be real numbers, got '7B'"),
        (lambda: POST.loss(1e9 + 1j, 1e12), "N must be real numbers"),
        (lambda: POST.loss([1e9, 2e9], [1e12, 2e12, 3e12]), r"N \(2,\), D \(3,\)"),
        (lambda: POST.compute_optimal(-1e20), "C must be positive, got -1e"),
        (lambda: POST.compute_optimal_for_loss(1.62), "L must be above E = 1.62, got 1.62"),
        (lambda: POST.compute_optimal_for_loss([2.0, 1.5]), "got 1.5"),
    ],
)
def test_bad_input_is_named_with_its_value(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@given(laws, st.floats(6, 13).map(lambda exponent: 10.0**exponent))
def test_the_optimum_of_a_size_is_the_optimum_of_its_compute(law, N):
    found = law.compute_optimal_for_size(N)
    best = law.compute_optimal(found.C)
    assert (best.N, best.D) == pytest.approx((N, found.D), rel=1e-9)
    assert law.marginal_rate(N, found.D) == pytest.approx(1, rel=1e-9)


@given(laws, st.floats(7, 15).map(lambda exponent: 10.0**exponent))
def test_the_optimum_of_tokens_is_the_optimum_of_its_size(law, N):
    found = law.compute_optimal_for_size(N)
    back = law.compute_optimal_for_data(found.D)
    assert (back.N, back.D, back.C) == pytest.approx((found.N, found.D, found.C), rel=1e-9)


class TestEnsemble:
    SINGLE = tuple(PUBLISHED[name].law for name in ("hoffmann-2022", "besiroglu-2024"))
    MANY = LawEnsemble(*np.array([dataclasses.astuple(law) for law in SINGLE]).T)

    def test_does_for_each_law_what_the_law_does(self):
        for i, law in enumerate(self.SINGLE):
            assert self.MANY.loss(7e9, 1e12)[i] == pytest.approx(law.loss(7e9, 1e12), rel=1e-14)
            rate = law.marginal_rate(7e9, 1e12)
            assert self.MANY.marginal_rate(7e9, 1e12)[i] == pytest.approx(rate, rel=1e-12)
            for method, argument in (("compute_optimal", 1e23), ("compute_optimal_for_loss", 2.1)):
                found, expected = (getattr(one, method)(argument) for one in (self.MANY, law))
                assert found.N[i] == pytest.approx(expected.N, rel=1e-12)
                assert found.D[i] == pytest.approx(expected.D, rel=1e-12)
        assert len(self.MANY) == 2

    def test_names_the_loss_that_one_law_cannot_reach(self):
        with pytest.raises(ValueError, match=r"L must be above E = 1\.8172, got 1\.75"):
            self.MANY.compute_optimal_for_loss(1.75)

    @pytest.mark.parametrize("shapes", [((2,), (3,)), ((), ()), ((1, 2), (1, 2))])
    def test_wants_arrays_of_one_length(self, shapes):
        first, rest = (np.ones(shape) for shape in shapes)
        with pytest.raises(ValueError, match=r"must be arrays of one length|must broadcast"):
            LawEnsemble(first, rest, rest, rest, rest)

    @pytest.mark.parametrize("name", ["E", "A", "B", "alpha", "beta"])
    def test_checks_every_parameter(self, name):
        parameters = {field.name: [1.0] for field in dataclasses.fields(LawEnsemble)}
        with pytest.raises(
            ValueError, match=rf"^{name} must be (positive|non-negative), got -0\.3$"
        ):
            LawEnsemble(**{**parameters, name: [-0.3]})

    def test_holds_whole_numbers_as_floats(self):
        whole = LawEnsemble([2], [10**30], [400], [1], [1])
        assert {getattr(whole, field.name).dtype for field in dataclasses.fields(whole)} == {
            np.dtype(float)
        }


def test_an_ensemble_names_what_does_not_fit_it():
    good = dict(E=[1.0, 2.0], A=[3.0, 3.0], B=[4.0, 4.0], alpha=[0.3, 0.3], beta=[0.4, 0.4])
    with pytest.raises(ValueError) as error:
        LawEnsemble(**good | {"beta": [0.4]})
    assert str(error.value) == (
        "E, A, B, alpha, beta must be arrays of one length, "
        "got shapes [(2,), (2,), (2,), (2,), (1,)]"
    )
    with pytest.raises(ValueError) as error:
        LawEnsemble(**good).marginal_rate([1e9, 2e9, 3e9], 1e12)
    assert str(error.value) == ("the shapes must broadcast together, got laws (2,), N (3,), D ()")
