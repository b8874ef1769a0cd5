"""Which law is fitted: with an outer power or without, what is free, what is tied, what is held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.fit.outer import OuterProblems
from analysis.fit.problems import Problems
from analysis.fit.runs import Runs
from analysis.internal.display import Shown
from analysis.internal.kinds import Doubles
from analysis.laws import OuterPowerLaw, ParametricLaw

PARAMETERS = ("E", "A", "B", "alpha", "beta")
"""The order of the parameters wherever an array holds them; kappa follows where there is one."""


@dataclass(frozen=True)
class Form(Shown):
    """The form of a fit.

    Attributes
    ----------
    tie_exponents : bool
        Whether alpha = beta.
    E : float, optional
        The irreducible loss, nats per token, if it is held.
    outer_power : bool
        Whether kappa is free.
    kappa : float, optional
        The outer power, if it is held.
    """

    tie_exponents: bool = False
    E: float | None = None
    outer_power: bool = False
    kappa: float | None = None

    @property
    def has_power(self) -> bool:
        """Whether the sum of the two powers is raised to kappa, free or held."""
        return self.outer_power or self.kappa is not None

    @property
    def kappa_is_free(self) -> bool:
        """Whether kappa is fitted."""
        return self.outer_power and self.kappa is None

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters of the law, in their order."""
        return (*PARAMETERS, "kappa") if self.has_power else PARAMETERS

    @property
    def law(self) -> type[ParametricLaw]:
        """The law's class."""
        return OuterPowerLaw if self.has_power else ParametricLaw

    def row(self, law: ParametricLaw) -> Doubles:
        """Return the parameters of a law of this form, shape (p,)."""
        return np.array([getattr(law, name) for name in self.names])

    def without_power(self) -> Form:
        """Return the form whose sum of powers is the loss itself."""
        return Form(self.tie_exponents, self.E)

    def problems(self, runs: Runs, weights: Doubles | None = None) -> Problems:
        """Return the fits of this form to runs, each with weights of its own if these are given."""
        basis = np.eye(len(self.names))
        if self.tie_exponents:
            basis[4, 3] = 1.0
        held = {
            "E": self.E is not None,
            "beta": self.tie_exponents,
            "kappa": self.kappa is not None,
        }
        free = [not held.get(name, False) for name in self.names]
        kind = OuterProblems if self.has_power else Problems
        weights = runs.weights if weights is None else weights
        return kind(runs.N, runs.D, runs.loss, weights, basis[:, free])

    def held(self, rows: Doubles) -> Doubles:
        """Return parameters, shape (p, n), with those that are tied or held as they shall be."""
        rows = np.array(rows)
        if self.tie_exponents:
            rows[3:5] = rows[3:5].mean(0)
        if self.E is not None:
            rows[0] = self.E
        if self.kappa is not None:
            rows[5] = self.kappa
        return rows


FREE = Form()
"""The sum of two powers, everything free."""
