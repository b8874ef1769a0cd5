"""What chapter 13 proves about laws that are not spelled out: lemmas, checked in SymPy.

A lemma holds no statement of `analysis.theorem`; it is the algebra inside a proof.
"""

from __future__ import annotations

import sympy as sp

from analysis._door import takes
from analysis.theorem import D, N, a, alpha, b, beta, kappa

x, y, u = sp.symbols("x y u", real=True)
F, G = sp.Function("F"), sp.Function("G")


@takes(expression=sp.Expr)
def in_logs(expression: sp.Expr) -> sp.Expr:
    """Write an expression in N and D as one in x = ln N and y = ln D."""
    return expression.subs({N: sp.exp(x), D: sp.exp(y)})


@takes(loss=sp.Expr, cost=sp.Expr)
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
