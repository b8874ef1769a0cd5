"""The figures that a reader moves, as text: what they hold and must not, and how large they are."""

import dataclasses
import functools
import gzip
import json
import re

import pytest
import sympy as sp

from analysis.advice import load_models
from analysis.derivation import alpha, beta, derive
from analysis.figures import interactive
from analysis.figures.explorer import interactive_curve
from analysis.figures.interactive.cloud import MOST
from analysis.figures.models import GROUPS
from analysis.laws import PUBLISHED, LawEnsemble
from analysis.studies.chinchilla import recorded_refit

derived = functools.cache(derive)
LARGEST = 25 * 1024
"""Bytes of script and style of the chapters' figures together, compressed, without the data."""
FORMULAS = {
    "decision": (
        "total_budget",
        "total_budget_size",
        "served_for_rate",
        "rate",
        "N_opt",
        "k_D_of_m",
    ),
    "bill": ("log_k_D", "k_min", "k_N_of_m", "k_D_of_m", "served_for_rate", "served_at_price"),
    "cloud": ("log_k_D", "accurate_overhead", "k_min", "N_opt", "D_opt"),
    "models": ("rate", "k_N_of_m", "k_D_of_m", "accurate_overhead", "N_opt", "D_opt"),
    "plane": ("loss", "log_k_D", "accurate_overhead", "k_min", "N_opt", "D_opt", "budget"),
}
"""The equations that each figure prints into its script."""


POST = PUBLISHED["de-vries-2023"].law
MAKE = {
    "curve": interactive_curve,
    "decision": interactive.interactive_decision,
    "bill": interactive.interactive_bill,
    "cloud": lambda derivation: interactive.interactive_cloud(derivation, *recorded_refit()),
    "models": functools.partial(interactive.interactive_models, models=load_models()),
    "plane": functools.partial(interactive.interactive_plane, law=POST),
}


def make(name: str, derivation) -> str:
    return MAKE[name](derivation).html


@functools.cache
def page(name: str) -> str:
    return make(name, derived())


def script(html: str) -> str:
    [text] = re.findall(r"<script>(.*?)</script>", html, flags=re.S)
    return text


def styles(html: str) -> list[str]:
    return re.findall(r"<style>(.*?)</style>", html, flags=re.S)


def without_data(text: str) -> str:
    return re.sub(r"const (models|draws|laws|largest|groups|bands) = .*;\n", "", text)


@pytest.mark.slow
def test_together_they_are_small():
    pages = [page(name) for name in MAKE if name != "decision"]
    scripts = [without_data(script(one)) for one in pages]
    once = {style for one in pages for style in styles(one)}
    assert len(once) == 1 + len(pages)
    assert sum(len(gzip.compress(part.encode(), 9)) for part in (*scripts, *once)) <= LARGEST


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMULAS)
class TestEach:
    def test_can_be_allowed_by_a_hash(self, name):
        html = page(name)
        assert html.count("<script") == 1
        assert not re.search(r"\bon\w+\s*=\s*[\"']", html)
        assert not re.search(r"\beval\b|new Function|javascript:|document\.write|import\(", html)

    def test_asks_nobody(self, name):
        assert set(re.findall(r"https?://[^\s\"'<>]+", page(name))) <= {
            "http://www.w3.org/2000/svg",
            "http://www.w3.org/1999/xlink",
        }

    def test_is_the_same_each_time(self, name):
        assert make(name, derive()) == page(name)

    def test_fills_every_slot(self, name):
        assert "@" not in script(page(name))
        assert not re.search(r"@[a-z_]+[\s<\"]", page(name).replace("@media ", ""))

    def test_takes_its_formulas_from_the_derivation(self, name):
        d = derived()
        for equation in FORMULAS[name]:
            old = getattr(d, equation)
            wrong = sp.Eq(old.lhs, 2 * old.rhs.subs(alpha, beta), evaluate=False)
            assert make(name, dataclasses.replace(d, **{equation: wrong})) != page(name), equation

    def test_names_every_field(self, name):
        for tag in re.findall(r"<(?:input|select)[^>]*>", page(name)):
            field = re.search(r'name="(\w+)"', tag)[1]
            labelled = re.search(rf'<label>[^<]*<\w+ name="{field}"', page(name))
            assert labelled or "aria-label=" in tag, tag

    def test_stands_still_without_a_script(self, name):
        if name == "decision":
            return self.answers_the_preset_without_a_script(page(name))
        before = page(name).split("<script>")[0]
        assert re.search(r'<div data-picture><svg role="img" aria-label=".{80,}?"', before)
        assert "<form hidden" in before
        assert "stands still" in before

    def answers_the_preset_without_a_script(self, html):
        before = html.split("<script>")[0]
        assert "Train <b>16.4B parameters on 1.39T tokens</b>" in before
        assert before.count("<tr>") == 4
        assert re.search(r"@media \(scripting: ?none\)\s*{\s*\.decision form", before)


def test_the_table_of_models_is_in_it_whole():
    table = load_models()
    rows = json.loads(re.search(r"const models = (.*);", script(page("models")))[1])
    assert [row["name"] for row in rows] == table["name"].tolist()
    assert [row["D"] for row in rows] == table["D"].tolist()
    assert {row["maker"] for row in rows} > {"Meta", "Qwen Team", "Gemma Team"}


@pytest.mark.slow
def test_a_model_of_another_year_and_a_rude_name_is_drawn():
    table = load_models().head(3).assign(year=[2019, 2027, 2030], name=["</script>", "<b>", "a&b"])
    html = interactive.interactive_models(derived(), table).html
    assert html.count("</script>") == 1
    rows = json.loads(re.search(r"const models = (.*);", script(html))[1])
    assert [row["group"] for row in rows] == [0, *[len(GROUPS) - 1] * 2]


def test_what_nothing_calls_is_left_out():
    assert "overheadAt" in script(page("models"))
    assert "tokensServed" not in script(page("models"))


def test_the_first_resamples_are_in_the_cloud_to_the_digit():
    drawn = json.loads(re.search(r"const draws = (.*);", script(page("cloud")))[1])
    _, draws = recorded_refit()
    assert len(drawn) == MOST < len(draws)
    for name in ("A", "B", "alpha", "beta"):
        assert [one[name] for one in drawn] == getattr(draws, name)[:MOST].tolist()


def test_few_resamples_are_a_cloud_too():
    few = LawEnsemble([1.8] * 3, [480] * 3, [2000] * 3, [0.34, 0.35, 0.36], [0.36, 0.37, 0.38])
    html = interactive.interactive_cloud(derived(), POST, few).html
    assert 'max="3"' in html
