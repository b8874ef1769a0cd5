"""What a hostile caller puts in the place of one good argument, and what must then be refused.

`VALUES` holds the values by name. A kind of argument is the set of the names that it must refuse;
any other value may be refused too, or be answered. `Call` is a good call and the kinds of its
arguments.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import sympy as sp

import analysis
from analysis.internal.doors import kind_of, kinds_of
from analysis.internal.kinds import name_of


class Unreadable:
    """An object whose conversion to an array fails in a way of its own."""

    def __array__(self, *_args, **_kwargs):
        raise KeyError("no numbers here")

    def __repr__(self):
        raise RuntimeError("no words either")


def masked(*values, mask):
    return np.ma.masked_array(values, mask=mask)


ODD: dict[str, Callable[[], Any]] = {
    "NaN": lambda: float("nan"),
    "a NaN among numbers": lambda: [1.0, float("nan")],
    "a NaN in an array": lambda: np.array([[1.0], [np.nan]]),
    "a small NaN": lambda: np.float16("nan"),
    "a NaN in a series": lambda: pd.Series([1.0, None]),
    "text": lambda: "a lot",
    "a number as text": lambda: "0.5",
    "no text": lambda: "",
    "bytes": lambda: b"1",
    "an array of text": lambda: np.array(["0.5", "1"]),
    "text as objects": lambda: np.array(["0.5"], dtype=object),
    "complex": lambda: 1 + 2j,
    "complex without imaginary part": lambda: np.complex128(1),
    "complex array": lambda: np.array([1 + 0j, 2]),
    "truth values": lambda: np.array([True, False]),
    "truth values as objects": lambda: np.array([True], dtype=object),
    "masked entries": lambda: masked(1.0, 2.0, mask=[0, 1]),
    "all masked": lambda: masked(1.0, mask=[1]),
    "masked": lambda: np.ma.masked,
    "an object": object,
    "objects": lambda: np.array([object(), None]),
    "Nones": lambda: [None, None],
    "a mapping": lambda: {"N": 1},
    "an empty mapping": dict,
    "a set": lambda: {1.0, 2.0},
    "a function": lambda: len,
    "a type": lambda: float,
    "a module": lambda: np,
    "a generator": lambda: (x for x in (1.0, 2.0)),
    "dates": lambda: np.array(["2024-01-01"], dtype="datetime64[D]"),
    "durations": lambda: np.array([1], dtype="timedelta64[s]"),
    "a date": lambda: datetime.date(2024, 1, 1),
    "a record": lambda: np.array([(1.0, 2)], dtype=[("N", float), ("D", int)]),
    "raw bytes": lambda: np.array([b"ab"], dtype="V2"),
    "ragged": lambda: [[1.0], [1.0, 2.0]],
    "nothing": list,
    "an empty array": lambda: np.empty((0, 3)),
    "an empty array of objects": lambda: np.array([], dtype=object),
    "an empty series": lambda: pd.Series([], dtype=float),
    "an empty table": pd.DataFrame,
    "a symbol": lambda: sp.Symbol("N"),
    "dots": lambda: ...,
    "unreadable": Unreadable,
    "an integer beyond doubles": lambda: 10**400,
    "an integer beyond words": lambda: 10**5000,
    "a negative integer beyond words": lambda: -(10**5000),
    "beyond doubles": lambda: np.longdouble("1e4000"),
    "integers beyond doubles": lambda: [1, 10**400],
    "a decimal that is none": lambda: decimal.Decimal("sNaN"),
    "something like a run": lambda: SimpleNamespace(N=1.0, D=1.0),
}
"""What is no real finite number, nor holds only such."""
TRUE = {"true": lambda: True, "false": lambda: False, "numpy's true": lambda: np.True_}
NONE = {"None": lambda: None}
INFINITE = {
    "infinity": lambda: float("inf"),
    "minus infinity": lambda: -np.inf,
    "an infinity among numbers": lambda: np.array([1.0, np.inf]),
    "a small infinity": lambda: np.float16("inf"),
}
NEGATIVE = {
    "minus one": lambda: -1,
    "below zero by a hair": lambda: -5e-324,
    "far below zero": lambda: -1e308,
    "a huge negative integer": lambda: -(10**25),
    "a negative among numbers": lambda: [0.5, -0.5],
    "a negative small integer": lambda: np.int8(-128),
}
ZERO = {
    "zero": lambda: 0,
    "zero as a float": lambda: 0.0,
    "minus zero": lambda: -0.0,
    "a zero among numbers": lambda: [0.5, 0.0],
    "an unsigned zero": lambda: np.uint8(0),
    "below doubles": lambda: np.longdouble("1e-4900"),
}
SINGLE = {
    "subnormal": lambda: 5e-324,
    "tiny": lambda: 1e-300,
    "small": lambda: 1e-9,
    "a half": lambda: 0.5,
    "two as a float": lambda: 2.0,
    "a fraction": lambda: fractions.Fraction(1, 3),
    "large": lambda: 1e200,
    "the largest": lambda: np.finfo(float).max,
    "a huge integer": lambda: 10**25,
    "half precision": lambda: np.float16(0.5),
    "extended precision": lambda: np.longdouble("0.5"),
    "an array of no axis": lambda: np.array(0.5),
}
ARRAYS = {
    "seven numbers": lambda: np.linspace(0.2, 0.8, 7),
    "seven numbers as a column": lambda: np.linspace(0.2, 0.8, 7)[:, None],
    "a series": lambda: pd.Series([0.3, 0.4], index=[7, 7]),
    "backwards": lambda: np.array([0.3, 0.4, 0.5])[::-1],
    "not to be written": lambda: np.broadcast_to(0.5, (2, 3)),
    "in the other byte order": lambda: np.array([0.5], dtype=">f8"),
    "masked but whole": lambda: masked(0.5, 0.6, mask=[0, 0]),
    "from the smallest to the largest": lambda: np.array([5e-324, 1.0, 1.7e308]),
}
VALUES = ODD | TRUE | NONE | INFINITE | NEGATIVE | ZERO | SINGLE | ARRAYS

NO_NUMBER = frozenset(ODD | TRUE | NONE)
EXTENDED = NO_NUMBER
REAL = NO_NUMBER | frozenset(INFINITE)
NON_NEGATIVE = REAL | frozenset(NEGATIVE)
POSITIVE = NON_NEGATIVE | frozenset(ZERO)
ONE_POSITIVE = POSITIVE | frozenset(ARRAYS)
ONE_NON_NEGATIVE = NON_NEGATIVE | frozenset(ARRAYS) | {"a zero among numbers"}
ALL = frozenset(VALUES)
SHARE = ONE_POSITIVE | {"two as a float", "large", "the largest", "a huge integer"}
FACTOR = ONE_POSITIVE | frozenset(SINGLE) - {
    *("two as a float", "large", "the largest", "a huge integer"),
}
SEED = (
    ALL
    - {"zero", "an unsigned zero", "a huge integer", "an integer beyond doubles"}
    - {"an integer beyond words"}
)
FLAG = ALL - frozenset(TRUE)
TEXT = ALL - {"text", "a number as text", "no text"}
FUNCTION = ALL - {"a function"}
ARRAY = POSITIVE | frozenset(SINGLE) | {"seven numbers as a column"}
"""Positive numbers along one axis."""
LISTED = POSITIVE - {"a generator", "a set"}
KINDS = {
    "positive": POSITIVE,
    "positive_as_given": POSITIVE,
    "non_negative": NON_NEGATIVE,
    "real": REAL,
    "extended": EXTENDED,
    "one positive": ONE_POSITIVE,
    "one non_negative": ONE_NON_NEGATIVE,
    "one real": REAL | frozenset(ARRAYS),
    "share": SHARE,
    "factor": FACTOR,
    "flag": FLAG,
    "str": TEXT,
    "function": FUNCTION,
    "Expr": ALL - {"a symbol"},
    "object": frozenset(),
    "as_float": EXTENDED - {"NaN", "a small NaN", "beyond doubles"},
    "analytic": REAL,
    "array of positive": ARRAY,
    "starts": NON_NEGATIVE,
    "several one positive": ARRAY - {"a generator", "a set"},
    "several count from 0": ALL - {"integers beyond doubles"},
    "count from 0": SEED,
}
"""What each kind of argument must refuse, by its name; where a kind is not here, every value."""


def refused_by(function: Callable) -> dict[str, frozenset[str]]:
    """Return what each argument of a function must refuse, as its annotation says."""
    found = {}
    for name, annotation in kinds_of(function).items():
        if annotation is Any or isinstance(annotation, TypeVar):
            continue
        kind, optional = kind_of(annotation)
        refused = KINDS.get(name_of(kind), ALL)
        found[name] = refused - {"None"} if optional else refused
    return found


def doors():
    """Every function, method and dataclass of the package whose arguments a door checks."""
    for info in pkgutil.walk_packages(analysis.__path__, "analysis."):
        module = importlib.import_module(info.name)
        for item in vars(module).values():
            if getattr(item, "__module__", "") != info.name:
                continue
            members = (
                [getattr(one, "__func__", one) for one in vars(item).values()]
                if (inspect.isclass(item))
                else [item]
            )
            for one in members:
                if hasattr(one, "behind"):
                    name = one.__qualname__.removesuffix(".__init__")
                    yield f"{info.name.removeprefix('analysis.')}.{name}", one


@dataclass(frozen=True)
class Call:
    """A good call of a public function, and what each of its arguments must refuse."""

    function: Callable
    door: Callable
    arguments: dict[str, Any]
    refused: dict[str, frozenset[str]]
    infinite: bool
    costly: bool
    untried: frozenset[str]

    def cases(self):
        """Yield (argument, name of the value, whether it must be refused); not the costly calls."""
        for argument, refused in self.refused.items():
            for name in VALUES.keys() - self.untried:
                if name in refused or not self.costly:
                    yield argument, name, name in refused


def call(
    function: Callable,
    *,
    door: Callable | None = None,
    infinite: bool = False,
    costly: bool = False,
    untried: Iterable[str] = (),
    refused: dict[str, frozenset[str] | None] | None = None,
    **arguments: Any,
) -> Call:
    """Make a `Call` of good arguments; the annotations of `door`, or the function, say the kinds.

    An answer may be infinite if `infinite`; a `costly` call is made with bad values only; values
    that are not this function's to judge are `untried`; `refused` says what an annotation cannot.
    """
    kinds = refused_by(door or function) | (refused or {})
    kinds = {name: kinds[name] for name in arguments if kinds.get(name) is not None}
    return Call(function, door or function, arguments, kinds, infinite, costly, frozenset(untried))


def by_name(*calls: Call) -> dict[str, Call]:
    """Name each call by the function behind it; a second call of one is told by its place."""
    found: dict[str, Call] = {}
    for one in calls:
        door = one.door
        module = door.__module__.removeprefix("analysis.")
        name = f"{module}.{door.__qualname__}"
        while name in found:
            name += " again"
        found[name] = one
    return found
