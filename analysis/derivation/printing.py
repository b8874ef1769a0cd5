"""Equations in LaTeX as the field writes them: 6 N D, ln, and no sum that begins with a minus."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter

EXPONENTS = ("s", "alpha", "beta", "kappa", "tau", "omega", "p", "q", "a", "b", "n", "m")
COEFFICIENTS = (*EXPONENTS, "A", "B", "C", "K", "R", "G", "Z")
SIZES = ("k_N", "k_D", "k_min", "N", "N_opt", "D", "D_opt", "r", "T", "u")
"""Symbols in the order in which a product names them; sums stand between, all else behind."""


def latex(expression: Any, **settings: Any) -> str:
    r"""Return an expression in LaTeX, for `sympy.init_printing(latex_printer=latex)`.

    Products name numbers first, then exponents, coefficients, size and data; sums begin with a term
    that has no minus sign; the natural logarithm is ln.

    Parameters
    ----------
    expression : SymPy expression or equation
    **settings
        As of `sympy.latex`.

    Examples
    --------
    >>> from analysis.derivation import derive
    >>> latex(derive().budget)
    'C = 6 N D'
    """
    return str(_Printer(settings | {"ln_notation": True, "order": "none"}).doprint(expression))


class _Printer(LatexPrinter):  # type: ignore[misc]
    def _print_Mul(self, expr: sp.Expr) -> str:
        if _is_negative(expr):
            return f"- {self._print(-expr)}"
        factors = sorted(sp.Mul.make_args(expr), key=_place)
        return str(super()._print_Mul(sp.Mul(*factors, evaluate=False)))

    def _as_ordered_terms(self, expr: sp.Expr, order: str | None = None) -> list[sp.Expr]:
        return sorted(super()._as_ordered_terms(expr, order), key=_is_negative)


def _is_negative(term: sp.Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def _place(factor: sp.Expr) -> tuple[int, int]:
    """Where a factor stands in a product."""
    name = str(factor.as_base_exp()[0])
    if factor.is_number:
        return 0, 0
    if name in COEFFICIENTS:
        return 1, COEFFICIENTS.index(name)
    if name in SIZES:
        return 3, SIZES.index(name)
    return (2, 0) if factor.is_Add else (4, 0)
