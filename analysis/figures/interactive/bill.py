"""The serving bill: training and serving of a size, beside those of the compute-optimal model.

Everything is measured on a compute-optimal run of one token whose training costs one. The bill of
k_N times its size is then k_N (k_D + r T / 3), and the cheapest size solves `served_for_rate`.
"""

from __future__ import annotations

from analysis.derivation import Derivation
from analysis.derivation.steps import D, k_N
from analysis.figures.explorer import Explorer
from analysis.figures.interactive.common import (
    constants,
    laws_to_choose,
    made,
    options,
    printed_life,
)
from analysis.figures.picture import show
from analysis.figures.serving import plot_lifetime_cost
from analysis.figures.templates import javascript
from analysis.internal.doors import checked

USES = (0, 1, 3, 10, 100)
"""Served tokens whose valleys the picture at rest shows."""


@checked
def interactive_bill(derivation: Derivation) -> Explorer:
    """Return the two bills of a size as bars, and what a wrong guess of the use costs.

    Parameters
    ----------
    derivation
        As `analysis.derivation.derive` returns it; its equations become the JavaScript.

    Examples
    --------
    >>> from analysis.derivation import derive
    >>> "Math.exp" in interactive_bill(derive()).html
    True
    """
    laws = laws_to_choose("refit")
    law = laws["refit"][1]
    still = show(plot_lifetime_cost, law.alpha, law.beta, USES, outlined=False)
    return made(
        "bill",
        derivation,
        still,
        page={"options": options({key: name for key, (name, _) in laws.items()})},
        laws=constants(laws, "alpha", "beta"),
        life=printed_life(derivation),
        **_formulas(derivation),
    )


def _formulas(d: Derivation) -> dict[str, str]:
    """The two bills as JavaScript."""
    use = (d.served_at_price.rhs - 1).subs(D, 1)
    return javascript(
        training=d.accurate_overhead.lhs + 1,
        serving=k_N * use,
    )
