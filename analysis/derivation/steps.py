"""From L(N, D) to k_D in SymPy.

`derive()` performs the steps and returns every one as a SymPy equation. The book displays these
objects, and `analysis.derivation.certificates` checks them: what a reader sees is what was checked.

The one technique worth knowing: declare every symbol positive and work in logarithms. Then
`expand_log` turns a monomial into a sum that is linear in the logs of its symbols, and what cancels
cancels exactly. `simplify` does not find it (see chapter 3).

Sources: Hoffmann et al. 2022, section 3.3 (the law and its optimum, eqs. 2 and 4); de Vries 2023
(the data scaling factor); Kaplan et al. 2020, appendix B.4, eq. B.16 (the same form for parameters
and optimiser steps).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from analysis.internal.display import Shown
from analysis.internal.doors import checked
from analysis.internal.kinds import Flag, count, either

N, D, C, L, E, A, B, G = sp.symbols("N D C L E A B G", positive=True)
alpha, beta, k_N, k_D, k_min, m = sp.symbols("alpha beta k_N k_D k_min m", positive=True)
T, r, t = sp.symbols("T r t", positive=True)
N_opt, D_opt, C_life = sp.symbols("N_opt D_opt C_life", positive=True)
x = sp.Symbol("x", real=True)
u = sp.Symbol("u", real=True)
h = sp.Function("h", real=True)
"""h(x) = exp(x) - 1 - x, to be computed by its series next to 0."""


@dataclass(frozen=True)
class Derivation(Shown):
    """The chain of equations from the law to the price of a small model.

    Attributes
    ----------
    loss
        L(N, D), the law.
    budget
        C = 6 N D.
    loss_on_budget
        The loss along the budget line as a function of x = ln N.
    curvature
        Its second derivative in x: a sum of positive terms, so the optimum is unique.
    G, N_opt, D_opt
        The compute-optimal model; `N_opt` and `D_opt` are written with G.
    pull
        At the optimum the pulls of size and of data, exponent times term, are equal.
    balance
        A N_opt**-alpha over B D_opt**-beta is beta/alpha.
    iso_loss
        The loss at (k_N N_opt, k_D D_opt) equals that at (N_opt, D_opt).
    translated
        N times t**(1/alpha) and D times t**(1/beta) divide the loss above E by t: in logarithms
        every iso-loss curve is another one, moved.
    k_D_post
        k_D as de Vries writes it, with A, B, N_opt and D_opt.
    k_D
        k_D in closed form, free of A, B, E and C.
    exchange
        The relation between k_N and k_D that leaves the loss unchanged, as a sum.
    overhead
        k_N k_D - 1, written out.
    log_series
        ln(k_N k_D) to third order in u = ln k_N.
    k_min
        The size at which k_D becomes infinite.
    slope
        m = -d ln k_D / d ln k_N as a function of k_N.
    rate
        m at any run (N, D), read off the law.
    k_N_of_m, k_D_of_m
        The two scales as functions of the marginal rate m.
    served
        The marginal rate of the model that is cheapest over training and T served tokens.
    served_at_price
        The same where a FLOP of serving costs r FLOP of training.
    log_k_D, accurate_overhead, excess_rate
        ln k_D, the overhead and m - 1 once more, in forms that lose no digits next to k_N = 1:
        for machines. The second holds ln k_D and the function `h`.
    served_for_rate
        r T / D_opt as a function of that marginal rate.
    break_even
        r T / D_opt after which a model of k_N times the size has paid for its overhead.
    cost_slope
        How the lifetime cost changes with x = ln N along an iso-loss curve, where m is the marginal
        rate. It is 0 once: m and D fall with N.
    total_budget_size, total_budget
        Where C pays for training and for serving: k_N by k_D, against the compute-optimal run of C,
        if C is spent; and the equation for k_D of the least loss.
    forgone
        What a model of k_N times the size, trained on C, loses as a share of C: the optimum of the
        rest has its loss.
    """

    loss: sp.Eq
    budget: sp.Eq
    loss_on_budget: sp.Eq
    curvature: sp.Eq
    G: sp.Eq
    N_opt: sp.Eq
    D_opt: sp.Eq
    pull: sp.Eq
    balance: sp.Eq
    iso_loss: sp.Eq
    translated: sp.Eq
    k_D_post: sp.Eq
    k_D: sp.Eq
    exchange: sp.Eq
    overhead: sp.Eq
    log_series: sp.Eq
    k_min: sp.Eq
    slope: sp.Eq
    rate: sp.Eq
    k_N_of_m: sp.Eq
    k_D_of_m: sp.Eq
    served: sp.Eq
    served_at_price: sp.Eq
    served_for_rate: sp.Eq
    break_even: sp.Eq
    log_k_D: sp.Eq
    accurate_overhead: sp.Eq
    excess_rate: sp.Eq
    cost_slope: sp.Eq
    total_budget_size: sp.Eq
    total_budget: sp.Eq
    forgone: sp.Eq


@checked
def cancel_in_logs(monomial: sp.Expr) -> sp.Expr:
    """Simplify a product of powers of positive symbols exactly, through its logarithm.

    Examples
    --------
    >>> cancel_in_logs((A * C**alpha) ** (1 / alpha) / A ** (1 / alpha))
    C
    """
    return sp.exp(log_of(monomial))


def derive() -> Derivation:
    """Derive every step; takes about a second.

    Examples
    --------
    >>> derivation = derive()
    >>> derivation.k_D.free_symbols == {alpha, beta, k_N, k_D}
    True
    """
    loss = E + A * N**-alpha + B * D**-beta
    along = E + A * sp.exp(-alpha * x) + B * (C / 6) ** -beta * sp.exp(beta * x)
    pull_of_size, pull_of_data = alpha * A * N**-alpha, beta * B * (C / (6 * N)) ** -beta
    balance_in_logs = log_of(pull_of_size / pull_of_data).subs(sp.log(N), x)
    optimum = sp.exp(sp.solve(balance_in_logs, x)[0])
    scale = (alpha * A / (beta * B)) ** (1 / (alpha + beta))
    a = sp.simplify(C * sp.diff(sp.expand_log(sp.log(optimum)), C))

    rho = A * N_opt**-alpha / (B * D_opt**-beta)
    iso = sp.Eq(
        A * (k_N * N_opt) ** -alpha + B * (k_D * D_opt) ** -beta,
        A * N_opt**-alpha + B * D_opt**-beta,
    )
    remainder = 1 - (k_N**-alpha - 1) * rho
    closed = (1 + beta / alpha * (1 - k_N**-alpha)) ** (-1 / beta)
    log_ratio = u + sp.log(closed.subs(k_N, sp.exp(u)))
    slope = alpha / sp.collect(
        sp.expand(alpha / sp.simplify(-k_N * sp.diff(sp.log(closed), k_N))), k_N**alpha
    )
    size_power = sp.solve(sp.Eq(slope.subs(k_N, L ** (-1 / alpha)), m), L)[0]
    overhead = sp.Add(as_written(k_N, k_D), -1, evaluate=False)
    use = as_written(r, T, 1 / D_opt)
    tokens = ((alpha + m * beta) / (alpha + beta)) ** (1 / beta)
    return Derivation(
        loss=sp.Eq(L, loss),
        budget=sp.Eq(C, 6 * N * D),
        loss_on_budget=sp.Eq(L, along),
        curvature=sp.Eq(sp.Derivative(L, (x, 2)), sp.diff(along, x, 2)),
        G=sp.Eq(G, scale),
        N_opt=sp.Eq(N_opt, G * (C / 6) ** a),
        D_opt=sp.Eq(D_opt, (C / 6) ** sp.factor(1 - a) / G),
        pull=sp.Eq(alpha * A * N_opt**-alpha, beta * B * D_opt**-beta),
        balance=sp.Eq(rho, beta / alpha),
        iso_loss=iso,
        translated=sp.Eq(
            A * as_written(N, t ** (1 / alpha)) ** -alpha
            + B * as_written(D, t ** (1 / beta)) ** -beta,
            as_written(loss - E, 1 / t),
        ),
        k_D_post=sp.Eq(k_D, remainder ** (-1 / beta)),
        k_D=sp.Eq(k_D, closed),
        exchange=sp.Eq(beta * k_N**-alpha + alpha * k_D**-beta, alpha + beta),
        overhead=sp.Eq(sp.Symbol(r"\text{overhead}"), sp.Add(k_N * closed, -1, evaluate=False)),
        log_series=sp.Eq(
            sp.log(k_N * k_D),
            sum(
                sp.factor(sp.diff(log_ratio, u, n).subs(u, 0).simplify()) * u**n / sp.factorial(n)
                for n in (2, 3)
            ),
        ),
        k_min=sp.Eq(k_min, (1 + alpha / beta) ** (-1 / alpha)),
        slope=sp.Eq(m, slope),
        rate=sp.Eq(m, alpha * A * N**-alpha / (beta * B * D**-beta)),
        k_N_of_m=sp.Eq(k_N, sp.factor(1 / size_power) ** (1 / alpha)),
        k_D_of_m=sp.Eq(k_D, tokens),
        served=sp.Eq(m, 1 + T / (3 * D)),
        served_at_price=sp.Eq(m, 1 + as_written(sp.Rational(1, 3), r, T, 1 / D)),
        served_for_rate=sp.Eq(use, as_written(3, sp.Add(m, -1, evaluate=False), tokens)),
        break_even=sp.Eq(use, as_written(3, overhead, 1 / (1 - k_N))),
        **_for_machines(),
        **_readings(),
    )


def _for_machines() -> dict[str, sp.Eq]:
    """The forms for next to k_N = 1: nothing is subtracted from what it nearly equals."""
    rise = expm1(alpha * sp.log(k_N))
    return {
        "log_k_D": sp.Eq(sp.log(k_D), -log1p(-beta / alpha * expm1(-alpha * sp.log(k_N))) / beta),
        "accurate_overhead": sp.Eq(
            as_written(k_N, k_D) - 1,
            expm1(h(-alpha * sp.log(k_N)) / alpha + h(-beta * sp.log(k_D)) / beta),
        ),
        "excess_rate": sp.Eq(m - 1, -(alpha + beta) * rise / (alpha + (alpha + beta) * rise)),
    }


def _readings() -> dict[str, sp.Eq]:
    """What else a budget can mean: serving paid from it, or a cap on training."""
    use = as_written(sp.Rational(1, 3), r, T, 1 / D_opt)
    reducible = (beta * k_N**-alpha + alpha * k_N**beta) / (alpha + beta)
    slope = as_written(6, N, D, sp.Add(1, -m, evaluate=False)) + 2 * r * N * T
    return {
        "cost_slope": sp.Eq(sp.Derivative(C_life, x), slope),
        "total_budget_size": sp.Eq(k_N, 1 / (k_D + use)),
        "total_budget": sp.Eq(k_D ** (beta + 1) * (k_D + use) ** (alpha - 1), 1),
        "forgone": sp.Eq(
            sp.Symbol(r"\text{forgone}"),
            sp.Add(1, -(reducible ** -(1 / alpha + 1 / beta)), evaluate=False),
        ),
    }


@checked
def as_written(*factors: Annotated[sp.Expr, either(sp.Expr, count())]) -> sp.Expr:
    """Return a product that is printed in the order of its factors, with none multiplied out."""
    return sp.Mul(*factors, evaluate=False)


@checked
def lagrange(*, positive: Flag | None) -> tuple[list[sp.Expr], list[sp.Symbol]]:
    """Return the optimum as a system with a Lagrange multiplier, and its unknowns.

    grad L = lambda grad C and 6 N D = C. More compute lowers the loss, so lambda is negative;
    declared positive, as a trap, the system has no solution.
    """
    unknown = sp.Symbol("lambda", positive=positive)
    law, cost = A * N**-alpha + B * D**-beta, 6 * N * D
    system = [sp.diff(law, s) - unknown * sp.diff(cost, s) for s in (N, D)]
    return [*system, cost - C], [N, D, unknown]


@checked
def log_of(expression: sp.Expr) -> sp.Expr:
    """Return the logarithm, expanded until it is linear in the logs of the symbols."""
    expanded = sp.expand_log(sp.log(expression))
    return sp.cancel(sp.together(sp.expand(expanded)))
