"""Every number in the prose is recorded; one that moves is named with its page, old and new."""

import copy
import json
from pathlib import Path

import pytest
from chapters import numbered_chapters

ROOT = Path(__file__).resolve().parents[2]
tool = {"__file__": str(ROOT / ".ci" / "numbers.py"), "__name__": "numbers"}
exec((ROOT / ".ci" / "numbers.py").read_text(encoding="utf-8"), tool)
RECORDED = json.loads((ROOT / "tests" / "numbers.json").read_text(encoding="utf-8"))


def test_the_built_pages_hold_the_recorded_numbers(site):
    assert tool["moved"](RECORDED, tool["numbers_of"](ROOT / "_build" / "strict" / "_build")) == []


def test_every_chapter_has_numbers_on_record():
    chapters = {path.stem for path in numbered_chapters(ROOT)}
    assert chapters <= {page for page, numbers in RECORDED.items() if numbers}
    assert sum(map(len, RECORDED.values())) > 400


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda r: r["price"].update(half=20.8), "price: half: old 20.78"),
        (lambda r: r["price"].pop("half"), "new nothing"),
        (lambda r: r["price"].update(fresh=1.0), "price: fresh: old nothing, new 1.0"),
        (lambda r: r.pop("price"), "price: half"),
        (lambda r: r["train_your_own"].update(wrong_status="failed"), "new failed"),
    ],
)
def test_a_number_that_moves_is_named(change, told):
    new = copy.deepcopy(RECORDED)
    change(new)
    assert any(told in line for line in tool["moved"](RECORDED, new))


def test_the_last_digits_of_a_number_may_differ():
    new = copy.deepcopy(RECORDED)
    new["price"]["half"] *= 1 + 1e-9
    assert tool["moved"](RECORDED, new) == []
    new["price"]["half"] *= 1 + 1e-5
    assert len(tool["moved"](RECORDED, new)) == 1
