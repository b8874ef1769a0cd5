"""The overhead curve as a page's interactive figure: HTML, SVG and JavaScript, no server.

Every formula in the script is printed from a certified SymPy object of `analysis.derivation`, so
the curve that moves is the one that was derived. What a setting means is computed by one function
of the script; the page shows what it returns, and the tests hold that against the package.

`explorer.html`, `.css` and `.js` are templates: an at sign stands before what is filled in. Where
no JavaScript runs, the page shows a picture that stands still.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from os import PathLike
from typing import Annotated, Any

import numpy as np

from analysis.derivation import Derivation
from analysis.figures.law import plot_overhead
from analysis.figures.picture import Picture, show
from analysis.figures.templates import (
    as_json,
    compact,
    filled,
    lean_script,
    people,
    printed_law,
    styles,
    text_of,
)
from analysis.fit import read_law
from analysis.internal.checks import extended, positive, same_length
from analysis.internal.counts import EXPERTS, PATTERN, SUFFIXES, UNITS
from analysis.internal.display import Shown
from analysis.internal.doors import checked
from analysis.internal.kinds import array, mapping_with, named
from analysis.laws import PUBLISHED, ParametricLaw, PublishedLaw
from analysis.studies.atlas import pooled_band, pooled_law
from analysis.studies.chinchilla import recorded_band, recorded_refit
from analysis.tradeoff import compute_overhead

BAND_POINTS = 40


@dataclass(frozen=True)
class Explorer:
    """An interactive figure; notebooks and pages show its HTML."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


@checked
@dataclass(frozen=True, eq=False)
class Fitted(Shown):
    """A law that was fitted here, with the band of its overhead.

    Attributes
    ----------
    name : str
        As the reader chooses it.
    law : ParametricLaw
    band : mapping
        "k_N", "low" and "high", arrays of one length; fractions, infinite below a wall.
    note : str
        What the band is, a sentence.
    """

    name: str
    law: ParametricLaw
    band: Annotated[
        Mapping[str, list[float]],
        mapping_with(k_N=array(positive), low=array(extended), high=array(extended)),
    ]
    note: str

    def __post_init__(self) -> None:
        same_length(**{f"band[{end!r}]": self.band[end] for end in ("k_N", "low", "high")})


@checked
def explorer(
    derivation: Derivation,
    laws: Annotated[Mapping[str, PublishedLaw], named(PublishedLaw, str)],
    *,
    fitted: Annotated[Mapping[str, Fitted], named(Fitted, str)],
    still: Picture,
) -> Explorer:
    """Return the interactive overhead curve over the given laws.

    Parameters
    ----------
    derivation
        As `analysis.derivation.derive` returns it; its equations become the JavaScript.
    laws
        The published laws to choose from, by name.
    fitted
        Laws with a band, by name; the first is shown at the start.
    still
        What to show where no JavaScript runs.
    """
    names = {key: own.name for key, own in fitted.items()} | people(laws)
    constants = {key: own.law for key, own in fitted.items()}
    constants |= {key: published.law for key, published in laws.items()}
    bands = {key: _thinned(own.band) | {"note": own.note} for key, own in fitted.items()}
    script = filled(
        "explorer.js",
        numbers=text_of("numbers.js"),
        laws=as_json({name: _constants(law, names[name]) for name, law in constants.items()}),
        bands=as_json(bands),
        pattern=as_json(f"^{PATTERN}$"),
        experts=as_json(f"^{EXPERTS}$"),
        suffixes=as_json(SUFFIXES),
        units=as_json(UNITS),
        law=printed_law(derivation),
    )
    page = filled(
        "explorer.html",
        styles=styles("explorer.css"),
        still=compact(still.svg),
        options="".join(
            f'<option value="{html.escape(key)}">{html.escape(name)}</option>'
            for key, name in (names | {"free": "Free exponents"}).items()
        ),
        js=lean_script(script),
    )
    return Explorer(page)


def _constants(law: ParametricLaw, name: str) -> dict[str, object]:
    values = asdict(law)
    del values["E"]  # moves no iso-loss curve
    return {"name": name, **values}


def _thinned(band: Mapping[str, list[float]]) -> dict[str, Any]:
    """The ends of the band at `BAND_POINTS` sizes: all of the small ones, where it bends most.

    What is infinite is None.
    """
    sizes = range(len(band["k_N"]))
    kept = sorted({round(len(sizes) * (i / BAND_POINTS) ** 1.5) for i in range(BAND_POINTS)})
    kept = [i for i in kept if i < len(sizes) - 1] + [len(sizes) - 1]
    return {
        end: [float(f"{band[end][i]:.3g}") if np.isfinite(band[end][i]) else None for i in kept]
        for end in ("k_N", "low", "high")
    }


def fitted_laws() -> dict[str, Fitted]:
    """Return the two laws that this book fitted: to all public sets of runs, and to one of them."""
    refit, _ = recorded_refit()
    return {
        "all": Fitted(
            "All public runs together",
            pooled_law(),
            pooled_band(),
            "Grey: where a new laboratory should expect its own. How large the optimum is for a "
            "budget is Hoffmann's, in the middle of their runs.",
        ),
        "refit": Fitted(
            "Refit to Hoffmann's runs",
            refit,
            recorded_band(),
            "Grey: the 95 % interval of the bootstrap.",
        ),
    }


@checked
def interactive_curve(
    derivation: Derivation, *, law: str | PathLike[str] | None = None
) -> Explorer:
    """Return the overhead curve with which a reader can try out sizes, budgets, laws and models.

    With `law`, a file that `python -m analysis fit --law-out` wrote, that law comes first.

    Raises
    ------
    ValueError
        If the file is no law (`analysis.fit.read_law`).

    Examples
    --------
    >>> from analysis.derivation import derive
    >>> "Math.log1p" in interactive_curve(derive()).html
    True
    """
    fitted = fitted_laws() if law is None else {"own": _own(law)} | fitted_laws()
    first = next(iter(fitted.values())).law
    still = show(plot_overhead, first.alpha, first.beta, size=(5.6, 3.3), outlined=False)
    return explorer(derivation, PUBLISHED, fitted=fitted, still=still)


def _own(path: str | PathLike[str]) -> Fitted:
    try:
        read = read_law(path)
    except ValueError as error:
        raise ValueError(f"law must be the file of a law; {error}") from error
    note = "Grey: the 95 % interval of these runs." if read.band else "How sure is not known."
    k_N = [0.5, 1.0]
    at = [float(one) for one in compute_overhead(k_N, read.law.alpha, read.law.beta)]
    return Fitted("Your own runs", read.law, read.band or {"k_N": k_N, "low": at, "high": at}, note)
