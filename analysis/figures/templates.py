"""What interactive figures are filled in from: templates, formulas and values as JavaScript.

In a template an at sign stands before what is filled in.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from string import Template

import sympy as sp
from sympy.codegen.cfunctions import expm1

from analysis.derivation import Derivation, G, T, k_D, m, x
from analysis.laws import PublishedLaw

FUNCTIONS = {name: f"Math.{name}" for name in ("expm1", "log1p")} | {"h": "h"}
SERIES_BELOW, SERIES_TERMS = 0.02, 7
"""Where |x| is smaller, h(x) is computed by so many terms of its series."""

FUNCTION = re.compile(r"^  const (\w+) = .* => (?:.*;|\{\n(?:    .*\n)+  \};)\n", re.M)
"""A function of a script, of a line or of several."""


class Slots(Template):
    """Text in which an at sign stands before what is filled in."""

    delimiter = "@"


def text_of(name: str) -> str:
    """Return the text of a file beside this one."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def filled(name: str, **values: str) -> str:
    """Return a template, a file beside this one, with its slots filled in."""
    return Slots(text_of(name)).substitute(values)


def people(laws: Mapping[str, PublishedLaw]) -> dict[str, str]:
    """Authors and year, what stands before the title; the key's last word where that is taken."""
    found: dict[str, str] = {}
    for key, published in laws.items():
        named = published.source.partition(",")[0]
        taken = named in found.values()
        found[key] = f"{named}, {key.rpartition('-')[2]}" if taken else named
    return found


def compact(svg: str) -> str:
    """The same picture in fewer bytes: paths to a tenth of a point, no comments."""
    svg = re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\.\d)\d+", r"\1", path[0]), svg)
    return re.sub(r"\s+", " ", re.sub(r"<!--.*?-->", "", svg, flags=re.S))


def lean_script(script: str) -> str:
    """The script without functions that nothing calls, comments and margins."""
    words = Counter(re.findall(r"\w+", script))
    called = FUNCTION.sub(lambda found: found[0] if words[found[1]] > 1 else "", script)
    if called != script:
        return lean_script(called)
    lines = map(str.strip, script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def plain_style(style: str) -> str:
    """The style without the spaces that it does not need."""
    return re.sub(r"\s*([{};,>]|: )\s*", lambda found: found[1].strip(), style)


def styles(own: str) -> str:
    """Two style elements: what every figure needs, which a site keeps once, and its own file."""
    sheets = (plain_style(text_of(name)) for name in ("base.css", own))
    return "".join(f"<style>{sheet}</style>\n" for sheet in sheets)


def as_json(value: object) -> str:
    """The value as a JavaScript literal that ends no script element."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", r"\u003c")


def javascript(**formulas: sp.Expr) -> dict[str, str]:
    """Return SymPy expressions as JavaScript, by the names of the slots that they fill."""
    return {name: sp.jscode(one, user_functions=FUNCTIONS) for name, one in formulas.items()}


@functools.cache
def series_of_h() -> sp.Expr:
    """Return h(x) = exp(x) - 1 - x by its series, which is true where x is small."""
    series = sp.series((sp.exp(x) - 1 - x) / x**2, x, 0, SERIES_TERMS).removeO()
    return x**2 * sp.horner(series)


def printed_law(d: Derivation) -> str:
    """Return the right sides of the derivation as functions of JavaScript: `law.js`, filled in."""
    log_k_D, excess = sp.symbols("log_k_D excess", real=True)
    [served] = sp.solve(d.served.subs(m, 1 + excess), T)
    formulas = {
        "h_series": series_of_h(),
        "h": expm1(x) - x,
        "log_k_D": d.log_k_D.rhs,
        "overhead": d.accurate_overhead.rhs.subs(sp.log(k_D), log_k_D),
        "excess": d.excess_rate.rhs,
        "k_min": d.k_min.rhs,
        "least": d.k_D_of_m.rhs.subs(m, 0),
        "N_opt": d.N_opt.rhs.subs(G, d.G.rhs),
        "D_opt": d.D_opt.rhs.subs(G, d.G.rhs),
        "budget": d.budget.rhs,
        "rate": d.rate.rhs,
        "k_N_of_m": d.k_N_of_m.rhs,
        "k_D_of_m": d.k_D_of_m.rhs,
        "served": served,
    }
    return filled("law.js", series_below=str(SERIES_BELOW), **javascript(**formulas))
