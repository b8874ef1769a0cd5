import pytest
from counted import READ, REFUSED, SIZES
from hypothesis import given
from hypothesis import strategies as st

from analysis.internal.counts import parse_bytes, parse_count, parse_size, show_count


@pytest.mark.parametrize(
    ("text", "value"),
    READ,
)
def test_numbers_as_people_write_them(text, value):
    assert parse_count(text) == value


@pytest.mark.parametrize(
    "text",
    REFUSED,
)
def test_what_is_no_number_is_named(text):
    with pytest.raises(ValueError, match=r"^N must be .* got "):
        parse_count(text, "N")


@pytest.mark.parametrize("text", ["0", "0B", "1e400"])
def test_zero_and_infinity_are_refused(text):
    with pytest.raises(ValueError, match="D must be positive and finite, got"):
        parse_count(text, "D")


def test_nothing_may_be_served():
    assert parse_count("0", "serve", zero=True) == 0


@given(st.floats(1e-3, 1e30))
def test_what_is_shown_can_be_read_back(value):
    shown = show_count(value, 6)
    assert parse_count(shown) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (6_888_095_744, "6.89B"),
        (999.6e9, "1T"),
        (4e11, "400B"),
        (1.54e15, "1540T"),
        (-2.5e9, "-2.5B"),
        (0.0, "0"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_are_shown_short(value, shown):
    assert show_count(value) == shown


@pytest.mark.parametrize(("text", "total", "active"), SIZES)
def test_a_mixture_names_all_and_active_parameters(text, total, active):
    assert parse_size(text) == (total, active)


@pytest.mark.parametrize("text", ["37B-A671B", "671B-A", "-A37B", "671B-B37B", "671B-A37X"])
def test_a_mixture_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="N"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("24 GB", 24e9), ("80gib", 80 * 2**30), ("1.5TB", 1.5e12), ("16e9", 16e9), ("7 bytes", 7)],
)
def test_memories_are_read(text, value):
    assert parse_bytes(text) == value


@pytest.mark.parametrize("text", ["GB", "24 XB", "-1GB", "24 GB GB"])
def test_what_is_no_memory_is_named(text):
    with pytest.raises(ValueError, match="memory must be"):
        parse_bytes(text)
