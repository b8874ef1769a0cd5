"""What the interactive figures have in common: their script's head, their laws, their formulas.

A figure is a folder's `name.html` and `name.js`, filled in. Its script begins with `shared.js`, the
formulas in it are printed from SymPy, and `root.evaluate` is all its arithmetic.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

import sympy as sp

from analysis.derivation import D_opt, Derivation, m
from analysis.figures.explorer import Explorer, fitted_laws
from analysis.figures.picture import Picture
from analysis.figures.templates import (
    as_json,
    compact,
    filled,
    javascript,
    lean_script,
    people,
    printed_law,
    styles,
    text_of,
)
from analysis.internal.counts import SUFFIXES
from analysis.laws import PUBLISHED, ParametricLaw


def made(
    name: str,
    derivation: Derivation,
    still: Picture | None,
    *,
    page: Mapping[str, str] | None = None,
    **script: str,
) -> Explorer:
    """Return the figure of a name; its two templates ask for `page` and `script`."""
    shared = filled(
        "interactive/shared.js",
        law=printed_law(derivation),
        numbers=text_of("numbers.js"),
        suffixes=as_json(SUFFIXES),
    )
    return Explorer(
        filled(
            f"interactive/{name}.html",
            styles=styles(f"interactive/{name}.css"),
            still="" if still is None else compact(still.svg),
            js=lean_script(filled(f"interactive/{name}.js", shared=shared, **script)),
            **page or {},
        )
    )


def laws_to_choose(first: str) -> dict[str, tuple[str, ParametricLaw]]:
    """Return every law of the book, what it is called and its constants, one of them in front."""
    own = {key: (fit.name, fit.law) for key, fit in fitted_laws().items()}
    printed = {key: (name, PUBLISHED[key].law) for key, name in people(PUBLISHED).items()}
    found = own | printed
    return {first: found[first]} | found


def printed_life(d: Derivation) -> str:
    """Return the equation of the cheapest life, and its solver: `life.js`, filled in."""
    w = sp.Symbol("w", real=True)
    log_use_at = sp.expand_log(sp.log(d.served_for_rate.rhs.subs(m, 1 + sp.exp(w)) / 3))
    formulas = javascript(
        log_use=sp.log(d.served_for_rate.lhs.subs(D_opt, 1) / 3),
        log_use_at=log_use_at,
        slope_at=sp.diff(log_use_at, w),
    )
    return filled("interactive/life.js", **formulas)


def options(names: Mapping[str, str]) -> str:
    """Return the choices of a select element."""
    return "".join(
        f'<option value="{html.escape(key)}">{html.escape(name)}</option>'
        for key, name in names.items()
    )


def constants(laws: Mapping[str, tuple[str, ParametricLaw]], *names: str) -> str:
    """Return some constants of each law as JavaScript."""
    return as_json({key: numbers_of(law, *names) for key, (_, law) in laws.items()})


def numbers_of(law: ParametricLaw, *names: str) -> dict[str, float]:
    """Return some constants of a law by their names; kappa is 1 where there is none."""
    return {name: float(getattr(law, name, 1.0)) for name in names}
