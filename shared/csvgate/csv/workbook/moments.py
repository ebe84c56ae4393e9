"""Writes the dates and times of a workbook as a field reads them."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from csvgate.contracts.model import SchemaField
from csvgate.csv.workbook.rows import Cell
from csvgate.types.common.field_type import CellFault
from csvgate.types.common.times.named import (
    DAY_MS,
    EXCEL,
    FIRST_DAYS,
    LAST_DAY,
    LEAP_DAY,
    OTHER_DAYS,
)
from csvgate.types.common.times.names import first_forms, names_in
from csvgate.types.common.times.patterns import pattern_reader

_DAYS_TO_1904: Final = 1462
"""The difference between the numbers of a day in Excel's 1900 system and in its 1904 system."""
_DIRECTIVE: Final = re.compile("%(.)", re.DOTALL)
_NAMES: Final = ("B", "b", "A", "a")
"""The directives of names, in the order of `first_forms`."""


def moment_of(cell: Cell, *, begins_1904: bool) -> datetime | None:
    """Return the moment of a day number, to the millisecond; None if it does not exist. Day 0 is a
    time of day without a date."""
    number = Decimal(cell.value)
    if begins_1904 and (number >= 1 or cell.shown.has_date):
        number += _DAYS_TO_1904
    if number < 0 or number >= LAST_DAY + 1 or LEAP_DAY <= number < LEAP_DAY + 1:
        return None
    first = FIRST_DAYS if number < LEAP_DAY else OTHER_DAYS
    try:
        return first + timedelta(milliseconds=int((number * DAY_MS).to_integral_value()))
    except OverflowError:
        return None


def write_moment(moment: datetime, cell: Cell, field: SchemaField | None) -> str:
    """Return the text of a moment in the first format of a field of dates or times, otherwise in
    ISO 8601. What the format cannot express is left to the rules, in ISO 8601."""
    kind = field.type if field else ""
    if moment.date() == FIRST_DAYS.date() and (cell.shown.has_date or kind in ("date", "datetime")):
        # Excel shows 0 January 1900, which is not a day.
        return cell.value
    if kind not in ("date", "time", "datetime"):
        kind = _kind_shown(moment, cell)
    elif (kind == "date" and moment.time() != datetime.min.time()) or (
        kind == "time" and moment.date() != FIRST_DAYS.date()
    ):
        return moment.isoformat()
    form = field.formats[0] if field and field.type == kind else "default"
    if form == EXCEL:
        return _serial(moment)
    if "%" in form and field is not None:
        written = _write_pattern(moment, form, field.language)
        return moment.isoformat() if written is None else written
    match kind:
        case "date":
            return moment.date().isoformat()
        case "time":
            return moment.time().isoformat(_fineness(moment))
    return moment.isoformat(timespec=_fineness(moment))


def write_elapsed(cell: Cell, field: SchemaField | None) -> str | None:
    """Return a time span as the type duration reads it, for other types as 27:30:00; None if the
    span may be a time of day, or is none."""
    number = Decimal(cell.value)
    is_duration = field is not None and field.type == "duration"
    if not 0 <= number <= LAST_DAY or (number < 1 and not is_duration):
        return None
    seconds = int((number * DAY_MS / 1000).to_integral_value())
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    if is_duration:
        return f"PT{hours}H{minutes}M{seconds}S"
    return f"{hours}:{minutes:02}:{seconds:02}"


def _kind_shown(moment: datetime, cell: Cell) -> str:
    """Return what kind of moment a number format shows."""
    has_time = moment.time() != datetime.min.time()
    if moment.date() == FIRST_DAYS.date() and not cell.shown.has_date:
        return "time"
    return "datetime" if has_time or cell.shown.has_time else "date"


def _fineness(moment: datetime) -> str:
    return "milliseconds" if moment.microsecond else "seconds"


def _serial(moment: datetime) -> str:
    number = (moment - OTHER_DAYS) / timedelta(days=1)
    if number <= LEAP_DAY:
        number = (moment - FIRST_DAYS) / timedelta(days=1)
    return str(int(number)) if number.is_integer() else f"{number:.15g}"


def _write_pattern(moment: datetime, pattern: str, language: str | None) -> str | None:
    """Return the moment in a strptime pattern; None if the text would be read as another moment,
    for instance because its year has two digits."""

    def written(found: re.Match[str]) -> str:
        letter = found[1]
        if letter in _NAMES and language:
            names = first_forms(language)[_NAMES.index(letter)]
            return names[moment.month - 1 if letter in "Bb" else moment.weekday()]
        return f"{moment.year:04}" if letter == "Y" else moment.strftime(f"%{letter}")

    try:
        text = _DIRECTIVE.sub(written, pattern)
        names = names_in(language) if language else None
        read = pattern_reader(pattern, ("", ""), names)(text)
    except (KeyError, ValueError, CellFault):
        return None
    same_day = moment.date() == FIRST_DAYS.date() or read.date() == moment.date()
    is_same = same_day and read.time() == moment.time() and read.tzinfo is None
    return text if is_same else None
