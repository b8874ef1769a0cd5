"""Every law of the catalogue, to ten digits against an arithmetic of forty, and its verdict."""

import dataclasses

import mpmath as mp
import numpy as np
import pytest

from analysis.laws import PUBLISHED
from analysis.theorem import known_laws as kl
from analysis.theorem.known_laws import (
    KNOWN,
    PRODUCT,
    bent,
    data_constrained,
    effective,
    non_embedding,
)
from analysis.theorem.numeric import CostedLaw, is_budget_free, optimum, solve_k_D, sum_of_powers
from analysis.tradeoff import data_scaling_factor

BUDGETS = (1e19, 1e21, 1e23, 1e25)
FREE = {
    "sum of two powers": "2.415645115",
    "Kaplan et al.": "10.51700890",
    "equal exponents": "2.507712173",
    "total parameters": "2.518608325",
    "trained in 4 bits": "2.901976877",
    "mixture of experts": "2.144114534",
    "balanced third term": "2.244439456",
    "with a pole": "2.415645115",
}
MOVING = {
    "repeated data": ("2.507712173", "2.518610056", "3.720328211", "inf"),
    "non-embedding parameters": ("2.435778727", "2.499934407", "2.514669871", "2.517789080"),
    "attention counted": ("2.288454198", "2.392938861", "2.455659007", "2.488575307"),
    "rounded to 4 bits": ("3.039554983", "3.882154985", "inf", "inf"),
    "experts, router counted": ("2.099542327", "2.124060053", "2.135398030", "2.140385663"),
    "unbalanced third term": ("2.219033054", "2.287842747", "2.340932079", "2.375105042"),
}
POST, REFIT = PUBLISHED["de-vries-2023"].law, PUBLISHED["besiroglu-2024"].law


def number(x):
    return mp.mpf(repr(x))


def two(A, B, alpha, beta, *more):
    """A N**-alpha + B D**-beta + more, in decimal constants as printed."""
    A, B, alpha, beta = (number(c) for c in (A, B, alpha, beta))
    return lambda N, D: A * N**-alpha + B * D**-beta + sum(c * N**a * D**b for c, a, b in more)


def muennighoff(N, D):
    A, B, alpha, U = mp.exp(number(6.255414)), mp.exp(number(7.3049974)), number(0.3526596), 10**11
    G = (A / B) ** (1 / (2 * alpha))
    U_N = G * (U * G)
    for_size, for_data = number(5.309743), number(15.387756)
    if D > U:
        D = U + U * for_data * (1 - mp.exp(-(D / U - 1) / for_data))
    if N > U_N:
        N = U_N + U_N * for_size * (1 - mp.exp(-(N / U_N - 1) / for_size))
    return A * N**-alpha + B * D**-alpha


def muennighoff_fresh(N, D):
    alpha = number(0.3526596)
    return mp.exp(number(6.255414)) * N**-alpha + mp.exp(number(7.3049974)) * D**-alpha


def with_pole(N, D):
    law = two(406.4, 0, 0.336, 1), two(0, 410.7, 1, 0.283)
    size, data = law[0](N, mp.mpf(1)), law[1](mp.mpf(1), D)
    return mp.log((1 + size) / (1 - data)) if data < 1 else mp.inf


third = mp.mpf(1) / 3
besiroglu = dict(A=482.01, B=2085.43, alpha=0.3478, beta=0.3658)
vries = dict(A=406.4, B=410.7, alpha=0.336, beta=0.283)
experts = two(2.1 / 16**0.58 + 18.1, 30.8, 0.115, 0.147)


def non_embedded(N, D):
    return two(**besiroglu)(N + 47491 * N**third, D)


def kaplan(N, D):
    ratio = number(0.076) / number(0.103)
    return (number(6.4e13) / N) ** ratio + number(1.8e13) / D


def attention(N, D):
    width = (N * number(39.2) / 12) ** third
    return 6 * N * D + 12 * 2048 / number(39.2) * width**2 * D


def routed(counted):
    def cost(N, D):
        width = (64 * N / 516) ** third
        blocks = width / 64
        router = width * 64 * 16 if counted else 0
        return 6 * (12 * width**2 + router) * blocks * D

    return cost


product = lambda N, D: 6 * N * D  # noqa: E731
low_bits = 4299 * (1 - mp.exp(-4 / number(2.6745))) ** -number(0.4965)
rounding = number(0.0598) * mp.exp(-4 / number(0.5907)), -number(0.3439), number(0.5068)
root = mp.sqrt(number(406.4) * number(410.7))
INDEPENDENT = {
    "sum of two powers": (two(**vries), product),
    "Kaplan et al.": (kaplan, product),
    "equal exponents": (muennighoff_fresh, product),
    "repeated data": (muennighoff, product),
    "total parameters": (two(**besiroglu), product),
    "non-embedding parameters": (non_embedded, product),
    "attention counted": (two(**besiroglu), attention),
    "trained in 4 bits": (
        lambda N, D: low_bits * N ** -number(0.4965) + 18060 * D ** -number(0.4965),
        product,
    ),
    "rounded to 4 bits": (two(4299, 18060, 0.4965, 0.4965, rounding), product),
    "mixture of experts": (experts, routed(False)),
    "experts, router counted": (experts, routed(True)),
    "balanced third term": (
        two(406.4, 410.7, 0.336, 0.283, (root, -number(0.168), -number(0.1415))),
        product,
    ),
    "unbalanced third term": (
        two(406.4, 410.7, 0.336, 0.283, (root**2, -number(0.336), -number(0.283))),
        product,
    ),
    "with a pole": (with_pole, product),
}


def precise_k_D(loss, cost, k_N, C, guess):
    """k_D to forty digits by Newton's method in logarithms; `guess` is (N, D, k_D)."""
    with mp.workdps(40):
        N, D, k_D = (mp.log(mp.mpf(v)) for v in guess)

        def tokens(x):
            # Every cost here is proportional to D.
            return mp.log(C) - mp.log(cost(mp.exp(x), mp.mpf(1)))

        def along(x):
            return mp.log(loss(mp.exp(x), mp.exp(tokens(x))))

        x = mp.findroot(lambda x: mp.diff(along, x), N, tol=1e-50)
        y, target = tokens(x), along(x)
        shifted = x + mp.log(number(k_N))
        root = mp.findroot(
            lambda y: mp.log(loss(mp.exp(shifted), mp.exp(y))) - target, D + k_D, tol=1e-60
        )
        return mp.exp(root - y)


def test_the_catalogue_is_covered():
    assert set(FREE) | set(MOVING) == set(KNOWN) == set(INDEPENDENT)


@pytest.mark.parametrize("name", FREE)
def test_a_budget_free_law_has_one_k_D(name):
    found = [solve_k_D(KNOWN[name].law, 0.5, C) for C in BUDGETS]
    assert is_budget_free(found)
    assert [f"{value:.10g}" for value in found] == [f"{float(FREE[name]):.10g}"] * 4


@pytest.mark.parametrize("name", MOVING)
def test_a_counterexample_moves(name):
    found = [solve_k_D(KNOWN[name].law, 0.5, C) for C in BUDGETS]
    assert not is_budget_free(found)
    assert [f"{value:.10g}" for value in found] == [f"{float(v):.10g}" for v in MOVING[name]]


@pytest.mark.slow
@pytest.mark.parametrize("name", INDEPENDENT)
def test_ten_digits_against_forty(name):
    loss, cost = INDEPENDENT[name]
    for C in BUDGETS:
        best, found = optimum(KNOWN[name].law, C), solve_k_D(KNOWN[name].law, 0.5, C)
        if np.isinf(found):
            target = loss(number(best.N), number(best.D))
            most = [loss(number(best.N) / 2, number(best.D) * mp.mpf(2) ** j) for j in range(120)]
            assert min(most) > target
        else:
            exact = precise_k_D(loss, cost, 0.5, mp.mpf(C), (best.N, best.D, found))
            assert abs(found / float(exact) - 1) < 1e-10


@pytest.mark.parametrize("name", KNOWN)
def test_every_law_says_why_and_where_from(name):
    known = KNOWN[name]
    assert len(known.why) > 8
    assert known.why[0].islower()
    assert "arXiv" in known.source or "this book" in known.source


@pytest.mark.parametrize("factor", [0.3, 3.0])
def test_the_verdicts_do_not_hang_on_the_constants(factor):
    other = dataclasses.replace(REFIT, A=factor * REFIT.A, alpha=0.28, beta=0.41)
    free = [
        CostedLaw(kl.powers(other), PRODUCT),
        kl.pole(other, 0.01 * factor),
        CostedLaw(kl.powers(other, (factor * 50, -0.14, -0.205)), PRODUCT),
    ]
    moving = [
        data_constrained(other, 2 * other.compute_optimal(1e18).D, 10.0, 4.0),
        non_embedding(other, factor * 1e4),
        CostedLaw(kl.powers(other), sum_of_powers((6, 1, 1), (factor * 500, 2 / 3, 1))),
        CostedLaw(kl.powers(other, (factor * 1e-4, -0.3, 0.4)), PRODUCT),
        CostedLaw(kl.powers(other, (factor * 1e3, -0.2, -0.205)), PRODUCT),
    ]
    for laws, expected in ((free, True), (moving, False)):
        for law in laws:
            assert is_budget_free(solve_k_D(law, 0.8, C) for C in (1e17, 1e20)) is expected


def test_data_are_worth_their_number_until_they_are_repeated():
    log_U, R = np.log(1e11), 15.0
    z = np.log(np.array([1e9, 1e11, 1.0001e11, 4e11, 1e15]))
    worth = np.exp(effective(z, log_U, R))
    np.testing.assert_allclose(worth[:2], [1e9, 1e11], rtol=1e-12)
    assert worth[2] == pytest.approx(1.0001e11, rel=1e-7)
    assert 3.6e11 < worth[3] < 4e11
    assert worth[4] == pytest.approx(16e11, rel=1e-12)


def test_repeated_data_are_chinchilla_while_they_last():
    law = KNOWN["repeated data"].law
    exact = data_scaling_factor(0.5, 0.3526596, 0.3526596)
    for C in (1e17, 1e19, 4e20):
        best, k_D = optimum(law, C), solve_k_D(law, 0.5, C)
        assert k_D * best.D < kl.UNIQUE_TOKENS
        assert k_D == pytest.approx(exact, rel=1e-11)
    assert solve_k_D(law, 0.5, 1e21) > exact * 1.004


@pytest.mark.parametrize(("C", "alpha"), [(1e5, REFIT.alpha / 3), (1e45, REFIT.alpha)])
def test_non_embedding_parameters_have_two_limits(C, alpha):
    found = solve_k_D(KNOWN["non-embedding parameters"].law, 0.5, C)
    assert found == pytest.approx(data_scaling_factor(0.5, alpha, REFIT.beta), rel=5e-3)


@pytest.mark.parametrize(("a", "free"), [(0.1, True), (0.2, True), (0.3, False)])
def test_a_third_term_is_free_exactly_if_it_is_balanced(a, free):
    b = POST.beta * (1 - a / POST.alpha) if free else 0.1
    law = CostedLaw(kl.powers(POST, (30.0, -a, -b)), PRODUCT)
    assert is_budget_free(solve_k_D(law, 0.5, C) for C in BUDGETS) is free


def test_a_pole_leaves_k_D_and_bends_the_path():
    law = KNOWN["with a pole"].law
    sizes = [0.12, 0.3, 0.5, 1.0, 2.0]
    exact = data_scaling_factor(sizes, POST.alpha, POST.beta)
    for C in BUDGETS:
        np.testing.assert_allclose(solve_k_D(law, sizes, C), exact, rtol=1e-10)
    runs = [optimum(law, C) for C in BUDGETS]
    growth = np.diff(np.log([run.D for run in runs])) / np.diff(np.log(BUDGETS))
    assert (np.diff(growth) > 0.01).any()


def test_the_simplest_member_to_ten_digits():
    one = kl.ParametricLaw(E=0, A=1, B=1, alpha=1, beta=1)
    law = CostedLaw(kl.pole(one, 1.0).log_loss, sum_of_powers((1, 1, 1)))
    for C in (0.1, 3.0, 1e3):
        best = optimum(law, C)
        assert best.D == pytest.approx(best.N + 2, rel=1e-11)
        np.testing.assert_allclose(
            solve_k_D(law, [0.6, 0.7, 2.0], C), [3.0, 1 / (2 - 1 / 0.7), 1 / 1.5], rtol=1e-11
        )


def test_a_bent_path_with_one_curve():
    law = CostedLaw(bent, sum_of_powers((1, 1, 1)))
    for C in (1e-3, 1.0, 1e10):
        best = optimum(law, C)
        t = np.log(best.N)
        assert np.log(best.D) == pytest.approx(t + np.sin(t) / 2, abs=1e-11)
        assert solve_k_D(law, 0.7, C) == pytest.approx(1 / (2 - 1 / 0.7), rel=1e-11)


def test_a_straight_path_with_many_curves():
    two_terms = sum_of_powers((1, -0.3, 0), (1e3, -0.6, 0), (1, 0, -0.3), (1e3, 0, -0.6))
    law = CostedLaw(two_terms, PRODUCT)
    for C in BUDGETS:
        best = optimum(law, C)
        assert best.N == pytest.approx(best.D, rel=1e-11)
    factors = [solve_k_D(law, 0.5, C) for C in BUDGETS]
    assert factors == sorted(factors, reverse=True)
    assert factors[0] / factors[-1] > 1.05


def test_the_other_families():
    """III and IV of the classification: unbounded below, and budget-free all the same."""
    m, r = 1.2, 0.4

    def law(data_term):
        return CostedLaw(
            lambda x, y: np.log1p(np.exp(-m * x)) - np.log(data_term(y)), sum_of_powers((1, 1, 1))
        )

    def only_above_one(f):
        return lambda y: np.where(np.real(y) > 0, f(np.where(np.real(y) > 0, y, 1.0)), np.nan)

    third, fourth = law(only_above_one(lambda y: np.expm1(r * y))), law(only_above_one(lambda y: y))
    for C in (10.0, 1e3, 1e6):
        k_N = np.array([0.8, 1.3])
        exact = ((m - r + r * k_N**-m) / m) ** (1 / r)
        np.testing.assert_allclose(solve_k_D(third, k_N, C), exact, rtol=1e-10)
        exact = np.exp((k_N**-m - 1) / m)
        np.testing.assert_allclose(solve_k_D(fourth, k_N, C), exact, rtol=1e-10)


def test_the_table_reads_its_verdicts_off_the_values():
    table = kl.examine_known(BUDGETS, 0.5)
    assert list(table.columns) == ["budget-free", "1e19", "1e21", "1e23", "1e25", "why"]
    for name, row in table.iterrows():
        assert row["budget-free"] == ("yes" if name in FREE else "no")
        values = list(row)[1:-1]
        if name in FREE:
            assert set(values) == {f"{float(FREE[name]):.3f}"}
    assert table.loc["repeated data", "1e25"] == "∞"
