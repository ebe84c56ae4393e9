"""The formats `epoch`, `epoch_ms` and `excel`: times as numbers."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from csvgate.types.common.field_type import CellFault
from csvgate.types.common.times.limits import OUT_OF_YEARS, TOO_FINE

EPOCH: Final = "epoch"
EPOCH_MS: Final = "epoch_ms"
EXCEL: Final = "excel"
EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        EPOCH: "a number of seconds since 1970 such as 1795271400",
        EPOCH_MS: "a number of milliseconds since 1970 such as 1795271400000",
        EXCEL: "a day number of Excel such as 46347",
    }
)
"""What a cell should be, for messages."""
_NUMBER: Final = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?")
_UNIX: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECONDS: Final = {EPOCH: 1_000_000, EPOCH_MS: 1000}
_MOST_DIGITS: Final = 15
"""The digits of the largest number before the year 10000: that of its last millisecond."""
LEAP_DAY: Final = 60
"""Excel's number of 29 February 1900, a day that did not exist."""
FIRST_DAYS, OTHER_DAYS = datetime(1899, 12, 31), datetime(1899, 12, 30)
"""Day 0 of Excel, for numbers below and above LEAP_DAY."""
LAST_DAY: Final = 2_958_465
"""Excel's number of 31 December 9999."""
DAY_MS: Final = 86_400_000
"""The milliseconds of a day."""
_FRACTION_DIGITS: Final = 18
"""Digits of a fraction of a day that are read. The numbers of Excel have 17 digits at most."""


def epoch_reader(name: str, wrong: tuple[str, str]) -> Callable[[str], datetime]:
    """Reads whole or decimal numbers of the unit `name` since 1970 into moments in UTC; exact to
    the microsecond. The reader raises CellFault."""
    unit = _MICROSECONDS[name]
    digits = len(str(unit)) - 1

    def read(text: str) -> datetime:
        sign, whole, fraction = _parts(text, wrong)
        if fraction[digits:].strip("0"):
            raise CellFault(TOO_FINE)
        microseconds = _whole(whole) * unit + int(fraction[:digits].ljust(digits, "0"))
        try:
            return _UNIX + timedelta(microseconds=-microseconds if sign == "-" else microseconds)
        except OverflowError:
            raise CellFault(OUT_OF_YEARS) from None

    return read


def excel_reader(
    code: str, wrong: tuple[str, str], *, with_time: bool
) -> Callable[[str], datetime]:
    """Reads the day numbers of Excel's 1900 system. Their fraction is the time of day; it is
    rounded to the millisecond, the finest time that Excel has, because 14:30 is written as
    0.604166666666667. The reader raises CellFault, `code` for a day that does not exist."""

    def read(text: str) -> datetime:
        sign, whole, fraction = _parts(text, wrong)
        number = _whole(whole)
        if sign == "-" or number == 0:
            raise CellFault((code, "is not a day of Excel, whose first day is 1 (1900-01-01)"))
        if number == LEAP_DAY:
            message = "is 29 February 1900 in Excel, a day that does not exist; correct the date"
            raise CellFault((code, message))
        if not with_time and fraction.strip("0"):
            message = (
                "has a time of day, which a date does not have; round it, or use type datetime"
            )
            raise CellFault((code, message))
        if number > LAST_DAY:
            raise CellFault(OUT_OF_YEARS)
        kept = fraction[:_FRACTION_DIGITS].ljust(_FRACTION_DIGITS, "0")
        scale = 10**_FRACTION_DIGITS
        milliseconds = (2 * int(kept) * DAY_MS + scale) // (2 * scale)
        start = FIRST_DAYS if number < LEAP_DAY else OTHER_DAYS
        try:
            return start + timedelta(days=number, milliseconds=milliseconds)
        except OverflowError:
            raise CellFault(OUT_OF_YEARS) from None

    return read


def _parts(text: str, wrong: tuple[str, str]) -> tuple[str, str, str]:
    """Return the sign, the digits before the point and those after it."""
    if not (found := _NUMBER.fullmatch(text)):
        raise CellFault(wrong)
    sign, whole, fraction = found.groups(default="")
    return sign, whole, fraction


def _whole(digits: str) -> int:
    digits = digits.lstrip("0")
    if len(digits) > _MOST_DIGITS:
        raise CellFault(OUT_OF_YEARS)
    return int(digits or "0")
