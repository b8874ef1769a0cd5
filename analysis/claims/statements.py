"""What the sources say a figure is: each quantity of the ledger as a formula of its inputs.

A claim carries the digits that a source prints and, in `given`, what they follow from. Here each
quantity has one formula, registered under its name; `Case.value` is the one dispatcher. More
quantities are added by registering more functions, more claims by adding a table.

The language of `given` is pairs separated by spaces: `C=4.14e22 k_N=0.57`. An equals sign marks an
input that the source chose, so that it is exact; a tilde (`k_N~0.30`) marks one that the source
rounded before printing it, so that any value which rounds to it may have been used. `law=KEY` names
a published law for a source that has none of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from analysis.internal.display import Shown
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, PUBLISHED, ParametricLaw
from analysis.tradeoff import compute_overhead, data_scaling_factor


@dataclass(frozen=True)
class Claim(Shown):
    """A figure as its source prints it.

    Attributes
    ----------
    id : str
        Unique in the ledger.
    source, locator : str
        Who prints it, and where.
    quantity : str
        What it is a value of; names a statement.
    given : str
        What it follows from, in the language of `analysis.claims.statements`.
    printed : str
        The printed digits, trailing zeros and all.
    unit : str
        Unit of the printed digits; empty for a plain number.
    note : str
        What a reader should know of the wording or of the version.
    """

    id: str
    source: str
    locator: str
    quantity: str
    given: str
    printed: str
    unit: str
    note: str


@dataclass(frozen=True)
class Input:
    """One pair of `given`: its text, its number (NaN for a name), and half a unit if rounded."""

    text: str
    number: float
    half_unit: float


Formula = Callable[["Case"], float]
TRANSLATIONS: Mapping[str, str] = MappingProxyType({"seed-000": "de-vries-2023"})
"""What each translation translates: it has no law of its own."""
UNIT_SIZES = MappingProxyType(
    {
        "": 1.0,
        "%": 0.01,
        "FLOP": 1.0,
        "1e9 parameters": 1e9,
        "1e9 tokens": 1e9,
        "1e12 tokens": 1e12,
        "times": 1.0,
        "epochs": 1.0,
        "orders of magnitude": 1.0,
    }
)


@dataclass(frozen=True)
class Case:
    """A claim with what is needed to recompute it.

    Attributes
    ----------
    claim : Claim
    inputs : mapping
        `given`, parsed.
    law : ParametricLaw or None
        The law of the source; None if the source has none.
    law_name : str
        What the verdict calls it.
    ledger : mapping
        All claims by id: some claims quote others, or stand in a table with them.
    """

    claim: Claim
    inputs: Mapping[str, Input]
    law: ParametricLaw | None
    law_name: str
    ledger: Mapping[str, Claim]

    def computable(self) -> bool:
        """Whether the figure follows from anything."""
        return STATEMENTS[self.claim.quantity].formula is not None

    def value(self) -> float:
        """What the source's statement gives, in the unit of the claim."""
        formula = STATEMENTS[self.claim.quantity].formula
        assert formula is not None
        return formula(self) / UNIT_SIZES[self.claim.unit]

    def other_values(self) -> dict[str, float]:
        """What the source may have meant instead, in the unit of the claim, by what it rests on."""
        size = UNIT_SIZES[self.claim.unit]
        others = STATEMENTS[self.claim.quantity].others
        return {name: formula(self) / size for name, formula in others.items()}

    def having(self, **inputs: float) -> Case:
        """The same case with some inputs replaced."""
        changed = {key: Input(f"{number:g}", number, 0.0) for key, number in inputs.items()}
        return replace(self, inputs={**self.inputs, **changed})

    def under(self, law: ParametricLaw) -> Case:
        """The same case under another law."""
        return replace(self, law=law)

    def parametric(self) -> ParametricLaw:
        """The law of the source, which the quantity needs."""
        if self.law is None:
            raise ValueError(f"claim {self.claim.id}: no published law {self.law_name!r}")
        return self.law

    def number(self, name: str) -> float:
        """The named input."""
        entry = self._input(name)
        if math.isnan(entry.number):
            raise ValueError(f"claim {self.claim.id}: {name} must be a number, got {entry.text!r}")
        return entry.number

    def parameter(self) -> str:
        """The parameter of a parametric law that the claim is about."""
        name, known = self.text("parameter"), [entry.name for entry in fields(ParametricLaw)]
        if name not in known:
            raise ValueError(f"claim {self.claim.id}: parameter must be one of {known}: {name!r}")
        return name

    def text(self, name: str) -> str:
        """The named input as written."""
        return self._input(name).text

    def companions(self) -> list[Claim]:
        """The claims of the table that the claim names."""
        table = self.text("table") + "."
        return [claim for key, claim in self.ledger.items() if key.startswith(table)]

    def _input(self, name: str) -> Input:
        if name not in self.inputs:
            raise ValueError(f"claim {self.claim.id}: given must name {name}: {self.claim.given!r}")
        return self.inputs[name]


def case_of(claim: Claim, ledger: Mapping[str, Claim]) -> Case:
    """Parse a claim; what it needs of other claims is looked up in the ledger."""
    if claim.quantity not in STATEMENTS:
        raise ValueError(f"claim {claim.id}: nobody states what {claim.quantity!r} is")
    name = TRANSLATIONS.get(claim.source, claim.source)
    if claim.quantity == "fitted parameter":
        name = f"{name}-unrounded"
    inputs = parse_given(claim)
    if "law" in inputs:
        name = inputs["law"].text
        if name not in PUBLISHED:
            raise ValueError(f"claim {claim.id}: law must be one of {[*PUBLISHED]}, got {name!r}")
    law = PUBLISHED[name].law if name in PUBLISHED else None
    return Case(claim, inputs, law, STATEMENTS[claim.quantity].law or name, ledger)


def parse_given(claim: Claim) -> dict[str, Input]:
    """Parse `given` into inputs by name."""
    inputs = {}
    for pair in claim.given.split():
        rounded = "~" in pair
        name, separator, text = pair.partition("~" if rounded else "=")
        if not (name and separator and text):
            raise ValueError(f"claim {claim.id}: given must be pairs like k_N=0.5, got {pair!r}")
        inputs[name] = _parse_input(text, rounded)
    return inputs


def _parse_input(text: str, rounded: bool) -> Input:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return Input(text, math.nan, 0.0)
    if number.is_nan():
        return Input(text, math.nan, 0.0)
    if not number.is_finite() or abs(number.adjusted()) > 300:
        return Input(text, float(number), 0.0)
    half_unit = Decimal(5).scaleb(int(number.as_tuple().exponent) - 1) if rounded else 0
    return Input(text, float(number), float(half_unit))


@dataclass(frozen=True)
class Statement:
    """What a quantity is.

    Attributes
    ----------
    formula : callable or None
        A case in; parameters, tokens, FLOP or a plain fraction out. None for an estimate from runs
        that are not at hand.
    law : str
        What the formula rests on; empty for the parametric law of the source.
    others : mapping
        Formulas that the source may have meant instead, by what they rest on.
    """

    formula: Formula | None
    law: str
    others: Mapping[str, Formula] = field(default_factory=dict)


STATEMENTS: dict[str, Statement] = {}
"""The statement of each quantity."""


def states(
    quantity: str, law: str = "", others: Mapping[str, Formula] | None = None
) -> Callable[[Formula], Formula]:
    """Register the formula of a quantity."""

    def register(formula: Formula) -> Formula:
        STATEMENTS[quantity] = Statement(formula, law, others or {})
        return formula

    return register


def estimated(quantity: str) -> None:
    """Register a quantity that nothing at hand gives: an estimate from runs that are not."""
    STATEMENTS[quantity] = Statement(None, "")


@states("training compute", law="C = 6 N D")
def _training_compute(case: Case) -> float:
    return FLOP_PER_PARAMETER_TOKEN * case.number("N") * case.number("D")


@states("tokens for the compute", law="C = 6 N D")
def _tokens_for_compute(case: Case) -> float:
    return case.number("C") / (FLOP_PER_PARAMETER_TOKEN * case.number("N"))


@states("compute-optimal parameters")
def _optimal_parameters(case: Case) -> float:
    return float(case.parametric().compute_optimal(case.number("C")).N)


@states("compute-optimal tokens")
def _optimal_tokens(case: Case) -> float:
    return float(case.parametric().compute_optimal(case.number("C")).D)


@states("parameters at k_N")
def _parameters(case: Case) -> float:
    return case.number("k_N") * _optimal_parameters(case)


@states("tokens at k_N")
def _tokens(case: Case) -> float:
    law = case.parametric()
    k_D = float(data_scaling_factor(case.number("k_N"), law.alpha, law.beta))
    return k_D * _optimal_tokens(case)


@states("compute overhead")
def _overhead(case: Case) -> float:
    law = case.parametric()
    return float(compute_overhead(case.number("k_N"), law.alpha, law.beta))


@states("excess compute", law="kaplan-2020, eq. B.16")
def _excess_compute(case: Case) -> float:
    """The overhead with steps in the place of tokens."""
    exponents = case.number("alpha_N"), case.number("alpha_S")
    return float(compute_overhead(case.number("k_N"), *exponents))


@states("steps saved", law="kaplan-2020, eq. B.17")
def _steps_saved(case: Case) -> float:
    exponents = case.number("alpha_N"), case.number("alpha_S")
    return 1 - float(data_scaling_factor(case.number("k_N"), *exponents))


@states("fitted parameter")
def _fitted_parameter(case: Case) -> float:
    """The estimate before rounding; a law that is known as printed only would judge itself."""
    return float(getattr(case.parametric(), case.parameter()))


@states("quoted parameter", law="the original")
def _quoted_parameter(case: Case) -> float:
    source = original(case)
    case.parameter()
    return float(source.printed)


def original(case: Case) -> Claim:
    """The claim that a claim quotes."""
    key = case.text("of")
    if key not in case.ledger:
        raise ValueError(f"claim {case.claim.id}: quotes {key!r}, which is not in the ledger")
    return case.ledger[key]
