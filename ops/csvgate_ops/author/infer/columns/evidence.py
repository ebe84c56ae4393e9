"""What the columns of a file show together: the order of day and month, and the decimal character.

A program writes all dates and all numbers of a file alike, so one column that has only one reading
decides for those that have two.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_DAY: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(?:\d{4}|\d\d)(?!\d)")
_AFTER: Final = r"(?:\d{1,2}|\d{4,})\D*"
_DECIMALS: Final = {
    ",": re.compile(rf"\D*(?:\d{{1,3}}(?:[.' \u00a0\u202f]\d{{3}})+|\d+),{_AFTER}"),
    ".": re.compile(rf"\D*(?:\d{{1,3}}(?:[,' \u00a0\u202f]\d{{3}})+|\d+)\.{_AFTER}"),
}
"""Numbers that have a decimal character for certain: three digits after it could be a group."""


@dataclass(frozen=True, slots=True)
class Evidence:
    month_first: bool | None = None
    """None if no column decides, or two contradict each other."""
    decimal_char: str | None = None
    """`.` or `,`, None if no column decides, or two contradict each other."""


def weigh(columns: Iterable[Sequence[str]]) -> Evidence:
    """Weigh the distinct values of all columns."""
    orders, points = set[bool](), set[str]()
    for values in columns:
        if (order := month_first(values)) is not None:
            orders.add(order)
        for point, shape in _DECIMALS.items():
            found = sum(1 for value in values if shape.fullmatch(value))
            if found * 2 > len(values):
                points.add(point)
    return Evidence(
        orders.pop() if len(orders) == 1 else None, points.pop() if len(points) == 1 else None
    )


def month_first(values: Sequence[str]) -> bool | None:
    """Return whether dates such as 12/25/2024 begin with the month; None if they are not dates, or
    have both readings, or none."""
    day_possible = month_possible = True
    for value in values:
        found = _DAY.match(value)
        if not found:
            return None
        day_possible = day_possible and int(found[3]) <= 12
        month_possible = month_possible and int(found[1]) <= 12
    return month_possible if values and day_possible != month_possible else None
