"""Printed digits: whether a computed number, written as the source writes, gives them.

A printed figure is a string: 63.20 says more than 63.2. Trailing zeros of an integer may be
significant (550 for 550.4) or not (550 for 551.2); `without_trailing_zeros` lists the shorter forms
that keep at least two digits, because one digit alone fits almost anything.
"""

from __future__ import annotations

from decimal import Decimal


def rounds_to(value: float, printed: str) -> bool:
    """Whether the value rounds to the printed digits; a tie rounds either way.

    Examples
    --------
    >>> rounds_to(63.1963, "63.20"), rounds_to(63.1943, "63.20")
    (True, False)
    """
    number = Decimal(printed)
    half_unit = Decimal(5).scaleb(int(number.as_tuple().exponent) - 1)
    return abs(Decimal(value) - number) <= half_unit


def cuts_to(value: float, printed: str) -> bool:
    """Whether cutting the value off after the last printed digit gives the printed digits.

    Examples
    --------
    >>> cuts_to(20.78, "20"), cuts_to(21.02, "20")
    (True, False)
    """
    number = Decimal(printed)
    surplus = abs(Decimal(value)) - abs(number)
    return 0 <= surplus < Decimal(1).scaleb(int(number.as_tuple().exponent))


def without_trailing_zeros(printed: str) -> list[tuple[int, str]]:
    """The same integer with fewer significant digits, as (digits, text).

    Examples
    --------
    >>> without_trailing_zeros("10000")
    [(4, '1.000E+4'), (3, '1.00E+4'), (2, '1.0E+4')]
    >>> without_trailing_zeros("100"), without_trailing_zeros("188"), without_trailing_zeros("1.70")
    ([(2, '1.0E+2')], [], [])
    """
    if "." in printed:
        return []
    number = Decimal(printed)
    finest, coarsest = int(number.as_tuple().exponent), int(number.normalize().as_tuple().exponent)
    exponents = range(finest + 1, min(coarsest, number.adjusted() - 1) + 1)
    return [
        (number.adjusted() - e + 1, str(number.quantize(Decimal(1).scaleb(e)))) for e in exponents
    ]


def fits(value: float, printed: str) -> bool:
    """Whether the value rounds to the printed digits, or to them without trailing zeros."""
    shorter = [text for _, text in without_trailing_zeros(printed)]
    return any(rounds_to(value, text) for text in (printed, *shorter))


def to_digits(value: float, digits: int) -> float:
    """The value rounded to a number of significant digits."""
    return float(f"{value:.{digits - 1}e}")


def plain(value: float, digits: int) -> str:
    """A number to so many significant digits, as the sources write powers of ten: 1.26e25."""
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e9 else text.replace("e+", "e")


def figure(value: float, printed: str) -> str:
    """A computed number with two digits more than the printed one.

    Examples
    --------
    >>> figure(20.7824, "20"), figure(1.55760e21, "1.56e21")
    ('20.78', '1.5576e21')
    """
    return plain(value, len(Decimal(printed).as_tuple().digits) + 2)
