"""The cloud of resampled fits, drawn one by one: each with its exponents, its curve, its optimum.

Beside them stands the interval of those drawn so far, so that a reader sees how many it takes.
"""

from __future__ import annotations

import numpy as np

from analysis.bootstrap import percentile_interval
from analysis.derivation import Derivation
from analysis.figures.explorer import Explorer
from analysis.figures.fit import plot_overhead_band
from analysis.figures.interactive.common import made, numbers_of
from analysis.figures.picture import show
from analysis.figures.templates import as_json
from analysis.internal.doors import checked
from analysis.laws import PUBLISHED, LawEnsemble, ParametricLaw
from analysis.tradeoff import compute_overhead

MOST, LEVEL = 200, 0.95
"""Resamples that are shown, and the share of them that the interval holds."""
NAMES = ("A", "B", "alpha", "beta")
"""The constants that move the exchange and the optimum."""
SIZES = np.linspace(0.18, 1.2, 103)
"""Sizes of the curves in the picture at rest, k_N."""


@checked
def interactive_cloud(derivation: Derivation, law: ParametricLaw, draws: LawEnsemble) -> Explorer:
    """Return the resamples as dots, curves and optima, one more at each step.

    Parameters
    ----------
    derivation
        As `analysis.derivation.derive` returns it; its equations become the JavaScript.
    law
        The fit to all runs.
    draws
        The fits to its resamples; the first `MOST` are shown.

    Examples
    --------
    >>> from analysis.derivation import derive
    >>> from analysis.studies.chinchilla import recorded_refit
    >>> "resamples" in interactive_cloud(derive(), *recorded_refit()).html
    True
    """
    kept = _first(draws)
    post = PUBLISHED["de-vries-2023"].law
    curve = compute_overhead(SIZES, post.alpha, post.beta)
    still = show(plot_overhead_band, _band(law, draws), SIZES, curve, outlined=False)
    return made(
        "cloud",
        derivation,
        still,
        page={"most": str(len(kept))},
        refit=as_json(numbers_of(law, *NAMES)),
        level=str(LEVEL),
        share=f"{100 * LEVEL:g} %",
        draws=as_json(kept),
    )


def _first(draws: LawEnsemble) -> list[dict[str, float]]:
    """The first of the laws, one by one."""
    rows = zip(*(getattr(draws, name)[:MOST] for name in NAMES), strict=True)
    return [dict(zip(NAMES, map(float, row), strict=True)) for row in rows]


def _band(law: ParametricLaw, draws: LawEnsemble) -> dict[str, list[float]]:
    """The overhead of the fit, and the interval of all its resamples."""
    many = compute_overhead(SIZES, draws.alpha[:, None], draws.beta[:, None])
    low, high = percentile_interval(many, LEVEL)
    refit = compute_overhead(SIZES, law.alpha, law.beta)
    return {"k_N": list(SIZES), "low": list(low), "high": list(high), "refit": list(refit)}
