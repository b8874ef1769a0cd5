"""The interactive curve as text: what it holds, what it must not hold, and how large it is."""

import dataclasses
import functools
import gzip
import json
import re

import pytest
import sympy as sp

from analysis.derivation import alpha, beta, derive
from analysis.figures.explorer import explorer, fitted_laws, interactive_curve
from analysis.figures.picture import Picture
from analysis.laws import PUBLISHED
from analysis.studies.chinchilla import recorded_band, recorded_refit

pytestmark = pytest.mark.slow
derived = functools.cache(derive)
STILL = Picture("<svg></svg>", "", "", "still")
LARGEST = 14.5 * 1024
"""Bytes of the whole figure, compressed: page, style, script, band and the picture at rest."""


@functools.cache
def page() -> str:
    return interactive_curve(derived())._repr_html_()


def script() -> str:
    [text] = re.findall(r"<script>(.*?)</script>", page(), flags=re.S)
    return text


def made(derivation, laws=PUBLISHED) -> str:
    return explorer(derivation, laws, fitted=fitted_laws(), still=STILL).html


def test_it_is_small():
    assert len(gzip.compress(page().encode(), 9)) <= LARGEST


def test_it_can_be_allowed_by_a_hash():
    assert page().count("<script") == 1
    assert not re.search(r"\bon\w+\s*=\s*[\"']", page())
    assert not re.search(r"\beval\b|new Function|javascript:|document\.write|import\(", page())


def test_it_asks_nobody():
    assert set(re.findall(r"https?://[^\s\"'<>]+", page())) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_it_is_the_same_each_time():
    assert interactive_curve(derive()).html == page()


def test_every_slot_is_filled():
    assert "@" not in script()
    assert "@{" not in page()


@pytest.mark.parametrize("name", ["k_min", "rate", "k_N_of_m", "k_D_of_m", "budget"])
def test_its_formulas_are_those_of_the_derivation(name):
    assert sp.jscode(getattr(derived(), name).rhs) in script()


@pytest.mark.parametrize(
    "name", ["log_k_D", "accurate_overhead", "excess_rate", "k_min", "N_opt", "rate", "served"]
)
def test_another_derivation_makes_another_script(name):
    d = derived()
    equation = getattr(d, name)
    wrong = sp.Eq(equation.lhs, 2 * equation.rhs.subs(alpha, beta), evaluate=False)
    assert made(dataclasses.replace(d, **{name: wrong})) != made(d)


def test_it_offers_every_law_the_refit_and_free_exponents():
    offered = re.findall(r'<option value="([^"]+)">([^<]+)</option>', page())
    keys, names = zip(*offered, strict=True)
    assert keys[0] == "all"
    assert set(keys) == {*PUBLISHED, "all", "refit", "free"}
    assert len(set(names)) == len(names)
    laws = json.loads(re.search(r"const laws = (\{.*?\});\n", script())[1])
    for key, published in PUBLISHED.items():
        for symbol in ("A", "B", "alpha", "beta"):
            assert laws[key][symbol] == getattr(published.law, symbol)
    assert laws["refit"]["beta"] == recorded_refit()[0].beta


def test_its_band_is_the_recorded_one_thinned():
    bands = json.loads(re.search(r"const bands = (\{.*?\}\});", script())[1])
    assert bands.keys() == {"all", "refit"}
    assert None in bands["all"]["high"]  # infinite, below a wall
    band, recorded = bands["refit"], recorded_band()
    assert 30 <= len(band["k_N"]) <= 45
    assert (band["k_N"][0], band["k_N"][-1]) == (recorded["k_N"][0], recorded["k_N"][-1])
    for end in ("low", "high"):
        for size, value in zip(band["k_N"], band[end], strict=True):
            i = min(range(len(recorded["k_N"])), key=lambda i: abs(recorded["k_N"][i] - size))
            assert value == pytest.approx(recorded[end][i], rel=0.006)


def test_names_are_escaped():
    rude = dataclasses.replace(PUBLISHED["de-vries-2023"], source='</script><b>"&, Title')
    text = made(derived(), {'a"b<c': rude})
    assert text.count("</script>") == 1
    assert "<b>" not in text
    assert '<option value="a&quot;b&lt;c">' in text


def test_every_field_has_a_name_to_be_read_out():
    for tag in re.findall(r"<(?:input|select)[^>]*>", page()):
        name = re.search(r'name="(\w+)"', tag)[1]
        labelled = re.search(rf'<label>[^<]*<\w+ name="{name}"', page())
        assert labelled or "aria-label=" in tag, tag
    for group in re.findall(r"<fieldset[^>]*>(.*?)</fieldset>", page(), flags=re.S):
        assert group.startswith("<legend>")


def test_without_a_script_a_picture_stands_there_and_nothing_that_does_not_work():
    before = page().split("<script>")[0]
    assert re.search(r'<div data-picture><svg role="img" aria-label=".{80,}?"', before)
    assert "<form hidden" in before
    for tag in ("<table", "<dl", "<p data-note", "<p data-buttons"):
        assert f"{tag} hidden" in before
