"""Durations as ISO 8601 spells them and XML Schema orders them: P1Y2M3DT4H5M6.7S, P2W, -P1D."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

_N: Final = "[0-9]{1,15}"
_SHAPE: Final = re.compile(
    rf"(?P<sign>-?)P(?=[0-9T])(?:(?P<weeks>{_N})W"
    rf"|(?:(?P<years>{_N})Y)?(?:(?P<months>{_N})M)?(?:(?P<days>{_N})D)?"
    rf"(?:T(?=[0-9])(?:(?P<hours>{_N})H)?(?:(?P<minutes>{_N})M)?"
    rf"(?:(?P<seconds>{_N})(?P<fraction>\.[0-9]{{1,30}})?S)?)?)"
)
_SECONDS: Final = (
    ("weeks", 604_800),
    ("days", 86_400),
    ("hours", 3600),
    ("minutes", 60),
    ("seconds", 1),
)
_STARTS: Final = (1696 * 12 + 8, 1697 * 12 + 1, 1903 * 12 + 2, 1903 * 12 + 6)
"""The months from which XML Schema counts, among them those that the longest and the shortest
months follow (https://www.w3.org/TR/xmlschema-2/#duration-order)."""
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097
"""After which the calendar begins anew."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Equal when surely equally long: P1Y is P12M, P1D is PT24H.

    A month is no number of days, so the order is partial: P1M is longer than P27D and shorter than
    P32D, but with P30D each of `<`, `<=`, `>`, `>=` is false.
    """

    months: int
    """And years."""
    seconds: Decimal
    """And all between; of the same sign as `months`."""

    def __lt__(self, other: "Duration") -> bool:
        return all(a < b for a, b in zip(self._ends(), other._ends(), strict=True))

    def __le__(self, other: "Duration") -> bool:
        return all(a <= b for a, b in zip(self._ends(), other._ends(), strict=True))

    def __gt__(self, other: "Duration") -> bool:
        return other < self

    def __ge__(self, other: "Duration") -> bool:
        return other <= self

    def _ends(self) -> list[Fraction]:
        return [_days(start + self.months) * 86_400 + Fraction(self.seconds) for start in _STARTS]


def parse_duration(text: str) -> Duration | None:
    """None for a text that is no duration."""
    found = _SHAPE.fullmatch(text)
    if not found:
        return None
    months = int(found["years"] or 0) * 12 + int(found["months"] or 0)
    whole = sum(int(found[name] or 0) * seconds for name, seconds in _SECONDS)
    sign, fraction = found["sign"], found["fraction"] or ""
    return Duration(-months if sign else months, Decimal(f"{sign}{whole}{fraction}"))


def _days(month: int) -> int:
    """From some day long ago to the first of a month, these being numbered from the year 0."""
    year, month = divmod(month, 12)
    cycles, year = divmod(year, _CYCLE_YEARS)
    return cycles * _CYCLE_DAYS + date(year + _CYCLE_YEARS, month + 1, 1).toordinal()
