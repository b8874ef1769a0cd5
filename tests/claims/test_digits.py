import math
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.claims.digits import cuts_to, figure, fits, plain, rounds_to, without_trailing_zeros

VALUES = st.floats(1e-3, 1e9)
DECIMALS = st.integers(0, 6)


def written(value: float, decimals: int, rounding: str) -> str:
    return f"{Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding):f}"


@given(VALUES, DECIMALS)
def test_what_is_rounded_rounds(value, decimals):
    printed = written(value, decimals, ROUND_HALF_EVEN)
    assert rounds_to(value, printed)
    off = Decimal(printed) + 2 * Decimal(1).scaleb(-decimals)
    assert not rounds_to(value, f"{off:f}")


@given(VALUES, DECIMALS)
def test_what_is_cut_off_cuts(value, decimals):
    printed = written(value, decimals, ROUND_DOWN)
    assert cuts_to(value, printed)
    off = Decimal(printed) + Decimal(1).scaleb(-decimals)
    assert not cuts_to(value, f"{off:f}")


@pytest.mark.parametrize(
    ("value", "printed", "expected"),
    [
        (551.2, "550", True),
        (1003.77, "1000", True),
        (105.57, "100", False),  # one digit alone would fit almost anything
        (20.78, "20", False),
        (1.6934, "1.70", False),  # zeros after the point count
        (1.6964, "1.70", True),
    ],
)
def test_trailing_zeros(value, printed, expected):
    assert fits(value, printed) is expected


@given(st.integers(1, 10**9))
def test_shorter_forms_are_the_same_number(number):
    for digits, text in without_trailing_zeros(str(number)):
        assert Decimal(text) == number
        assert 2 <= digits == len(Decimal(text).as_tuple().digits) < len(str(number))


@given(VALUES)
def test_a_figure_shows_two_digits_more(value):
    printed = f"{value:.2e}"
    assert math.isclose(float(figure(value, printed)), value, rel_tol=1e-4)


def test_powers_of_ten_are_written_as_printed():
    assert plain(1.26e25, 3) == "1.26e25"
    assert plain(123456.0, 3) == "123456"
    assert plain(1e-7, 2) == "1e-07"
