"""A certificate for each statement of `analysis.theorem`, from first principles.

A certificate knows the loss and the cost, but not how a statement was found. Plant an error in a
statement and its certificate fails.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from analysis.derivation import hold, is_zero, log_of
from analysis.derivation.certificates import differs_from_zero
from analysis.internal.doors import checked
from analysis.theorem.statements import (
    LEMMAS,
    A,
    B,
    C,
    D,
    D_c,
    D_opt,
    F,
    G,
    K,
    L,
    N,
    N_c,
    N_opt,
    Psi,
    R,
    Statements,
    U,
    Z,
    a,
    alpha,
    alpha_D,
    alpha_N,
    b,
    beta,
    in_logs,
    k_D,
    k_N,
    kappa,
    lam,
    m,
    n,
    omega,
    p,
    q,
    s,
    slope_and_bend,
    t,
    tau,
    u,
    x,
    y,
)

TWO_POWERS = A * N**-alpha + B * D**-beta


@checked
def certify_theorem(statements: Statements) -> list[str]:
    """Check every statement from first principles and return the names of the certificates.

    Raises
    ------
    CertificateError
        Naming the first certificate that fails.
    """
    return hold(CERTIFICATES, statements)


def _same(left: sp.Expr, right: sp.Expr) -> bool:
    """Compare two fractions by their numerator alone."""
    if differs_from_zero(left - right):
        return False
    return bool(sp.expand(sp.numer(sp.together(sp.expand(left - right)))) == 0)


def _law(st: Statements) -> bool:
    monomial = sp.log(kappa) + p * sp.log(N) + q * sp.log(D)
    sides = st.law.lhs, st.law.rhs, st.cost.lhs
    return bool(sides == (L, Psi(TWO_POWERS), C) and sp.expand(log_of(st.cost.rhs) - monomial) == 0)


def _one_optimum(st: Statements) -> bool:
    along = in_logs(st.law.rhs.args[0]).subs(y, (C - p * x) / q)
    return bool(sp.diff(along, x, 2).is_positive)


def _tangency(st: Statements) -> bool:
    loss, cost = st.law.rhs.args[0], sp.log(st.cost.rhs)
    rates = [sp.diff(loss, v) / sp.simplify(sp.diff(cost, v)) for v in (N, D)]
    found = (rates[0] - rates[1]).subs({N: N_opt, D: D_opt})
    return is_zero(found + st.tangency.lhs - st.tangency.rhs)


def _shares(st: Statements) -> bool:
    terms = {A: st.size_term.rhs * N_opt**alpha, B: st.data_term.rhs * D_opt**beta}
    sides = [side.subs(terms) for side in st.tangency.args]
    named = {A * N_opt**-alpha: st.size_term.lhs, B * D_opt**-beta: st.data_term.lhs}
    return all(is_zero(side - Z) for side in sides) and all(k == v for k, v in named.items())


def _iso_loss(st: Statements) -> bool:
    moved = TWO_POWERS.subs({N: k_N * N_opt, D: k_D * D_opt}, simultaneous=True)
    still = TWO_POWERS.subs({N: N_opt, D: D_opt})
    terms = {A: st.size_term.rhs * N_opt**alpha, B: st.data_term.rhs * D_opt**beta}
    found = sp.expand(sp.expand_power_base(moved - still, force=True)).subs(terms)
    return is_zero(found - (st.iso_loss.lhs - st.iso_loss.rhs))


def _cancels(st: Statements) -> bool:
    without = sp.expand((st.iso_loss.lhs - st.iso_loss.rhs) * alpha * beta / Z)
    return Z not in without.free_symbols and is_zero(without - st.exchange.lhs + st.exchange.rhs)


def _k_D(st: Statements) -> bool:
    sides = st.exchange.lhs - st.exchange.rhs
    free = {A, B, C, kappa, Z, N_opt, D_opt}
    return (
        st.k_D.lhs == k_D
        and is_zero(sides.subs(k_D, st.k_D.rhs))
        and not free & st.k_D.rhs.free_symbols
    )


def _k_min(st: Statements) -> bool:
    return is_zero(st.k_D.rhs.subs(k_N, st.k_min.rhs) ** -beta)


def _bend(st: Statements) -> bool:
    h = sp.log(st.k_D.rhs.subs(k_N, sp.exp(u)))
    _, found = slope_and_bend(in_logs(TWO_POWERS), p * x + q * y)
    at_optimum = found.subs(A, p * Z / alpha * sp.exp(alpha * x)).subs(
        B, q * Z / beta * sp.exp(beta * y)
    )
    return is_zero(sp.diff(h, u, 2).subs(u, 0) - st.bend.rhs) and is_zero(at_optimum - st.bend.rhs)


def _kaplan(st: Statements) -> bool:
    inside = {A: N_c**alpha, B: D_c, beta: 1}
    sum_of_powers = TWO_POWERS.subs(inside).subs(alpha, alpha_N / alpha_D)
    return st.kaplan.lhs == L and is_zero(
        sp.expand_power_base(st.kaplan.rhs ** (1 / alpha_D), force=True) - sum_of_powers
    )


def _third_term(st: Statements) -> bool:
    scaled = {N: lam ** (1 / alpha) * N, D: lam ** (1 / beta) * D}
    third = st.third_term.rhs - TWO_POWERS
    if third != K * N**-a * D**-b or st.balanced.rhs != 1:
        return False
    two = sp.expand_power_base(TWO_POWERS.subs(scaled, simultaneous=True), force=True)
    power = log_of(third.subs(scaled, simultaneous=True) / third) / sp.log(lam)
    return is_zero(sp.powdenest(two, force=True) - TWO_POWERS / lam) and is_zero(
        sp.expand(power) + st.balanced.lhs
    )


def _family(st: Statements) -> bool:
    F_x, G_y = (sp.diff(in_logs(st.family.rhs), v) for v in (x, y))
    if not F_x.has(x) or F_x.has(y) or not G_y.has(y) or G_y.has(x):
        return False
    X, Y = sp.symbols("X Y", positive=True)
    v, w = (sp.simplify(-1 / g.subs({x: sp.log(X) / m, y: sp.log(Y) / n})) for g in (F_x, G_y))
    affine = is_zero(sp.diff(v, X, 2)) and is_zero(sp.diff(w, Y, 2))
    return affine and is_zero(m * v.subs(X, 0) + n * w.subs(Y, 0)) and v.subs(X, 0) == tau / m


def _family_equations(st: Statements) -> bool:
    """p' = p (p + m) and q' = q (q + n)."""
    loss = in_logs(st.family.rhs)
    for variable, exponent in ((x, m), (y, n)):
        rate = sp.simplify(sp.diff(loss, variable, 2) / sp.diff(loss, variable))
        if sp.simplify(sp.diff(rate, variable) - rate * (rate + exponent)) != 0:
            return False
    return True


def _family_exchange(st: Statements) -> bool:
    """At the optimum, with X = tau A N**-m and Y = tau B D**-n, cleared of denominators."""
    X, Y, size, data = sp.symbols("X Y size data", positive=True)
    Y_opt = sp.solve(m * X * (1 - Y) - n * Y * (1 + X), Y)[0]
    loss = in_logs(st.family.rhs)
    pull = sp.diff(loss, x) - sp.diff(loss, y)
    powers = {A: X * sp.exp(m * x) / tau, B: Y * sp.exp(n * y) / tau}
    moved = (1 + X * size) * (1 - Y) - (1 + X) * (1 - Y * data)
    exchange = (st.family_exchange.lhs - st.family_exchange.rhs).subs(
        {k_N: size ** (-1 / m), k_D: data ** (-1 / n)}
    )
    [solved] = sp.solve(moved.subs(Y, Y_opt), data)
    return is_zero(pull.subs(powers).subs(Y, Y_opt)) and is_zero(exchange.subs(data, solved))


def _family_limit(st: Statements) -> bool:
    sum_of_powers = TWO_POWERS.subs({alpha: m, beta: n})
    return is_zero(sp.limit(st.family.rhs, tau, 0, "+") - sum_of_powers)


def _simplest(st: Statements) -> bool:
    member = st.family.rhs.subs({tau: 1, A: 1, B: 1, m: 1, n: 1})
    pull = sp.diff(in_logs(st.simplest.rhs), x) - sp.diff(in_logs(st.simplest.rhs), y)
    path = pull.subs({x: sp.log(N_opt), y: sp.log(st.simplest_path.rhs)})
    return member == st.simplest.rhs and is_zero(path) and st.simplest_path.lhs == D_opt


def _simplest_k_D(st: Statements) -> bool:
    loss = sp.exp(st.simplest.rhs)
    best = {N: N_opt, D: st.simplest_path.rhs}
    moved = {N: k_N * N_opt, D: st.simplest_k_D.rhs * st.simplest_path.rhs}
    return bool(sp.simplify(loss.subs(moved) / loss.subs(best)) == 1)


def _bent(st: Statements) -> bool:
    """Every leaf is one curve moved to the optimum, and touches the budget line there."""
    size, tokens = (equation.rhs for equation in st.bent_path)
    best = {N: size, D: tokens}
    moved = {N: k_N * size, D: st.bent_k_D.rhs * tokens}
    left = st.bent.lhs
    pulls = [(v * sp.diff(left, v)).subs(best) for v in (N, D)]
    return bool(
        sp.simplify(left.subs(best) - st.bent.rhs) == 0
        and sp.simplify(left.subs(moved) - st.bent.rhs) == 0
        and sp.simplify(pulls[0] - pulls[1]) == 0
        and sp.simplify(sp.diff(sp.log(tokens), t) - 1) != 0
    )


def _attention(st: Statements) -> bool:
    cost = sp.log(in_logs(6 * N * D + K * N ** sp.Rational(2, 3) * D))
    slope, _ = slope_and_bend(F(x) + G(y), cost)
    if not _same(slope.subs(x, sp.log(N)), st.attention_slope):
        return False
    ends = [sp.limit(st.attention_slope, N, end) for end in (0, sp.oo)]
    return ends == [-sp.Rational(2, 3), -1]


def _embedding(st: Statements) -> bool:
    loss = in_logs((N + omega * N ** sp.Rational(1, 3)) ** -alpha)
    found = (sp.diff(loss, x, 2) / sp.diff(loss, x)).subs(x, sp.log(N))
    if not _same(found, st.embedding_bend):
        return False
    ends = [sp.simplify(sp.limit(st.embedding_bend, N, end)) for end in (0, sp.oo)]
    return ends == [-alpha / 3, -alpha]


def _repeated(st: Statements) -> bool:
    fresh = U * (1 + R * (1 - sp.exp(-(sp.exp(y) / U - 1) / R)))
    loss = fresh**-beta
    found = (sp.diff(loss, y, 2) / sp.diff(loss, y)).subs(y, sp.log(s * U))
    start = st.repeated_bend.subs(s, 1)
    return (
        _same(found, st.repeated_bend)
        and is_zero(start + beta + 1 / R)
        and sp.limit(st.repeated_bend, s, sp.oo) == -sp.oo
    )


def _of_no_statement(holds: Callable[[], bool]) -> Callable[[Statements], bool]:
    return lambda _: holds()


CERTIFICATES: dict[str, Callable[[Statements], bool]] = {
    "the loss is Psi of a sum of two powers, the cost a product of powers": _law,
    "along a budget line the sum of powers is convex: one optimum": _one_optimum,
    "the tangency is that of loss and cost": _tangency,
    "both terms at the optimum are fixed by Z": _shares,
    "the iso-loss curve through the optimum, by Z": _iso_loss,
    "Z, and with it the budget, cancels": _cancels,
    "k_D solves the exchange and holds no A, B, kappa or C": _k_D,
    "1/k_D is 0 at k_min": _k_min,
    "the bend of the exchange curve is the same from k_D and from the law": _bend,
    "Kaplan's law is a power of a sum of two powers": _kaplan,
    "a third term scales with the other two exactly if it is balanced": _third_term,
    "the family: -1/F' and -1/G' are exponentials plus constants that balance": _family,
    "the family satisfies the equations of the classification": _family_equations,
    "the family has the exchange curve of the sum of powers": _family_exchange,
    "the family tends to the sum of powers": _family_limit,
    "the simplest member has the path D = N + 2": _simplest,
    "the simplest member has k_D = 1/(2 - 1/k_N) at every budget": _simplest_k_D,
    "the bent law is one curve moved along a bent path": _bent,
    "with attention counted, the first-order exchange moves from 2/3 to 1": _attention,
    "with non-embedding parameters, the bend moves from alpha/3 to alpha": _embedding,
    "with repeated data, the bend jumps at the last fresh token and then grows": _repeated,
    **{name: _of_no_statement(holds) for name, holds in LEMMAS.items()},
}
"""Each certificate's claim, and the function that checks it."""
