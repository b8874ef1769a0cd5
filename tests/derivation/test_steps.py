"""The derivation certifies itself, and every error planted in it is caught."""

import dataclasses

import mpmath
import numpy as np
import pytest
import sympy as sp
from planted import readers

from analysis.derivation import steps as dv
from analysis.derivation.certificates import (
    CERTIFICATES,
    CertificateError,
    certify,
    hold,
    is_zero,
)
from analysis.derivation.steps import alpha, beta, derive, k_D, k_N
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, PUBLISHED
from analysis.serving import break_even, lifetime_scales
from analysis.tradeoff import (
    compute_overhead,
    data_scaling_factor,
    minimum_model_scale,
    scales_from_marginal_rate,
)

POST = PUBLISHED["de-vries-2023"].law
EXPONENTS = POST.alpha, POST.beta
FIELDS = [field.name for field in dataclasses.fields(dv.Derivation)]
READS = {
    "loss": "L = E + A/N**alpha + B/D**beta",
    "budget": "C = 6*D*N",
    "loss_on_budget": "L = E + A*exp(-x*alpha) + B*exp(x*beta)/(C/6)**beta",
    "curvature": "Derivative(L, (x, 2)) = "
    "A*alpha**2*exp(-x*alpha) + B*beta**2*exp(x*beta)/(C/6)**beta",
    "G": "G = (A*alpha/(B*beta))**(1/(alpha + beta))",
    "N_opt": "N_opt = G*(C/6)**(beta/(alpha + beta))",
    "D_opt": "D_opt = (C/6)**(alpha/(alpha + beta))/G",
    "pull": "A*alpha/N_opt**alpha = B*beta/D_opt**beta",
    "balance": "A*D_opt**beta/(B*N_opt**alpha) = beta/alpha",
    "iso_loss": "A/(N_opt*k_N)**alpha + B/(D_opt*k_D)**beta = A/N_opt**alpha + B/D_opt**beta",
    "translated": "A/(N*t**(1/alpha))**alpha + B/(D*t**(1/beta))**beta = "
    "(A/N**alpha + B/D**beta)/t",
    "k_D_post": "k_D = (1 - A*D_opt**beta*(-1 + k_N**(-alpha))/(B*N_opt**alpha))**(-1/beta)",
    "k_D": "k_D = (1 + beta*(1 - 1/k_N**alpha)/alpha)**(-1/beta)",
    "exchange": "alpha/k_D**beta + beta/k_N**alpha = alpha + beta",
    "overhead": r"\text{overhead} = k_N/(1 + beta*(1 - 1/k_N**alpha)/alpha)**(1/beta) - 1",
    "log_series": "log(k_D*k_N) = u**2*(alpha + beta)/2 - u**3*(alpha + beta)*(alpha + 2*beta)/6",
    "k_min": "k_min = (1 + alpha/beta)**(-1/alpha)",
    "slope": "m = alpha/(-beta + k_N**alpha*(alpha + beta))",
    "rate": "m = A*alpha*D**beta/(B*N**alpha*beta)",
    "k_N_of_m": "k_N = ((alpha + beta*m)/(m*(alpha + beta)))**(1/alpha)",
    "k_D_of_m": "k_D = ((alpha + beta*m)/(alpha + beta))**(1/beta)",
    "served": "m = 1 + T/(3*D)",
    "served_at_price": "m = 1 + r*T/(3*D)",
    "served_for_rate": "r*T/D_opt = 3*(m - 1)*((alpha + beta*m)/(alpha + beta))**(1/beta)",
    "break_even": "r*T/D_opt = 3*(k_N*k_D - 1)/(1 - k_N)",
    "log_k_D": "log(k_D) = -log1p(-beta*expm1(-alpha*log(k_N))/alpha)/beta",
    "accurate_overhead": "-1 + k_N*k_D = expm1(h(-alpha*log(k_N))/alpha + h(-beta*log(k_D))/beta)",
    "excess_rate": "-1 + m = "
    "(-alpha - beta)*expm1(alpha*log(k_N))/(alpha + (alpha + beta)*expm1(alpha*log(k_N)))",
    "cost_slope": "Derivative(C_life, x) = 2*N*T*r + 6*N*D*(1 - m)",
    "total_budget_size": "k_N = 1/(k_D + r*T/(3*D_opt))",
    "total_budget": "k_D**(1 + beta)*(k_D + r*T/(3*D_opt))**(-1 + alpha) = 1",
    "forgone": r"\text{forgone} = "
    "1 - ((alpha*k_N**beta + beta/k_N**alpha)/(alpha + beta))**(-1/alpha - 1/beta)",
}
"""The equations as the book prints them: in the order in which they are written."""


@pytest.fixture(scope="module")
def derived():
    """The derivation, made anew for each run of the tests: what is kept longer hides errors."""
    return derive()


@pytest.fixture(scope="module")
def reading(derived):
    """The certificates that look at each equation."""
    return readers(CERTIFICATES, derived)


def plant(derived, name, change):
    """Return the derivation with `change` made to the right side of one equation."""
    equation = getattr(derived, name)
    wrong = sp.Eq(equation.lhs, change(equation.rhs), evaluate=False)
    assert wrong != equation
    return dataclasses.replace(derived, **{name: wrong})


def swap(expression):
    return expression.subs({alpha: beta, beta: alpha}, simultaneous=True)


def six_to_two(expression):
    return expression.replace(
        lambda e: e.is_Rational and abs(e) in (6, sp.Rational(1, 6), 3, sp.Rational(1, 3)),
        lambda e: {6: 2, 3: 1}.get(abs(e), sp.Rational(1, 2)),
    )


def flip_exponent(expression):
    return expression.base ** (-expression.exp)


def mutants(expression):
    """Yield the expression with one leaf changed: alpha and beta exchanged, or a number moved."""
    if expression in (alpha, beta):
        yield beta if expression == alpha else alpha
    elif expression.is_Rational:
        yield expression + 1
        if expression != 0:
            yield -expression
    for i, argument in enumerate(expression.args):
        for changed in mutants(argument):
            yield expression.func(*expression.args[:i], changed, *expression.args[i + 1 :])


def test_every_equation_reads_as_it_should(derived):
    for field in dataclasses.fields(derived):
        equation = getattr(derived, field.name)
        left, right = (sp.sstr(side, order="none") for side in equation.args)
        assert f"{left} = {right}" == READS[field.name]


def test_what_vanishes_at_a_point_is_not_yet_zero():
    assert not is_zero(alpha - sp.Rational(7, 5))  # the one point that is tried
    assert not is_zero((alpha - sp.Rational(7, 5)) * (beta - sp.Rational(8, 5)))
    assert not is_zero(alpha * sp.Rational(1, 10**9))  # too little to be told by a point
    assert is_zero((alpha + beta) ** 2 - alpha**2 - 2 * alpha * beta - beta**2)


@pytest.mark.slow
def test_every_certificate_holds(derived):
    assert certify(derived) == list(CERTIFICATES)


@pytest.mark.parametrize(
    ("name", "change", "caught_by"),
    [
        ("k_D", swap, "closed form"),
        ("k_D_post", lambda e: flip_exponent(e), "post's k_D solves"),
        ("k_D", lambda e: flip_exponent(e), "closed form"),
        ("k_D", lambda e: (2 - e.base) ** e.exp, "closed form"),
        ("k_D", lambda e: e * dv.C, "closed form"),
        ("balance", swap, "beta to alpha"),
        ("G", swap, "stationary"),
        ("N_opt", swap, "stationary"),
        ("D_opt", swap, "spend the budget"),
        ("N_opt", six_to_two, "stationary"),
        ("D_opt", six_to_two, "spend the budget"),
        ("budget", six_to_two, "budget is 6 N D"),
        ("loss_on_budget", six_to_two, "along the budget line"),
        ("loss", lambda e: e - 2 * dv.B * dv.D**-beta, "the law has"),
        ("overhead", lambda e: e + 2, "overhead is"),
        ("translated", swap, "divide the reducible loss"),
        ("translated", lambda e: e * dv.t, "divide the reducible loss"),
        ("log_series", lambda e: -e, "series"),
        ("k_min", swap, "k_min"),
        ("slope", lambda e: -e, "slope"),
        ("k_N_of_m", swap, "trace"),
        ("k_D_of_m", swap, "trace"),
        ("served", six_to_two, "train and serve"),
        ("served_at_price", six_to_two, "costs r"),
        ("served_for_rate", swap, "through k_D"),
        ("break_even", lambda e: e / 3, "cost the same"),
        ("log_k_D", swap, "expm1 and log1p"),
        ("log_k_D", lambda e: -e, "expm1 and log1p"),
        ("accurate_overhead", swap, "sum of two h"),
        ("accurate_overhead", lambda e: e.replace(dv.h, sp.exp), "sum of two h"),
        ("excess_rate", swap, "m - 1 by expm1"),
        ("excess_rate", lambda e: e + 1, "m - 1 by expm1"),
        ("cost_slope", six_to_two, "turns once"),
        ("total_budget_size", lambda e: 2 * e, "spend C on training and serving"),
        ("forgone", swap, "the rest has its loss"),
    ],
)
def test_a_planted_error_is_caught_by_its_certificate(derived, reading, name, change, caught_by):
    with pytest.raises(CertificateError, match=caught_by):
        hold(reading[name], plant(derived, name, change))


@pytest.mark.parametrize("side", ["lhs", "rhs"])
@pytest.mark.parametrize(
    "name", ["pull", "balance", "iso_loss", "translated", "exchange", "total_budget"]
)
def test_every_leaf_of_a_two_sided_equation_matters(derived, reading, name, side):
    equation = getattr(derived, name)
    for mutant in mutants(getattr(equation, side)):
        sides = {"lhs": equation.lhs, "rhs": equation.rhs, side: mutant}
        wrong = sp.Eq(sides["lhs"], sides["rhs"], evaluate=False)
        if wrong != equation:
            with pytest.raises(CertificateError):
                hold(reading[name], dataclasses.replace(derived, **{name: wrong}))


@pytest.mark.parametrize("name", FIELDS)
def test_every_single_leaf_matters(derived, reading, name):
    right = getattr(derived, name).rhs
    wrong = [mutant for mutant in mutants(right) if mutant != right]
    assert wrong
    for mutant in wrong:
        with pytest.raises(CertificateError):
            hold(reading[name], plant(derived, name, lambda _, mutant=mutant: mutant))


def test_the_budget_is_the_one_the_package_uses(derived):
    assert derived.budget.rhs == FLOP_PER_PARAMETER_TOKEN * dv.N * dv.D


def test_k_D_does_not_depend_on_the_budget(derived):
    explicit = derived.k_D_post.rhs.subs({dv.N_opt: derived.N_opt.rhs, dv.D_opt: derived.D_opt.rhs})
    assert dv.C in explicit.free_symbols
    assert dv.C not in derived.k_D.rhs.free_symbols
    assert derived.k_D.rhs.diff(dv.C) == 0


def test_simplify_leaves_the_budget_in(derived):
    """The trap of chapter 3; if this fails, SymPy has improved and the chapter must say so."""
    d = derived
    explicit = d.k_D_post.rhs.subs({dv.N_opt: d.N_opt.rhs, dv.D_opt: d.D_opt.rhs})
    assert sp.simplify(explicit.subs(dv.G, d.G.rhs)).has(dv.C)


@pytest.mark.slow
def test_a_positive_multiplier_leaves_no_solution_and_a_free_one_does():
    """The third trap of chapter 3; the multiplier is what a FLOP takes off the loss."""
    assert [str(unknown) for unknown in dv.lagrange(positive=None)[1]] == ["N", "D", "lambda"]
    assert sp.solve(*dv.lagrange(positive=True)) == []
    [solution] = sp.solve(*dv.lagrange(positive=None))
    values = dict(zip((dv.A, dv.B, alpha, beta, dv.C), (400, 2000, 0.35, 0.37, 1e21), strict=True))
    size, tokens, multiplier = (float(value.subs(values)) for value in solution)
    assert multiplier == pytest.approx(-0.35 * 400 * size**-0.35 / 1e21, rel=1e-9)
    assert 6 * size * tokens == pytest.approx(1e21, rel=1e-9)


def test_the_package_computes_what_was_derived(derived):
    d = derived
    exponents = {alpha: sp.Float(POST.alpha, 30), beta: sp.Float(POST.beta, 30)}
    for size in (0.12, 0.3, 0.7, 1.5):
        exact = d.k_D.rhs.subs(exponents).subs(k_N, sp.Float(size, 30))
        assert data_scaling_factor(size, POST.alpha, POST.beta) == pytest.approx(
            float(exact), rel=1e-13
        )
        overhead = d.overhead.rhs.subs(exponents).subs(k_N, sp.Float(size, 30))
        assert compute_overhead(size, POST.alpha, POST.beta) == pytest.approx(
            float(overhead), rel=1e-12
        )
    assert minimum_model_scale(POST.alpha, POST.beta) == pytest.approx(
        float(d.k_min.rhs.subs(exponents)), rel=1e-14
    )
    served = d.served_for_rate.rhs.subs(exponents).subs(dv.m, 2)
    assert lifetime_scales(float(served), POST.alpha, POST.beta) == pytest.approx(
        scales_from_marginal_rate(2, POST.alpha, POST.beta), rel=1e-14
    )
    even = d.break_even.rhs.subs(k_D, d.k_D.rhs).subs(exponents).subs(k_N, sp.Float("0.5", 30))
    assert break_even(0.5, POST.alpha, POST.beta) == pytest.approx(float(even), rel=1e-13)
    scales = [float(e.rhs.subs(exponents).subs(dv.m, 2)) for e in (d.k_N_of_m, d.k_D_of_m)]
    np.testing.assert_allclose(
        scales_from_marginal_rate(2, POST.alpha, POST.beta), scales, rtol=1e-14
    )


def test_the_law_and_its_optimum_are_those_of_the_package(derived):
    values = dict(zip((dv.E, dv.A, dv.B, alpha, beta), dataclasses.astuple(POST), strict=True))
    budget = 1e23
    best = POST.compute_optimal(budget)
    d = derived
    for equation, expected in ((d.N_opt, best.N), (d.D_opt, best.D)):
        explicit = equation.rhs.subs(dv.G, d.G.rhs).subs(values).subs(dv.C, budget)
        assert float(explicit) == pytest.approx(expected, rel=1e-12)
    loss = d.loss.rhs.subs(values).subs({dv.N: 7e9, dv.D: 1e12})
    assert float(loss) == pytest.approx(POST.loss(7e9, 1e12), rel=1e-14)


def test_the_forms_for_machines_keep_every_digit_next_to_the_optimum(derived):
    """And the plain one does not, which is why they are there."""
    functions = {"h": lambda x: float(mpmath.expm1(mpmath.mpf(x)) - mpmath.mpf(x))}
    d, size = derived, 1 + 1e-9
    with mpmath.workdps(40):
        log_k_D = sp.lambdify((k_N, alpha, beta), d.log_k_D.rhs, ["math"])(size, *EXPONENTS)
        overhead = d.accurate_overhead.rhs.subs(sp.log(k_D), dv.x)
        accurate = sp.lambdify((k_N, alpha, beta, dv.x), overhead, [functions, "math"])
        excess = sp.lambdify((k_N, alpha, beta), d.excess_rate.rhs, ["math"])(size, *EXPONENTS)
        exact = {alpha: sp.Float(POST.alpha, 40), beta: sp.Float(POST.beta, 40)}
        at = {k_N: sp.Float(size, 40)}
        overhead_there = float(d.overhead.rhs.subs(exact).subs(at))
        found = accurate(size, *EXPONENTS, log_k_D)
        assert found == pytest.approx(overhead_there, rel=1e-12, abs=0)
        assert excess == pytest.approx(
            float(d.slope.rhs.subs(exact).subs(at) - 1), rel=1e-12, abs=0
        )
    assert size * np.exp(log_k_D) - 1 != pytest.approx(overhead_there, rel=0.1, abs=0)


def test_what_cancels_in_logs_cancels_exactly():
    power = (dv.A * dv.C**alpha) ** (1 / alpha)
    assert dv.cancel_in_logs(power / dv.A ** (1 / alpha)) == dv.C
    assert dv.log_of(dv.A**alpha * dv.B) == alpha * sp.log(dv.A) + sp.log(dv.B)


def test_k_D_left_side_is_k_D(derived):
    assert derived.k_D.lhs == k_D
