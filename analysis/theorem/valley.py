"""The exchange curve of any smooth law, read off its IsoFLOP curves: h'' and h''' at the optimum.

Write l(x, c) for the loss, or any increasing function of it, of ln N = x at ln C = c, and
ln(k_N k_D) = h(u) at ln k_N = u. At the optimum l_x = 0, and iso-loss means

    l(x + u, c + h(u)) = l(x, c)        for every u, with h(0) = h'(0) = 0.

Nothing else is assumed: no law, no powers, no sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from analysis.internal.display import Shown
from analysis.internal.doors import checked

l_c, l_xx, l_xc, l_cc, l_xxx = sp.symbols("l_c l_xx l_xc l_cc l_xxx", real=True)
h2, h3 = sp.symbols("h'' h'''", real=True)
Z, alpha, beta, kappa = sp.symbols("Z alpha beta kappa", positive=True)
x, c = sp.symbols("x c", real=True)
u = sp.Symbol("u", real=True)


@dataclass(frozen=True)
class Valley(Shown):
    """h''(0) and h'''(0) in the derivatives of l at the optimum, as equations."""

    second: sp.Eq
    third: sp.Eq


@checked
def valley() -> Valley:
    """Solve the iso-loss condition order by order in u.

    Examples
    --------
    >>> print(valley().second.rhs)
    -l_xx/l_c
    """
    h = h2 * u**2 / 2 + h3 * u**3 / 6
    rise = l_c * h + l_xx * u**2 / 2 + l_xc * u * h + l_cc * h**2 / 2 + l_xxx * u**3 / 6
    orders = [sp.expand(rise).coeff(u, n) for n in (2, 3)]
    [found] = sp.solve(orders, [h2, h3], dict=True)
    return Valley(sp.Eq(h2, found[h2]), sp.Eq(h3, found[h3]))


@checked
def certify_valley(stated: Valley) -> list[str]:
    """Check both equations on laws whose exchange curve is known, and return what was checked.

    Raises
    ------
    AssertionError
        Naming what does not hold.
    """
    checks = {
        "a sum of two powers: h'' = alpha + beta": _second(stated, lambda loss: loss),
        "to an outer power: h'' = alpha + beta": _second(stated, lambda loss: loss**kappa),
        "its logarithm: h'' = alpha + beta": _second(stated, sp.log),
        "a sum of two powers: h''' as well": _third(stated),
        "that is -(1 + a) h''^2, with the path N_opt = C^a": _lopsided(stated),
    }
    for name, holds in checks.items():
        assert holds, f"the valley does not show what the exchange curve is: {name}"
    return list(checks)


TWO_POWERS = Z * (beta * sp.exp(-alpha * x) + alpha * sp.exp(-beta * (c - x)))
"""Any sum of two powers, x and c counted from an optimum: there its terms are as beta to alpha."""


def _at_optimum(loss: sp.Expr) -> dict[sp.Symbol, sp.Expr]:
    """Return the derivatives of a loss in x and c at x = c = 0."""
    derivatives = {l_c: (c,), l_xx: (x, x), l_xc: (x, c), l_cc: (c, c), l_xxx: (x, x, x)}
    return {name: sp.diff(loss, *by).subs({x: 0, c: 0}) for name, by in derivatives.items()}


def _second(stated: Valley, outer: Callable[[sp.Expr], sp.Expr]) -> bool:
    loss = outer(TWO_POWERS)
    stationary = sp.diff(loss, x).subs({x: 0, c: 0}) == 0
    found = stated.second.rhs.subs(_at_optimum(loss)) - alpha - beta
    return bool(stationary and sp.cancel(found) == 0)


def _third(stated: Valley) -> bool:
    log_k_D = -sp.log((alpha + beta - beta * sp.exp(-alpha * u)) / alpha) / beta
    on_curve = alpha * sp.exp(-beta * log_k_D) + beta * sp.exp(-alpha * u) - alpha - beta
    known = sp.diff(log_k_D, u, 3).subs(u, 0)
    found = stated.third.rhs.subs(_at_optimum(TWO_POWERS)) - known
    return bool(sp.expand(on_curve) == 0 and sp.cancel(found) == 0)


def _lopsided(stated: Valley) -> bool:
    path, curvature = beta / (alpha + beta), alpha + beta
    found = stated.third.rhs.subs(_at_optimum(TWO_POWERS)) + (1 + path) * curvature**2
    return bool(sp.cancel(found) == 0)
