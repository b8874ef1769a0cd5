"""A certificate for each step of the derivation, from first principles.

A certificate knows the law and the budget, but not the way in which `analysis.derivation` found the
step. It is an assertion: plant an error in a step and its certificate fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, TypeVar

import sympy as sp

from analysis.derivation.steps import (
    A,
    B,
    C,
    D,
    D_opt,
    Derivation,
    E,
    G,
    N,
    N_opt,
    T,
    alpha,
    beta,
    h,
    k_D,
    k_N,
    log_of,
    m,
    r,
    t,
    u,
    x,
)
from analysis.internal.doors import checked
from analysis.internal.kinds import function, named

S = TypeVar("S")
CLEARLY = 1e-6
"""What no rounding of fifteen digits comes near."""


class CertificateError(AssertionError):
    """A step of the derivation does not hold; the message names the certificate."""


@checked
def certify(derivation: Derivation) -> list[str]:
    """Check every step from first principles and return the names of the certificates.

    Each certificate uses the law and the budget, not the way in which `derive` found the step.

    Raises
    ------
    CertificateError
        Naming the first certificate that fails.
    """
    return hold(CERTIFICATES, derivation)


@checked
def hold(
    certificates: Annotated[Mapping[str, Callable[[S], bool]], named(function)], statements: S
) -> list[str]:
    """Check statements by every certificate and return the certificates' names.

    Raises
    ------
    CertificateError
        Naming the first certificate that fails.
    """
    for name, holds in certificates.items():
        if not holds(statements):
            raise CertificateError(f"the certificate does not hold: {name}")
    return list(certificates)


@checked
def is_zero(expression: sp.Expr) -> bool:
    """Say whether an expression in positive symbols vanishes, its powers taken together.

    One point where it does not is enough to say no; that it does everywhere is proved.
    """
    if differs_from_zero(expression):
        return False
    return bool(sp.simplify(sp.powdenest(sp.expand(expression), force=True)) == 0)


def differs_from_zero(expression: sp.Expr) -> bool:
    """Say whether an expression in positive symbols is clearly not zero at one point of them."""
    symbols = sorted(expression.free_symbols, key=str)
    point = {symbol: sp.Rational(7 + i, 5) for i, symbol in enumerate(symbols)}
    there = expression.evalf(subs=point)
    return isinstance(there, sp.Float) and bool(abs(there) > CLEARLY)


def _explicit(d: Derivation, expression: sp.Expr) -> sp.Expr:
    """Write N_opt, D_opt and G out in A, B, alpha, beta and C."""
    return expression.subs({N_opt: d.N_opt.rhs, D_opt: d.D_opt.rhs}).subs(G, d.G.rhs)


def _same_monomial(left: sp.Expr, right: sp.Expr) -> bool:
    return bool(sp.expand(log_of(left / right)) == 0)


def _law(d: Derivation) -> bool:
    rate = [
        sp.diff(d.loss.rhs, s) * s / (d.loss.rhs - E).subs(o, sp.oo) for s, o in ((N, D), (D, N))
    ]
    return bool(rate == [-alpha, -beta] and d.loss.rhs.subs({N: 1, D: 1}) == E + A + B)


def _budget(d: Derivation) -> bool:
    return bool(sp.cancel(d.budget.rhs / (N * D)) == 6 and d.budget.lhs == C)


def _on_budget(d: Derivation) -> bool:
    tokens = sp.solve(d.budget.subs(N, sp.exp(x)), D)[0]
    return is_zero(d.loss_on_budget.rhs - d.loss.rhs.subs({N: sp.exp(x), D: tokens}))


def _convex(d: Derivation) -> bool:
    curvature = sp.diff(d.loss_on_budget.rhs, x, 2)
    return bool(curvature.is_positive is True and sp.expand(curvature - d.curvature.rhs) == 0)


def _stationary(d: Derivation) -> bool:
    falling, rising = (
        sp.diff(term, x).subs(x, sp.log(_explicit(d, N_opt)))
        for term in (A * sp.exp(-alpha * x), B * (C / 6) ** -beta * sp.exp(beta * x))
    )
    return _same_monomial(-falling, rising)


def _spends_budget(d: Derivation) -> bool:
    return _same_monomial(_explicit(d, d.budget.rhs.subs({N: N_opt, D: D_opt})), C)


def _pull(d: Derivation) -> bool:
    lagrange = [sp.diff(d.loss.rhs, s) / sp.diff(d.budget.rhs, s) for s in (N, D)]
    price = [term.subs({N: N_opt, D: D_opt}) * -C for term in lagrange]
    price = [term.subs(C, 6 * N_opt * D_opt) for term in price]
    sides = (d.pull.lhs, d.pull.rhs)
    return all(_same_monomial(term, side) for term, side in zip(price, sides, strict=True))


def _balance(d: Derivation) -> bool:
    ratio = _explicit(d, A * N_opt**-alpha / (B * D_opt**-beta))
    return _same_monomial(ratio, d.balance.rhs) and _same_monomial(
        _explicit(d, d.balance.lhs), ratio
    )


def _iso_loss(d: Derivation) -> bool:
    at = d.loss.rhs.subs({N: k_N * N_opt, D: k_D * D_opt}) - d.loss.rhs.subs({N: N_opt, D: D_opt})
    return is_zero(at - (d.iso_loss.lhs - d.iso_loss.rhs))


def _translated(d: Derivation) -> bool:
    moved = d.loss.rhs.subs({N: N * t ** (1 / alpha), D: D * t ** (1 / beta)}, simultaneous=True)
    left, right = d.translated.lhs.doit(), d.translated.rhs.doit()
    return is_zero(left - (moved - E)) and is_zero(t * right - (d.loss.rhs - E))


def _post_solves_iso_loss(d: Derivation) -> bool:
    return is_zero((d.iso_loss.lhs - d.iso_loss.rhs).subs(k_D, d.k_D_post.rhs))


def _closed_form_is_the_post(d: Derivation) -> bool:
    ratio = A * N_opt**-alpha / (B * D_opt**-beta)
    return is_zero(d.k_D.rhs**-beta - d.k_D_post.rhs.subs(A, d.balance.rhs * A / ratio) ** -beta)


def _budget_free(d: Derivation) -> bool:
    shortfall = _explicit(d, (1 - d.k_D_post.rhs**-beta) / (k_N**-alpha - 1))
    derivative = sp.diff(log_of(sp.powdenest(sp.factor(shortfall), force=True)), C)
    return bool(sp.cancel(derivative) == 0)


def _no_coefficient_left(d: Derivation) -> bool:
    return bool(d.k_D.free_symbols == {k_D, k_N, alpha, beta} and sp.diff(d.k_D.rhs, C) == 0)


def _exchange(d: Derivation) -> bool:
    solved = (d.exchange.lhs - d.exchange.rhs).subs(k_D, d.k_D.rhs)
    return is_zero(solved) and d.exchange.lhs.has(k_D)


def _overhead(d: Derivation) -> bool:
    return is_zero(d.overhead.rhs - (k_N * d.k_D.rhs - 1))


def _flat(d: Derivation) -> bool:
    f = d.overhead.rhs
    first, second = (sp.simplify(sp.diff(f, k_N, n).subs(k_N, 1)) for n in (1, 2))
    return bool(f.subs(k_N, 1) == 0 and first == 0 and sp.expand(second - alpha - beta) == 0)


def _series(d: Derivation) -> bool:
    log_ratio = u + sp.log(d.k_D.rhs.subs(k_N, sp.exp(u)))
    gap = log_ratio - d.log_series.rhs
    return all(sp.simplify(sp.diff(gap, u, n).subs(u, 0)) == 0 for n in range(4))


def _wall(d: Derivation) -> bool:
    remainder = sp.powdenest(d.k_D.rhs**-beta, force=True)
    at_wall = sp.simplify(sp.powdenest(remainder.subs(k_N, d.k_min.rhs), force=True))
    return at_wall == 0 and sp.diff(remainder, k_N).is_positive is True


def _slope(d: Derivation) -> bool:
    return is_zero(d.slope.rhs + k_N * sp.diff(sp.log(d.k_D.rhs), k_N))


def _rate(d: Derivation) -> bool:
    by_size, by_data = (s * sp.diff(d.loss.rhs, s) for s in (N, D))
    return _same_monomial(by_size / by_data, d.rate.rhs)


def _parametrised(d: Derivation) -> bool:
    tokens = sp.powdenest(d.k_D.rhs**-beta, force=True).subs(k_N, d.k_N_of_m.rhs)
    rate = d.slope.rhs.subs(k_N, d.k_N_of_m.rhs)
    return is_zero(tokens - d.k_D_of_m.rhs**-beta) and is_zero(rate - m)


def _limits(d: Derivation) -> bool:
    size = sp.limit(sp.powdenest(d.k_N_of_m.rhs**alpha, force=True), m, sp.oo)
    tokens = sp.limit(sp.powdenest(d.k_D_of_m.rhs**beta, force=True), m, 0)
    optimum = (d.k_N_of_m.rhs.subs(m, 1).simplify(), d.k_D_of_m.rhs.subs(m, 1).simplify())
    return (
        is_zero(size - d.k_min.rhs**alpha)
        and is_zero(tokens - alpha / (alpha + beta))
        and optimum == (1, 1)
    )


def _lifetime(size: sp.Expr, data: sp.Expr) -> sp.Expr:
    return 6 * size * data + 2 * r * size * T


def _gain_along_iso_loss() -> sp.Expr:
    """What a step along the iso-loss curve, m per cent more data for one of size, saves."""
    return N * sp.diff(_lifetime(N, D), N) - m * D * sp.diff(_lifetime(N, D), D)


def _served(d: Derivation) -> bool:
    return bool(sp.simplify(_gain_along_iso_loss().subs(r, 1).subs(m, d.served.rhs)) == 0)


def _served_at_price(d: Derivation) -> bool:
    return bool(sp.simplify(_gain_along_iso_loss().subs(m, d.served_at_price.rhs)) == 0)


def _served_for_rate(d: Derivation) -> bool:
    use = d.served_for_rate.rhs * D_opt / r
    at = _gain_along_iso_loss().subs(T, use).subs(D, d.k_D_of_m.rhs * D_opt)
    return is_zero(d.served_for_rate.lhs - r * T / D_opt) and is_zero(at)


def _break_even(d: Derivation) -> bool:
    gap = _lifetime(k_N * N_opt, k_D * D_opt) - _lifetime(N_opt, D_opt)
    even = sp.simplify(gap.subs(T, d.break_even.rhs * D_opt / r))
    return bool(is_zero(d.break_even.lhs - r * T / D_opt) and even == 0)


def _written_out(expression: sp.Expr) -> sp.Expr:
    return expression.replace(h, lambda x: sp.exp(x) - 1 - x).rewrite(sp.exp).rewrite(sp.log)


def _log_k_D(d: Derivation) -> bool:
    return d.log_k_D.lhs == sp.log(k_D) and is_zero(
        sp.exp(-beta * _written_out(d.log_k_D.rhs)) - d.k_D.rhs**-beta
    )


def _accurate(d: Derivation) -> bool:
    log_ratio = sp.expand_log(sp.log(1 + _written_out(d.accurate_overhead.rhs)), force=True)
    gap = sp.expand(log_ratio - sp.log(k_N) - sp.log(k_D), log=False)
    return is_zero(gap.subs(k_D**-beta, d.k_D.rhs**-beta))


def _excess(d: Derivation) -> bool:
    return is_zero(_written_out(d.excess_rate.rhs) - (d.slope.rhs - 1))


def _cost_slope(d: Derivation) -> bool:
    tokens = sp.Function("tokens")(N)
    along = N * sp.diff(_lifetime(N, tokens), N)
    along = along.subs(sp.diff(tokens, N), -m * tokens / N).subs(tokens, D)
    above_wall = ((t + beta) / (alpha + beta)) ** (1 / alpha)
    falls = sp.factor(sp.diff(d.slope.rhs, k_N).subs(k_N, above_wall))
    return is_zero(along - d.cost_slope.rhs) and falls.is_negative is True


def _total_budget_size(d: Derivation) -> bool:
    spent = _lifetime(d.total_budget_size.rhs * N_opt, k_D * D_opt)
    return is_zero(spent - 6 * N_opt * D_opt)


def _total_budget(d: Derivation) -> bool:
    run = {N: k_N * N_opt, D: k_D * D_opt}
    rate = (d.rate.rhs.subs(run)).subs(A, d.balance.rhs * B * D_opt**-beta * N_opt**alpha)
    paid = d.served_at_price.rhs.subs(run)
    gap = (sp.log(rate) - sp.log(paid)).subs(k_N, d.total_budget_size.rhs)
    stated = sp.log(d.total_budget.lhs / d.total_budget.rhs)
    rises = sp.simplify(k_D * sp.diff(stated, k_D))
    return is_zero(sp.expand_log(gap - stated)) and sp.factor(rises).is_positive is True


def _forgone(d: Derivation) -> bool:
    left = 1 - d.forgone.rhs
    optimum = sp.powdenest(left ** (-alpha * beta / (alpha + beta)), force=True)
    capped = (beta * k_N**-alpha + alpha * (1 / k_N) ** -beta) / (alpha + beta)
    falls = [s * sp.diff(sp.log(opt), C) for s, opt in ((C, d.N_opt.rhs), (C, d.D_opt.rhs))]
    power = alpha * beta / (alpha + beta)
    same = is_zero(falls[0] * alpha - power) and is_zero(falls[1] * beta - power)
    return same and is_zero(optimum - capped)


CERTIFICATES = {
    "the law has exponents alpha and beta and coefficients A and B": _law,
    "the budget is 6 N D": _budget,
    "the loss along the budget line is the law there": _on_budget,
    "that loss is strictly convex in ln N, so the optimum is unique": _convex,
    "N_opt is stationary on the budget line": _stationary,
    "N_opt and D_opt spend the budget": _spends_budget,
    "at the optimum the pulls of size and of data are equal": _pull,
    "at the optimum the reducible terms stand as beta to alpha": _balance,
    "the iso-loss equation compares the law at two points": _iso_loss,
    "scaled by powers of t, size and data divide the reducible loss by t": _translated,
    "the post's k_D solves the iso-loss equation": _post_solves_iso_loss,
    "the closed form is the post's k_D with the balance put in": _closed_form_is_the_post,
    "the post's k_D does not change with C": _budget_free,
    "the closed form holds k_N, alpha and beta only": _no_coefficient_left,
    "the exchange of size for data is the closed form as a sum": _exchange,
    "the overhead is k_N k_D - 1": _overhead,
    "at k_N = 1 the overhead is 0, flat, and curves as alpha + beta": _flat,
    "the series of ln(k_N k_D) holds to third order": _series,
    "k_D**-beta rises with k_N and is 0 at k_min": _wall,
    "m is the slope of the iso-loss curve": _slope,
    "the law's own slope at a run is m there": _rate,
    "k_N(m) and k_D(m) trace that curve": _parametrised,
    "m to infinity gives k_min, m to 0 the least data, m = 1 the optimum": _limits,
    "the cheapest model to train and serve has m = 1 + T/(3D)": _served,
    "where a FLOP of serving costs r, it has m = 1 + r T/(3D)": _served_at_price,
    "r T / D_opt gives its marginal rate through k_D": _served_for_rate,
    "ln k_D by expm1 and log1p is that of the closed form": _log_k_D,
    "the overhead as a sum of two h is k_N k_D - 1": _accurate,
    "m - 1 by expm1 is the slope less one": _excess,
    "at break-even both models have cost the same over their lives": _break_even,
    "along an iso-loss curve the lifetime cost turns once, where m = 1 + r T/(3D)": _cost_slope,
    "k_N and k_D spend C on training and serving": _total_budget_size,
    "what C buys at most, serving paid, has that m too, and is one run": _total_budget,
    "of what a size forgoes at the cap, the rest has its loss": _forgone,
}
"""Each certificate's claim, and the function that checks it."""
