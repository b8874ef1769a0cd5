"""The first page's question, answered: a budget, a use, a price and a memory, and what to train.

What stands in the page before a script runs is the answer to the preset, by the package.
"""

from __future__ import annotations

import html

import sympy as sp

from analysis.advice import Reading, Readings, credible_laws, read_budget, show_count
from analysis.derivation import D_opt, Derivation, k_D
from analysis.figures.explorer import Explorer
from analysis.figures.interactive.common import (
    constants,
    laws_to_choose,
    made,
    options,
    printed_life,
)
from analysis.figures.templates import as_json, javascript
from analysis.internal.counts import PATTERN, UNITS
from analysis.internal.doors import checked
from analysis.laws import ParametricLaw
from analysis.prices import ACCELERATORS, HOURLY, TRAINING_UTILISATION, bill

BUDGET, USE = "1e23", "5T"
"""The preset, FLOP and tokens."""
ROWS = {"same_loss": "Same loss", "total_budget": "One purse", "training_cap": "Training only"}
PER_CENT = "\N{NO-BREAK SPACE}%"
CONSTANTS = ("A", "B", "alpha", "beta")


@checked
def interactive_decision(derivation: Derivation) -> Explorer:
    """Return the answer to a budget and a use, in three readings, by every law.

    Parameters
    ----------
    derivation
        As `analysis.derivation.derive` returns it; its equations become the JavaScript.

    Examples
    --------
    >>> from analysis.derivation import derive
    >>> "1e23" in interactive_decision(derive()).html
    True
    """
    laws, known = laws_to_choose("all"), credible_laws()
    chosen = laws["all"][1]
    found = read_budget(chosen, float(BUDGET), 5e12, credible=known)
    by_law = {
        name: read_budget(law, float(BUDGET), 5e12).same_loss.run.N
        for name, law in known.laws.items()
    }
    return made(
        "decision",
        derivation,
        None,
        page={
            "C": BUDGET,
            "T": USE,
            "options": options({key: name for key, (name, _) in laws.items()}),
            "said": _said(found, chosen),
            "rows": "".join(_row(ROWS[name], one) for name, one in found.each.items()),
            "note": _note(found.same_loss),
            "thin": _thin(by_law),
            "command": f"python -m analysis --compute {BUDGET} --serve {USE} --law pooled",
        },
        laws=constants(laws, *CONSTANTS, "kappa"),
        credible=constants(
            {name: (name, law) for name, law in known.laws.items()}, *CONSTANTS, "kappa"
        ),
        pattern=as_json(f"^{PATTERN}$"),
        units=as_json(UNITS),
        peak=str(ACCELERATORS["H100"].peak),
        utilisation=str(TRAINING_UTILISATION),
        hourly=str(HOURLY),
        life=printed_life(derivation),
        **_formulas(derivation),
    )


def _formulas(d: Derivation) -> dict[str, str]:
    """The second reading's equation in v = ln k_D."""
    v = sp.Symbol("v", real=True)
    at = sp.expand_log(sp.log(d.total_budget.lhs.subs(D_opt, 1) / d.total_budget.rhs))
    purse = sp.expand_log(at.subs(k_D, sp.exp(v)), force=True)
    return javascript(
        purse_at=purse,
        purse_slope=sp.diff(purse, v),
        purse_size=d.total_budget_size.rhs.subs(D_opt, 1),
    )


def _said(found: Readings, law: ParametricLaw) -> str:
    one = found.same_loss
    share = one.run.N / law.compute_optimal(found.compute).N
    return (
        f"Train <b>{show_count(one.run.N)} parameters on {show_count(one.run.D)} tokens</b>: "
        f"{_percent(share)} of the compute-optimal size, {_percent(one.saving)} cheaper to train "
        "and serve."
    )


def _row(name: str, one: Reading) -> str:
    run, show = one.run, {"N": _short, "D": _short, "training": _short, "saving": _percent}
    ends = {what: [show[what](end) for end in pair] for what, pair in one.ranges.items()}
    small = {
        what: f"<small>{low.removesuffix(PER_CENT)}–{high}</small>"
        for what, (low, high) in ends.items()
    }
    small |= {what: "" for what, (low, high) in ends.items() if low == high}
    less = f"−{_percent(one.forgone)}" if one.forgone > 0 else "all of it"
    return (
        f'<tr><th scope="row">{name}</th><td>{show_count(run.N)}{small["N"]}</td>'
        f"<td>{show_count(run.D)}{small['D']}</td>"
        f'<td class="spare">{_short(run.C)}{small["training"]}</td>'
        f"<td>{_percent(one.saving)}{small['saving']}</td><td>{less}</td></tr>"
    )


def _note(one: Reading) -> str:
    cost = bill(one.run.C)
    hours, money = show_count(cost.hours), show_count(cost.money)
    return f"Training the first row takes {hours} hours of an H100, about {money} dollars."


def _thin(by_law: dict[str, float]) -> str:
    every = sorted(by_law.items(), key=lambda pair: pair[1])
    said = ", ".join(f"{show_count(N)} {html.escape(name)}" for name, N in every)
    return f"The size of the first row, by each law: {said}."


def _short(value: float) -> str:
    return show_count(value, 2)


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.0f}{PER_CENT}"
