import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.internal.counts import parse_count, show_count


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7B", 7e9),
        ("1.4T", 1.4e12),
        ("125m", 125e6),
        ("4e22", 4e22),
        ("4E+22", 4e22),
        (" 512 K ", 512e3),
        ("1_000_000", 1e6),
        ("0.5", 0.5),
        ("3.", 3.0),
        (".5B", 5e8),
        ("5e-1", 0.5),
        ("7 billion", 7e9),
        ("7 Billion parameters", 7e9),
        ("1.5e12 tok", 1.5e12),
        ("36T tokens", 36e12),
        ("1,000,000,000", 1e9),
        ("1,234.5K", 1234500.0),
        ("460 PF-days", 3.9744e22),
        ("1 pf-day", 8.64e19),
        ("1e21 FLOPs", 1e21),
        ("3 x 10^23", 3e23),
        ("3*10^23 FLOP", 3e23),
        ("3×10^23", 3e23),
    ],
)
def test_numbers_as_people_write_them(text, value):
    assert parse_count(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", "B", "7X", "7BB", "-7B", "seven", "nan", "inf", "1e", "0x10", "1,4T", "7 B B"),
        *("7_B", "_7B", "1,00,000", "1,000_000", "10^23", "3 x 10", "tokens", "7 dogs", "."),
    ],
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
