"""Chooses the parser of a field of type date, time, datetime, year or yearmonth."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from csvgate.types.common.field_type import Field, KernelName, Scalar
from csvgate.types.common.times.names import NAME_DIRECTIVES
from csvgate.types.common.times.patterns import directives
from csvgate.types.common.times.zones import zone
from csvgate.validation.fast.kernels.fixed_width import CellParser
from csvgate.validation.fast.kernels.numbers.bounds import bounds_of
from csvgate.validation.fast.kernels.times.forms import (
    date_forms,
    datetime_forms,
    time_forms,
    year_forms,
    yearmonth_forms,
)
from csvgate.validation.fast.kernels.times.local import LocalTimes
from csvgate.validation.fast.kernels.times.moments import MomentParser
from csvgate.validation.fast.kernels.times.tail import Presence


def moment_parser(
    name: KernelName, field: Field, cast: Callable[[Scalar], Any]
) -> CellParser | None:
    """Return a parser of the kind `name`; None if the field's format cannot be parsed here. `cast`
    makes values of the declared minimum and maximum."""
    kind: pa.DataType
    if len(field.formats) > 1:
        return None
    (form,) = field.formats
    if field.language is not None and not NAME_DIRECTIVES.isdisjoint(directives(form)):
        return None
    match name:
        case KernelName.DATES:
            kind, forms = pa.date32(), date_forms(form)
        case KernelName.TIMES:
            kind, forms = pa.time64("us"), time_forms(form)
        case KernelName.YEARS:
            kind, forms = pa.int64(), year_forms()
        case KernelName.YEARMONTHS:
            kind, forms = pa.date32(), yearmonth_forms()
        case KernelName.TIMESTAMPS if field.timezone is not None:
            # Cells that name another time zone are left to the rules.
            kind, forms = pa.timestamp("us", tz="UTC"), datetime_forms(form, Presence.NEVER)
        case KernelName.TIMESTAMPS:
            kind, forms = pa.timestamp("us", tz="UTC"), datetime_forms(form, Presence.ALWAYS)
        case KernelName.LOCAL_TIMESTAMPS:
            kind, forms = pa.timestamp("us"), datetime_forms(form, Presence.NEVER)
        case _:
            kind, forms = pa.timestamp("us"), datetime_forms(form, Presence.OPTIONAL)
    bounds = bounds_of(field.constraints, cast)
    if forms is None or bounds is None:
        return None
    local = None if field.timezone is None else LocalTimes(zone(field.timezone))
    return MomentParser(kind, forms, bounds, local)
