"""What a law allots: `analysis.laws.Allocation`, in a module of its own."""

from __future__ import annotations

from dataclasses import dataclass

from analysis._validate import FloatOrArray
from analysis.shown import Shown


@dataclass(frozen=True)
class Allocation(Shown):
    """A training run: how a compute budget is divided between size and data.

    Attributes
    ----------
    N : float or array
        Parameters.
    D : float or array
        Training tokens.
    C : float or array
        Training compute in FLOP, 6 N D (Kaplan et al. 2020, section 2.1).
    """

    N: FloatOrArray
    D: FloatOrArray
    C: FloatOrArray
