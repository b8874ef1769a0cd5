import ast
from pathlib import Path

import pytest

import analysis.claims.readings
from analysis.claims.readings import READINGS, Kind, least_change, within_rounding
from analysis.claims.statements import Claim, case_of
from analysis.claims.verdicts import load_claims

LEDGER = {claim.id: claim for claim in load_claims()}


def sentences(tree: ast.AST) -> list[str]:
    """The text of every string in the module that is no docstring."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def test_no_number_is_typed_into_an_explanation():
    tree = ast.parse(Path(analysis.claims.readings.__file__).read_text(encoding="utf-8"))
    found = sentences(tree)
    assert any("misprinted" in text for text in found)
    for text in found:
        assert not any(c.isdigit() for c in text.replace("6 N D", "")), text


@pytest.mark.slow
def test_every_kind_has_a_reading_and_the_last_always_speaks():
    assert {reading.kind for reading in READINGS} == set(Kind) - {Kind.NOT_CHECKED}
    for claim in LEDGER.values():
        case = case_of(claim, LEDGER)
        assert not case.computable() or READINGS[-1].explain(case, case.value())


@pytest.mark.slow
def test_every_reading_gives_some_row_of_the_ledger():
    for reading in READINGS:
        cases = [case_of(claim, LEDGER) for claim in LEDGER.values()]
        assert any(reading.explain(case, case.value()) for case in cases)


def overhead(given: str, printed: str):
    claim = Claim("x", "de-vries-2023", "", "compute overhead", given, printed, "%", "")
    return case_of(claim, LEDGER)


def test_a_rounded_input_stays_within_its_rounding():
    assert within_rounding(overhead("k_N~0.5", "20"), "k_N") == pytest.approx(0.5053, abs=1e-4)
    assert within_rounding(overhead("k_N~0.5", "99"), "k_N") == pytest.approx(0.45)
    assert within_rounding(overhead("k_N~0.5", "1"), "k_N") == pytest.approx(0.55)


def test_the_least_change_stays_on_its_side_of_the_optimum():
    below, above = overhead("k_N=0.9", "5"), overhead("k_N=1.2", "5")
    name, needed = least_change(below)
    assert name == "k_N"
    assert needed < 0.9
    assert below.having(k_N=needed).value() == pytest.approx(5)
    assert least_change(above)[1] > 1.2
    assert least_change(overhead("k_N=0.9", "1000")) is None
