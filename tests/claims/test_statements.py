import math
from dataclasses import replace

import pytest

from analysis.claims.statements import STATEMENTS, Claim, case_of, parse_given
from analysis.claims.verdicts import load_claims
from analysis.laws import PUBLISHED
from analysis.tradeoff import compute_overhead

CLAIM = Claim("x", "de-vries-2023", "", "compute overhead", "k_N=0.5", "20", "%", "")
LEDGER = {claim.id: claim for claim in load_claims()}


def case(**changes: str):
    return case_of(replace(CLAIM, **changes), LEDGER)


def test_given_is_parsed():
    inputs = parse_given(replace(CLAIM, given="C~4.14e22 k_N=0.57 of=hoffmann.E"))
    assert list(inputs) == ["C", "k_N", "of"]
    assert (inputs["C"].number, inputs["C"].half_unit) == (4.14e22, 0.5e20)
    assert (inputs["k_N"].number, inputs["k_N"].half_unit) == (0.57, 0.0)
    assert math.isnan(inputs["of"].number)
    assert inputs["of"].text == "hoffmann.E"
    assert parse_given(replace(CLAIM, given="")) == {}


@pytest.mark.parametrize("given", ["k_N", "=0.5", "k_N=", "k_N 0.5", "~"])
def test_malformed_given(given):
    with pytest.raises(ValueError, match="claim x: given must be pairs"):
        parse_given(replace(CLAIM, given=given))


def test_values_come_in_the_unit_of_the_claim():
    law = PUBLISHED["de-vries-2023"].law
    assert case().value() == 100 * compute_overhead(0.5, law.alpha, law.beta)
    assert case(unit="").value() == compute_overhead(0.5, law.alpha, law.beta)
    given = {"quantity": "compute-optimal parameters", "given": "C=1e23", "unit": "1e9 parameters"}
    assert case(**given).value() == law.compute_optimal(1e23).N / 1e9


def test_the_same_case_with_other_inputs_or_under_another_law():
    hoffmann = PUBLISHED["hoffmann-2022"].law
    assert case().having(k_N=0.25).value() == case(given="k_N=0.25").value()
    assert case().under(hoffmann).value() == case(source="hoffmann-2022").value()


def test_the_translation_computes_with_the_law_of_the_post():
    assert case(source="seed-000").law == PUBLISHED["de-vries-2023"].law


def test_parameters_at_k_N_cost_what_their_overhead_says():
    inputs = {"given": "C=1e22 k_N=0.4", "unit": ""}
    N = case(quantity="parameters at k_N", **inputs).value()
    D = case(quantity="tokens at k_N", **inputs).value()
    overhead = case(given="k_N=0.4", unit="").value()
    assert pytest.approx(1e22 * (1 + overhead), rel=1e-12) == 6 * N * D


def test_every_quantity_is_used():
    assert {claim.quantity for claim in LEDGER.values()} == set(STATEMENTS)
