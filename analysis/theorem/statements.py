"""Which laws have a budget-free k_D: the statements of chapter 14 in SymPy.

Theorem. Let L = Psi(A N**-alpha + B D**-beta), Psi increasing, at cost C = kappa N**p D**q. Then

    p beta k_N**-alpha + q alpha k_D**-beta = p beta + q alpha

at every budget. In x = ln N, y = ln D the iso-loss curves are translates of one another along the
path of compute-optimal runs, and that, not the sum of powers, is what budget-free means.

An additive law F(x) + G(y) with p = F''/F', q = G''/G' at the optimum of cost N D has an exchange
curve h(u) = ln k_D, u = ln k_N, with h'(0) = -1 and h''(0) = -(p + q). The pairs F, G for which k_D
is budget-free have -1/F' = c0 + c1 exp(m x) and -1/G' = d0 + d1 exp(n y) with m c0 + n d0 = 0; for
m, n > 0 that is, with one parameter tau,

    (1/tau) ln(1 + tau A N**-m) - (1/tau) ln(1 - tau B D**-n),

which tends to the sum of powers as tau goes to 0. `state()` returns every statement as a SymPy
object; `analysis.theorem.certificates` checks each from first principles.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from analysis.internal.display import Shown
from analysis.internal.doors import checked

N, D, C, A, B, kappa = sp.symbols("N D C A B kappa", positive=True)
alpha, beta, p, q, k_N, k_D = sp.symbols("alpha beta p q k_N k_D", positive=True)
N_opt, D_opt, Z = sp.symbols("N_opt D_opt Z", positive=True)
m, n, tau, lam, a, b, K = sp.symbols("m n tau lambda a b K", positive=True)
N_c, D_c, alpha_N, alpha_D = sp.symbols("N_c D_c alpha_N alpha_D", positive=True)
omega, U, R, s = sp.symbols("omega U R s", positive=True)
t = sp.Symbol("t", real=True)
L = sp.Symbol("L", positive=True)
Psi = sp.Function("Psi")


@dataclass(frozen=True)
class Statements(Shown):
    """What chapter 14 states.

    Attributes
    ----------
    law, cost
        The loss and the cost of the theorem.
    tangency
        At the optimum the pulls of size and of data stand as p to q; their common value is Z.
    size_term, data_term
        The two terms at the optimum, by Z, the only place where the budget enters.
    iso_loss
        The runs of the optimum's loss, by Z.
    exchange, k_D, k_min
        The same without Z; solved for k_D; the size at which k_D is infinite.
    bend
        h''(0), the curvature of the exchange curve at the optimum, in logarithms.
    kaplan
        The law of Kaplan et al. as Psi of a sum of powers.
    third_term, balanced
        A sum of powers with a third term, and the condition under which it is budget-free.
    family, family_exchange
        The additive family with m, n > 0 (cost N D), and its exchange curve.
    simplest, simplest_path, simplest_k_D
        Its simplest member with tau = 1, the compute-optimal runs, and k_D.
    bent, bent_path, bent_k_D
        A budget-free law that is no sum of two terms: the runs of loss exp(-t), the optimum, k_D.
    attention_slope
        h'(0) for the cost 6 N D + K N**(2/3) D, which depends on N.
    embedding_bend
        F''/F' for A (N + omega N**(1/3))**-alpha, which depends on N.
    repeated_bend
        G''/G' for the effective data of D = s U tokens, s >= 1, which depends on s.
    """

    law: sp.Eq
    cost: sp.Eq
    tangency: sp.Eq
    size_term: sp.Eq
    data_term: sp.Eq
    iso_loss: sp.Eq
    exchange: sp.Eq
    k_D: sp.Eq
    k_min: sp.Eq
    bend: sp.Eq
    kaplan: sp.Eq
    third_term: sp.Eq
    balanced: sp.Eq
    family: sp.Eq
    family_exchange: sp.Eq
    simplest: sp.Eq
    simplest_path: sp.Eq
    simplest_k_D: sp.Eq
    bent: sp.Eq
    bent_path: tuple[sp.Eq, sp.Eq]
    bent_k_D: sp.Eq
    attention_slope: sp.Expr
    embedding_bend: sp.Expr
    repeated_bend: sp.Expr


def state() -> Statements:
    """Return the statements.

    Examples
    --------
    >>> statements = state()
    >>> statements.k_D.rhs.free_symbols == {alpha, beta, p, q, k_N}
    True
    """
    shares = p * Z / alpha, q * Z / beta
    closed = (1 + p * beta / (q * alpha) * (1 - k_N**-alpha)) ** (-1 / beta)
    kaplan = ((N_c / N) ** (alpha_N / alpha_D) + D_c / D) ** alpha_D
    curvature = sp.Symbol(r"h''(0)")
    half_turn = t + sp.sin(t) / 2
    return Statements(
        law=sp.Eq(L, Psi(A * N**-alpha + B * D**-beta), evaluate=False),
        cost=sp.Eq(C, kappa * N**p * D**q),
        tangency=sp.Eq(alpha * A * N_opt**-alpha / p, beta * B * D_opt**-beta / q),
        size_term=sp.Eq(A * N_opt**-alpha, shares[0]),
        data_term=sp.Eq(B * D_opt**-beta, shares[1]),
        iso_loss=sp.Eq(shares[0] * k_N**-alpha + shares[1] * k_D**-beta, sum(shares)),
        exchange=sp.Eq(p * beta * k_N**-alpha + q * alpha * k_D**-beta, p * beta + q * alpha),
        k_D=sp.Eq(k_D, closed),
        k_min=sp.Eq(sp.Symbol("k_min"), (1 + q * alpha / (p * beta)) ** (-1 / alpha)),
        bend=sp.Eq(curvature, p / q * (alpha + p / q * beta)),
        kaplan=sp.Eq(L, kaplan),
        third_term=sp.Eq(L, A * N**-alpha + B * D**-beta + K * N**-a * D**-b),
        balanced=sp.Eq(a / alpha + b / beta, 1),
        family=sp.Eq(
            L, sp.log(1 + tau * A * N**-m) / tau - sp.log(1 - tau * B * D**-n) / tau, evaluate=False
        ),
        family_exchange=sp.Eq(n * k_N**-m + m * k_D**-n, m + n),
        simplest=sp.Eq(L, sp.log(1 + 1 / N) - sp.log(1 - 1 / D)),
        simplest_path=sp.Eq(D_opt, N_opt + 2),
        simplest_k_D=sp.Eq(k_D, 1 / (2 - 1 / k_N)),
        bent=sp.Eq(sp.exp(t) / N + sp.exp(half_turn) / D, 2),
        bent_path=(sp.Eq(N_opt, sp.exp(t)), sp.Eq(D_opt, sp.exp(half_turn))),
        bent_k_D=sp.Eq(k_D, 1 / (2 - 1 / k_N)),
        attention_slope=-(6 * N + sp.Rational(2, 3) * K * N ** sp.Rational(2, 3))
        / (6 * N + K * N ** sp.Rational(2, 3)),
        embedding_bend=_embedding_bend(),
        repeated_bend=_repeated_bend(),
    )


def _embedding_bend() -> sp.Expr:
    """F''/F' in ln N, with w = N**(2/3): -alpha g + g'/g, where g = dln(N_total)/dln N."""
    w = N ** sp.Rational(2, 3)
    g = (w + omega / 3) / (w + omega)
    return -alpha * g + sp.Rational(4, 9) * omega * w / ((w + omega / 3) * (w + omega))


def _repeated_bend() -> sp.Expr:
    """G''/G' in ln D: 1 - s/R - (beta + 1) dln(effective data)/dln D."""
    fading = sp.exp(-(s - 1) / R)
    return 1 - s / R - (beta + 1) * s * fading / (1 + R * (1 - fading))


x, y, u = sp.symbols("x y u", real=True)
F, G = sp.Function("F"), sp.Function("G")


@checked
def in_logs(expression: sp.Expr) -> sp.Expr:
    """Write an expression in N and D as one in x = ln N and y = ln D."""
    return expression.subs({N: sp.exp(x), D: sp.exp(y)})


@checked
def slope_and_bend(loss: sp.Expr, cost: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Return h'(0) and h''(0) of the iso-loss curve in logs, where it touches the iso-cost curve.

    `loss` and `cost` are expressions in x and y. The curve is y + h(u) over x + u.
    """
    slope = -sp.diff(cost, x) / sp.diff(cost, y)
    second = sp.diff(loss, x, 2) + 2 * slope * sp.diff(loss, x, y) + slope**2 * sp.diff(loss, y, 2)
    return slope, -second / sp.diff(loss, y)


def straight_is_not_enough() -> bool:
    """f(N) + f(D) at cost N D: N = D = sqrt(C) is stationary, and the bend is -2 F''/F'."""
    loss = F(x) + F(y)
    pull = (sp.diff(loss, x) - sp.diff(loss, y)).subs(y, x).doit()
    _, bend = slope_and_bend(loss, x + y)
    found = bend.subs(y, x).doit() + 2 * sp.diff(F(x), x, 2) / sp.diff(F(x), x)
    return bool(pull == 0 and sp.simplify(found) == 0)


def straight_path() -> bool:
    """F''/F' + G''/G' = -kappa and F''/F' = r G''/G' leave two exponentials."""
    r, P, Q = sp.symbols("r P Q")
    [solution] = sp.solve([P + Q + kappa, P - r * Q], [P, Q], dict=True)
    slope = sp.dsolve(sp.diff(F(x), x) - solution[P] * F(x), F(x)).rhs
    exponent = sp.simplify(sp.diff(slope, x) / slope)
    return bool(not exponent.has(x, y) and sp.simplify(exponent + kappa * r / (1 + r)) == 0)


def small_third_term() -> bool:
    """The first order in a third term of size epsilon, if the exchange is to stay what it was.

    With X = k_N**-alpha and W = k_D**-beta it asks X**(a/alpha) W**(b/beta) to be
    1 + (a - b)(X - 1)/alpha, which no a, b > 0 allow: the left side is 0 at X = 0 and at W = 0.
    """
    epsilon, d = sp.symbols("epsilon d")
    X, W, power = sp.symbols("X W power", positive=True)
    third = sp.exp(-a * x - b * y)
    loss = sp.exp(-alpha * x) / alpha + sp.exp(-beta * y) / beta + epsilon * third
    best = {x: epsilon * d, y: -epsilon * d}
    moved = {x: epsilon * d - sp.log(X) / alpha, y: -epsilon * d - sp.log(W) / beta}
    pull = (sp.diff(loss, x) - sp.diff(loss, y)).subs(best)
    [shift] = sp.solve(sp.diff(pull, epsilon).subs(epsilon, 0), d)
    gap = sp.diff(loss.subs(moved) - loss.subs(best), epsilon).subs(epsilon, 0).subs(d, shift)
    gap = gap.subs(third.subs(moved).subs(epsilon, 0), power)
    asked = power - 1 - (a - b) / alpha * (X - 1)
    exchange = {W: 1 + beta / alpha * (1 - X)}
    both_ends = sp.solve([a - b - alpha, a - b + beta], [a, b])
    return bool(sp.simplify((gap - asked).subs(exchange)) == 0 and both_ends == [])


def classification() -> bool:
    """The algebra of the complete list: from h'', h''' to P' = P (P + m), Q' = Q (Q + n)."""
    P, Q, dP, dQ, h2, h3 = sp.symbols("P Q dP dQ h2 h3")
    n = -(h3 + h2**2) / h2
    found = sp.solve([dP - dQ - h2 * Q + h3 + h2**2, dP * Q + dQ * P], [dP, dQ], dict=True)[0]
    on_path = {Q: -h2 - P}
    size = sp.simplify((found[dP] - P * (P + h2 - n)).subs(on_path))
    data = sp.simplify((found[dQ] - Q * (Q + n)).subs(on_path))
    second = sp.diff(-1 / sp.diff(F(x), x), x, 2)
    slope = sp.diff(F(x), x)
    log_rate = sp.diff(slope, x) / slope
    ode = sp.diff(log_rate, x) - log_rate * (log_rate + kappa)
    third = sp.solve(ode, sp.diff(F(x), x, 3))[0]
    linear = second.subs(sp.diff(F(x), x, 3), third) - kappa * sp.diff(-1 / slope, x)
    return bool(size == 0 and data == 0 and sp.simplify(linear) == 0)


LEMMAS = {
    "a straight path alone leaves the bend free": straight_is_not_enough,
    "a straight path and a constant bend force two powers": straight_path,
    "a small third term moves k_D at first order": small_third_term,
    "the equations of the classification follow from h'' and h'''": classification,
}
"""Each lemma, and the function that checks it."""
