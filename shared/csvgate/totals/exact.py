"""Exact sums of decimals: no addition rounds, whatever the number of rows and digits is."""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Final

_EXACT: Final = Context(prec=150, traps=[Inexact, InvalidOperation])
"""A BIGNUMERIC has up to 38 digits before the point and 38 after it, and 10^70 of them would be
needed to exceed this precision."""
ZERO: Final = Decimal(0)


def add(total: Decimal, values: Iterable[Decimal | int]) -> Decimal:
    """Return the sum of the total and the values."""
    for value in values:
        total = _EXACT.add(total, value)
    return total


def of_unscaled(unscaled: int, scale: int) -> Decimal:
    """Return `unscaled` divided by 10 to the power of `scale`."""
    return Decimal(unscaled).scaleb(-scale, _EXACT)


def plain(value: Decimal) -> str:
    """Return the number without an exponent and without zeros at the end of its fraction."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
