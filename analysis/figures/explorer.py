"""The overhead curve as a page's interactive figure: HTML, SVG and JavaScript, no server.

Every formula in the script is printed from a certified SymPy object of `analysis.derivation`, so
the curve that moves is the one that was derived. What a setting means is computed by one function
of the script; the page shows what it returns, and the tests hold that against the package.

`explorer.html`, `.css` and `.js` are templates: an at sign stands before what is filled in. Where
no JavaScript runs, the page shows a picture that stands still.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template
from typing import Annotated

import sympy as sp
from sympy.codegen.cfunctions import expm1

from analysis.derivation import Derivation, G, T, k_D, m, x
from analysis.figures.law import plot_overhead
from analysis.figures.picture import Picture, show
from analysis.internal.checks import positive, real, same_length
from analysis.internal.counts import PATTERN, SUFFIXES
from analysis.internal.doors import checked
from analysis.internal.kinds import array, mapping_with, named
from analysis.laws import PUBLISHED, ParametricLaw, PublishedLaw
from analysis.studies.chinchilla import recorded_band, recorded_refit

FUNCTIONS = {name: f"Math.{name}" for name in ("expm1", "log1p")} | {"h": "h"}
SERIES_BELOW, SERIES_TERMS = 0.02, 7
"""Where |x| is smaller, h(x) is computed by so many terms of its series."""
BAND_POINTS = 40


class _Slots(Template):
    delimiter = "@"


@dataclass(frozen=True)
class Explorer:
    """An interactive figure; notebooks and pages show its HTML."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


@checked
def explorer(
    derivation: Derivation,
    laws: Annotated[Mapping[str, PublishedLaw], named(PublishedLaw, str)],
    *,
    refit: ParametricLaw,
    band: Annotated[
        Mapping[str, list[float]],
        mapping_with(k_N=array(positive), low=array(real), high=array(real)),
    ],
    still: Picture,
) -> Explorer:
    """Return the interactive overhead curve over the given laws.

    Parameters
    ----------
    derivation
        As `analysis.derivation.derive` returns it; its equations become the JavaScript.
    laws
        The published laws to choose from, by name; the first is shown at the start.
    refit, band
        One more law, and the interval of its overhead: lists "k_N", "low" and "high", as
        `analysis.studies.chinchilla.recorded_band` returns them.
    still
        What to show where no JavaScript runs.
    """
    same_length(**{f"band[{name!r}]": band[name] for name in ("k_N", "low", "high")})
    names = _people(laws) | {"refit": "Refit of this book"}
    constants = {name: published.law for name, published in laws.items()} | {"refit": refit}
    script = _filled(
        "explorer.js",
        laws=_json({name: _constants(law, names[name]) for name, law in constants.items()}),
        band=_json(_thinned(band)),
        pattern=_json(f"^{PATTERN}$"),
        suffixes=_json(SUFFIXES),
        series_below=str(SERIES_BELOW),
        **_formulas(derivation),
    )
    page = _filled(
        "explorer.html",
        css=Path(__file__).with_name("explorer.css").read_text(encoding="utf-8"),
        still=_compact(still.svg),
        options="".join(
            f'<option value="{html.escape(key)}">{html.escape(name)}</option>'
            for key, name in (names | {"free": "Free exponents"}).items()
        ),
        js=script,
    )
    return Explorer(page)


def _filled(name: str, **values: str) -> str:
    return _Slots(Path(__file__).with_name(name).read_text(encoding="utf-8")).substitute(values)


def _formulas(d: Derivation) -> dict[str, str]:
    """The right sides of the derivation as JavaScript, by the names of the script's slots."""
    log_k_D, excess = sp.symbols("log_k_D excess", real=True)
    series = sp.series((sp.exp(x) - 1 - x) / x**2, x, 0, SERIES_TERMS).removeO()
    [served] = sp.solve(d.served.subs(m, 1 + excess), T)
    formulas = {
        "h_series": x**2 * sp.horner(series),
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
    return {name: sp.jscode(rhs, user_functions=FUNCTIONS) for name, rhs in formulas.items()}


def _constants(law: ParametricLaw, name: str) -> dict[str, object]:
    values = asdict(law)
    del values["E"]  # moves no iso-loss curve
    return {"name": name, **values}


def _thinned(band: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """The ends of the band at `BAND_POINTS` sizes: all of the small ones, where it bends most."""
    sizes = range(len(band["k_N"]))
    kept = sorted({round(len(sizes) * (i / BAND_POINTS) ** 1.5) for i in range(BAND_POINTS)})
    kept = [i for i in kept if i < len(sizes) - 1] + [len(sizes) - 1]
    return {name: [float(f"{band[name][i]:.3g}") for i in kept] for name in ("k_N", "low", "high")}


def _people(laws: Mapping[str, PublishedLaw]) -> dict[str, str]:
    """Authors and year, what stands before the title; the key's last word where that is taken."""
    found: dict[str, str] = {}
    for key, published in laws.items():
        people = published.source.partition(",")[0]
        taken = people in found.values()
        found[key] = f"{people}, {key.rpartition('-')[2]}" if taken else people
    return found


def _compact(svg: str) -> str:
    """The same picture in fewer bytes: paths to a tenth of a point, no comments."""
    svg = re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\.\d)\d+", r"\1", path[0]), svg)
    return re.sub(r"\s+", " ", re.sub(r"<!--.*?-->", "", svg, flags=re.S))


def _json(value: object) -> str:
    """The value as a JavaScript literal that ends no script element."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", r"\u003c")


FIRST = "de-vries-2023"
"""The law that is shown at the start."""


@checked
def interactive_curve(derivation: Derivation) -> Explorer:
    """Return the overhead curve with which a reader can try out sizes, budgets, laws and models.

    Examples
    --------
    >>> from analysis.derivation import derive
    >>> "Math.log1p" in interactive_curve(derive()).html
    True
    """
    laws = {FIRST: PUBLISHED[FIRST], **PUBLISHED}
    exponents = laws[FIRST].law.alpha, laws[FIRST].law.beta
    refit, _ = recorded_refit()
    still = show(plot_overhead, *exponents, size=(5.6, 3.3), outlined=False)
    return explorer(derivation, laws, refit=refit, band=recorded_band(), still=still)
