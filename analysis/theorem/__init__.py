"""Which laws have a budget-free k_D: statements and certificates, the numerics, the known laws."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from analysis.theorem.known_laws import KNOWN, WITH_EXPERTS, examine_known, pole, powers
from analysis.theorem.numeric import (
    CostedLaw,
    examine,
    is_budget_free,
    optimum,
    solve_k_D,
    spread,
    sum_of_powers,
)

if TYPE_CHECKING:
    from analysis.theorem.certificates import certify_theorem
    from analysis.theorem.statements import Statements, state

__all__ = [
    "KNOWN",
    "WITH_EXPERTS",
    "CostedLaw",
    "Statements",
    "certify_theorem",
    "examine",
    "examine_known",
    "is_budget_free",
    "optimum",
    "pole",
    "powers",
    "solve_k_D",
    "spread",
    "state",
    "sum_of_powers",
]
SYMBOLIC = {"Statements": "statements", "state": "statements", "certify_theorem": "certificates"}
"""What loads SymPy, a second's work: only whoever asks for it waits."""


def __getattr__(name: str) -> Any:
    if name not in SYMBOLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{SYMBOLIC[name]}"), name)
