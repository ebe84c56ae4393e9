"""Chooses the parser of a field of type date, time, datetime, year or yearmonth."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import pyarrow as pa

from csvgate.types.common.field_type import Field, KernelName, Scalar
from csvgate.types.common.times.named import EPOCH, EPOCH_MS, EXCEL
from csvgate.types.common.times.names import NAME_DIRECTIVES
from csvgate.types.common.times.patterns import directives
from csvgate.types.common.times.zones import zone
from csvgate.validation.fast.kernels.fixed_width import CellParser
from csvgate.validation.fast.kernels.numbers.bounds import Bounds, bounds_of
from csvgate.validation.fast.kernels.times.counts import EpochParser, ExcelDayParser
from csvgate.validation.fast.kernels.times.forms import (
    Forms,
    date_forms,
    datetime_forms,
    time_forms,
    year_forms,
    yearmonth_forms,
)
from csvgate.validation.fast.kernels.times.lists import ListParser, separate_formats
from csvgate.validation.fast.kernels.times.local import LocalTimes
from csvgate.validation.fast.kernels.times.moments import MomentParser
from csvgate.validation.fast.kernels.times.tail import Presence

_KINDS: Final = {
    KernelName.DATES: pa.date32(),
    KernelName.TIMES: pa.time64("us"),
    KernelName.YEARS: pa.int64(),
    KernelName.YEARMONTHS: pa.date32(),
    KernelName.TIMESTAMPS: pa.timestamp("us", tz="UTC"),
    KernelName.LOCAL_TIMESTAMPS: pa.timestamp("us"),
    KernelName.ANY_TIMESTAMPS: pa.timestamp("us"),
}
_TYPES: Final = {KernelName.DATES: "date", KernelName.TIMES: "time"}
"""The types of fields that may have several formats, apart from datetime."""


def moment_parser(
    name: KernelName, field: Field, cast: Callable[[Scalar], Any]
) -> CellParser | None:
    """Return a parser of the kind `name`; None if none of the field's formats can be parsed here.
    `cast` makes values of the declared minimum and maximum."""
    bounds = bounds_of(field.constraints, cast)
    if bounds is None:
        return None
    formats: Sequence[str] = field.formats
    if len(formats) > 1:
        formats = separate_formats(formats, _TYPES.get(name, "datetime"))
    parsers = [_parser_of(name, form, field, bounds) for form in formats]
    known = [parser for parser in parsers if parser is not None]
    return ListParser(known) if len(known) > 1 else next(iter(known), None)


def _parser_of(name: KernelName, form: str, field: Field, bounds: Bounds) -> CellParser | None:
    """Return a parser of cells in one format of a field."""
    if form in (EPOCH, EPOCH_MS):
        return EpochParser(_KINDS[name], form, bounds)
    if form == EXCEL and name is KernelName.DATES:
        return ExcelDayParser(bounds)
    forms = _forms(name, form, field)
    if forms is None:
        return None
    local = None if field.timezone is None else LocalTimes(zone(field.timezone))
    return MomentParser(_KINDS[name], forms, bounds, local)


def _forms(name: KernelName, form: str, field: Field) -> Forms | None:
    """Return the forms of cells in one format of a field."""
    if field.language is not None and not NAME_DIRECTIVES.isdisjoint(directives(form)):
        return None
    match name:
        case KernelName.DATES:
            return date_forms(form)
        case KernelName.TIMES:
            return time_forms(form)
        case KernelName.YEARS:
            return year_forms()
        case KernelName.YEARMONTHS:
            return yearmonth_forms()
        case KernelName.TIMESTAMPS:
            # With a time zone of the field, cells that name another one are left to the rules.
            is_local = field.timezone is not None
            return datetime_forms(form, Presence.NEVER if is_local else Presence.ALWAYS)
        case KernelName.LOCAL_TIMESTAMPS:
            return datetime_forms(form, Presence.NEVER)
    return datetime_forms(form, Presence.OPTIONAL)
