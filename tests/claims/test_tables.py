import pytest

from analysis.claims.statements import case_of
from analysis.claims.tables import (
    entries_that_hold,
    exponent_candidates,
    on_frontier,
    size_on_frontier,
)
from analysis.claims.verdicts import load_claims

LEDGER = {claim.id: claim for claim in load_claims()}


def case(key: str):
    return case_of(LEDGER[key], LEDGER)


@pytest.mark.parametrize("name", ["alpha", "beta"])
def test_one_exponent_gives_the_whole_table(name):
    chosen = case(f"post.used.{name}")
    holding = dict(exponent_candidates(chosen))
    best = max(holding, key=holding.get)
    assert best == pytest.approx(float(chosen.claim.printed))
    assert holding.pop(best) == 30 == entries_that_hold(chosen, chosen.law)
    assert max(holding.values()) < 5


def test_the_frontier_goes_through_the_consistent_rows_and_tells_the_others():
    compute = case("hoffmann.A3.10.C")
    for size in ("0.4", "1", "10", "520", "1000", "10000"):
        row = case(f"hoffmann.A3.{size}.C")
        printed = float(row.claim.printed)
        assert on_frontier(compute, row.number("N")) == pytest.approx(printed, rel=5e-3)
    assert on_frontier(compute, 175e9) == pytest.approx(1.26e25, rel=5e-3)
    assert on_frontier(compute, 280e9) == pytest.approx(3.52e25, rel=5e-3)
    assert size_on_frontier(case("hoffmann.A3.67.C")) == pytest.approx(70e9, rel=5e-3)
    assert size_on_frontier(case("hoffmann.A3.67.D")) == pytest.approx(70e9, rel=1e-2)


def test_a_frontier_needs_two_consistent_rows():
    row = LEDGER["hoffmann.A3.10.C"]
    with pytest.raises(ValueError, match="fewer than two consistent rows"):
        on_frontier(case_of(row, {row.id: row}), 1e9)
