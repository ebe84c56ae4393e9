"""Reads by patterns of strptime, and more than strptime reads: the time 24:00, time zones such as
+02, names of time zones, and names of months and days in other languages.

A cell that strptime cannot read with a pattern is split at the directives of the pattern. The parts
that strptime does not know are read here, and strptime reads the rest.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final

from csvgate.types.common.field_type import CellFault
from csvgate.types.common.times.limits import OUT_OF_YEARS
from csvgate.types.common.times.names import DAY_DIRECTIVES, NAME_DIRECTIVES, Names
from csvgate.types.common.times.zones import in_zone, offset_zone, zone

_PART: Final = re.compile(r"%.|\s+|[^%\s]", re.DOTALL)
_FOREIGN_DIGIT: Final = re.compile(r"(?![0-9])\d")
_NAME: Final = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f'’ʼ-]){0,39}\.?"
"""A name of a month or a day, whose accents may be characters of their own."""
DIRECTIVES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "d": "3[01]|[12][0-9]|0[1-9]|[1-9]| [1-9]",
        "f": "[0-9]{1,6}",
        "H": "2[0-4]|[01][0-9]|[0-9]",
        "I": "1[0-2]|0[1-9]|[1-9]",
        "j": "36[0-6]|3[0-5][0-9]|[12][0-9][0-9]|0[1-9][0-9]|00[1-9]|[1-9][0-9]|0[1-9]|[1-9]",
        "m": "1[0-2]|0[1-9]|[1-9]",
        "M": "[0-5][0-9]|[0-9]",
        "S": "6[01]|[0-5][0-9]|[0-9]",
        "y": "[0-9]{2}",
        "Y": "[0-9]{4}",
        "p": "[AP]M",
        "z": "(?-i:Z)|[+-][0-9]{2}(?::?[0-5][0-9])?",
        "Z": "[A-Z][A-Z0-9_+/-]{0,59}",
        "a": _NAME,
        "A": _NAME,
        "b": _NAME,
        "B": _NAME,
    }
)
"""The expressions of the directives at which a cell can be split. Those of digits are the ones of
strptime, restricted to ASCII."""
_MIDNIGHT: Final = "24"
_NO_ZONE: Final = (
    "has an unknown time zone; write UTC, GMT or a name such as Europe/Berlin. Abbreviations such "
    "as CET have several meanings"
)


def directives(pattern: str) -> list[str]:
    """Return the letters of the directives of a pattern, in its order."""
    return [part[1] for part in _PART.findall(pattern) if part[0] == "%" and part != "%%"]


def pattern_reader(
    pattern: str,
    wrong: tuple[str, str],
    names: Names | None = None,
    midnight: tuple[str, str] | None = None,
) -> Callable[[str], datetime]:
    """Reads by a pattern. `names` are those of the months and days; None for English. The reader
    raises CellFault `wrong`.

    `midnight` is for values that are not moments, and whose zone is dropped: the fault of the time
    24:00. If it is None, 24:00 is the midnight at which the next day begins."""
    found = directives(pattern)
    names = None if NAME_DIRECTIVES.isdisjoint(found) else names
    is_plain = "Z" not in found and names is None
    may_be_split = not is_plain or not {"H", "z"}.isdisjoint(found)

    def read(text: str) -> datetime:
        # strptime would accept the digits of any script.
        if _FOREIGN_DIGIT.search(text):
            raise CellFault(wrong)
        if is_plain:
            try:
                return datetime.strptime(text, pattern)
            except (ValueError, OverflowError):
                pass
        value = _read_parts(text, pattern, wrong, names, midnight) if may_be_split else None
        if value is None:
            raise CellFault(wrong)
        return value

    return read


@cache
def shape(pattern: str) -> re.Pattern[str] | None:
    """Return the expression whose groups are the directives of a pattern; None if the pattern has
    directives that cannot be split. Raises re.error if it has a directive twice."""
    expression = ""
    for part in _PART.findall(pattern):
        if part == "%%" or part[0] != "%":
            # As in strptime, any spaces stand for any spaces.
            expression += r"\s+" if part.isspace() else re.escape(part[-1])
        elif part[1] not in DIRECTIVES:
            return None
        else:
            expression += f"(?P<{part[1]}>{DIRECTIVES[part[1]]})"
    return re.compile(expression, re.IGNORECASE)


def _read_parts(
    text: str,
    pattern: str,
    wrong: tuple[str, str],
    names: Names | None,
    midnight: tuple[str, str] | None,
) -> datetime | None:
    """Return what a cell means; None if it does not have the pattern."""
    expression = shape(pattern)
    found = expression.fullmatch(text) if expression else None
    if found is None:
        return None
    parts = found.groupdict()
    named, offset, where = parts.pop("Z", None), parts.pop("z", None), None
    if offset is not None and (where := offset_zone(offset)) is None:
        return None
    if names is not None and not _put_numbers(parts, names):
        return None
    is_midnight = parts.get("H") == _MIDNIGHT
    if is_midnight:
        parts["H"] = "00"
    value = _strptime(parts)
    if value is None or (is_midnight and value.time() != time.min):
        return None
    if is_midnight:
        if midnight is not None:
            raise CellFault(midnight)
        value = next_day(value)
    if named is None or offset is not None:
        # Beside an offset, a name adds nothing, so it may be an abbreviation there.
        return value.replace(tzinfo=where)
    try:
        where = zone(named)
    except ValueError:
        raise CellFault((wrong[0], _NO_ZONE)) from None
    return value if midnight is not None else in_zone(value, where, wrong[0])


def _put_numbers(parts: dict[str, str], names: Names) -> bool:
    """Replace the names in the parts by the number of the month; return whether these are names,
    and of one month. Like strptime, this does not compare the day of the week with the date."""
    months: set[int | None] = {int(parts["m"])} if "m" in parts else set()
    for directive in NAME_DIRECTIVES.intersection(parts):
        text = parts.pop(directive)
        if directive in DAY_DIRECTIVES:
            if not names.is_day(directive, text):
                return False
        else:
            months.add(names.month(directive, text))
    if not months:
        return True
    parts["m"] = str(months.pop())
    return not months and parts["m"].isdecimal()


def next_day(midnight: datetime) -> datetime:
    """Return the midnight one day later. Raises CellFault after the year 9999."""
    try:
        return midnight + timedelta(days=1)
    except OverflowError:
        raise CellFault(OUT_OF_YEARS) from None


def _strptime(parts: dict[str, str]) -> datetime | None:
    try:
        return datetime.strptime("|".join(parts.values()), "|".join(f"%{name}" for name in parts))
    except (ValueError, OverflowError):
        return None
