"""The plane of size and data: an iso-loss curve that slides along the path of optima.

A function of the loss that rises with it orders runs as the loss does. With another such function
the numbers on the contours change, and the theorem says that nothing else moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType

import sympy as sp

from analysis.derivation import Derivation
from analysis.derivation.steps import E, L
from analysis.figures.explorer import Explorer
from analysis.figures.interactive.common import made, options
from analysis.figures.law import plot_iso_loss
from analysis.figures.picture import show
from analysis.figures.templates import as_json, javascript, text_of
from analysis.internal.doors import checked
from analysis.laws import ParametricLaw

PSI: Mapping[str, tuple[str, sp.Expr]] = MappingProxyType(
    {
        "loss": ("the loss, nats per token", L),
        "bits": ("the loss in bits", L / sp.log(2)),
        "square": ("its square", L**2),
        "log": ("its logarithm", sp.log(L)),
        "exp": ("its exponential, the perplexity", sp.exp(L)),
        "root": ("E and the root of what is above it", E + sp.sqrt(L - E)),
    }
)
"""Functions of the loss L that rise with it, what each is called and how it is computed."""


@checked
def interactive_plane(derivation: Derivation, law: ParametricLaw) -> Explorer:
    """Return the plane with its iso-loss curves, a point to drag and a budget to move.

    Parameters
    ----------
    derivation
        As `analysis.derivation.derive` returns it; its equations become the JavaScript.
    law
        The law whose curves are drawn.

    Examples
    --------
    >>> from analysis.derivation import derive
    >>> from analysis.laws import PUBLISHED
    >>> "perplexity" in interactive_plane(derive(), PUBLISHED["de-vries-2023"].law).html
    True
    """
    still = show(plot_iso_loss, law, C=1e22, k_N=0.5, size=(4.8, 4.4), outlined=False)
    printed = javascript(**{key: psi for key, (_, psi) in PSI.items()})
    return made(
        "plane",
        derivation,
        still,
        page={"options": options({key: words for key, (words, _) in PSI.items()})},
        axes=text_of("interactive/axes.js"),
        law=as_json(asdict(law)),
        psis=", ".join(f"{key}: (L, {{E}}) => {code}" for key, code in printed.items()),
        **javascript(loss=derivation.loss.rhs),
    )
