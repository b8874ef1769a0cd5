"""The interactive curve as the book shows it: every published law, the refit with its band.

`analysis.explorer` makes the figure out of what it is given; this is what the book gives it.
"""

from __future__ import annotations

from analysis._door import takes
from analysis.derivation import Derivation
from analysis.explorer import Explorer, explorer
from analysis.figures import plot_overhead
from analysis.laws import PUBLISHED
from analysis.picture import show
from analysis.uncertainty import recorded_band, recorded_refit

FIRST = "de-vries-2023"
"""The law that is shown at the start."""


@takes(derivation=Derivation)
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
