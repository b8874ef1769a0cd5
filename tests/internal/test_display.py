"""Results show themselves in plain units, on a line and as a table; `repr` stays exact."""

import dataclasses
import importlib
import pkgutil
import re

import numpy as np
import pandas as pd
import pytest
import sympy as sp
from IPython.lib.pretty import pretty

import analysis
from analysis.derivation import derive
from analysis.internal.display import Shown, show_large
from analysis.laws import PUBLISHED, Allocation, LawEnsemble, ParametricLaw
from analysis.tradeoff import place

LAW = PUBLISHED["de-vries-2023"].law
SHOW_THEMSELVES_OTHERWISE = {
    *("Picture", "Downloads", "Note", "Explorer", "Check"),  # they are pages' pieces
    *("Mistake", "Number", "Numbers", "Formula", "Function", "Names"),  # keys: not to be shown
    *("Input", "Case", "Statement", "Objective", "Problem"),  # workings of the ledger and the fits
}


def public_records():
    for module in pkgutil.walk_packages(analysis.__path__, "analysis."):
        if module.name != "analysis.__main__":
            loaded = importlib.import_module(module.name)
            for name, value in vars(loaded).items():
                own = dataclasses.is_dataclass(value) and value.__module__ == module.name
                if own and isinstance(value, type) and not name.startswith("_"):
                    yield value


def test_every_public_record_is_frozen_and_shows_itself():
    records = list(public_records())
    assert len(records) > 25
    for record in records:
        assert record.__dataclass_params__.frozen, record
        assert issubclass(record, Shown) or record.__name__ in SHOW_THEMSELVES_OTHERWISE, record


@pytest.mark.parametrize("show", [str, pretty, lambda run: run._repr_html_()])
def test_a_run_is_shown_in_plain_units(show):
    text = show(Allocation(N=6.9e9, D=1e12, C=4.14e22))
    assert "6.9B parameters" in text
    assert "1.0T tokens" in text
    assert "4.14e22 FLOP" in text


def test_repr_stays_exact():
    assert eval(repr(LAW)) == LAW
    run = LAW.compute_optimal(1e23)
    assert eval(repr(run)) == run


def test_a_placement_shows_its_parts():
    text = str(place(LAW, 6.9e9, 1e12))
    assert "k_N = 0.5797" in text
    assert "overhead = 11.7 %" in text
    assert "optimal = Allocation(N = 11.9B parameters" in text
    assert not re.search(r"\d{7}", text)


def test_many_are_shown_by_their_range():
    text = str(place(LAW, [6.9e9, 7e10, 7e11], 1e12))
    assert "3 values" in text
    assert "11.9B" in text
    laws = LawEnsemble(E=[1.0], A=[2.0], B=[3.0], alpha=[0.3], beta=[0.4])
    assert "alpha = 1 values, 0.3 to 0.3" in str(laws)


@pytest.mark.slow
def test_an_equation_is_shown_as_an_equation():
    table = derive()._repr_html_()
    assert "$k_{D} = " in table
    assert table.count("<tr>") == len(dataclasses.fields(derive()))


@dataclasses.dataclass(frozen=True)
class Sample(Shown):
    value: object
    hidden: int = dataclasses.field(default=1, repr=False)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "3"),
        (True, "True"),
        (np.float64(0.123456), "0.1235"),
        (np.array(2.5), "2.5"),
        (np.array([]), "0 values"),
        (np.array([np.nan, np.inf]), "2 values"),
        (np.array([1.0, np.nan, 3.0]), "3 values, 1 to 3"),
        (np.zeros((2, 5)), "2 x 5 values, 0 to 0"),
        (pd.DataFrame({"a": [1, 2]}), "a table of 2 rows"),
        ({"N": 7e9, "x": 1.0}, "{N: 7.0B parameters, x: 1}"),
        ((1.0, 2.0), "(1, 2)"),
        ([1, 2, 3, 4, 5], "5 entries"),
        (None, "None"),
        ("word " * 30, ("word " * 14).rstrip() + " …"),
        (len, "the function len"),
        (sp.Symbol("x"), "x"),
    ],
    ids=str,
)
def test_any_value_is_shown_on_a_line(value, shown):
    assert str(Sample(value)) == f"Sample(value = {shown})"
    assert "hidden" not in Sample(value)._repr_html_()


def test_names_are_safe_in_html():
    assert "<b>" not in Sample("<b>")._repr_html_()
    assert "&lt;b&gt;" in Sample(ParametricLaw(1, 1, 1, 1, 1)).__class__("<b>")._repr_html_()


def test_a_count_keeps_two_digits():
    assert [show_large(x) for x in (1e12, 9e9, 1.4e12, 12e9, 7, 104, 2.5e22)] == [
        *("1.0T", "9.0B", "1.4T", "12B", "7", "104", "2.5e22"),
    ]
