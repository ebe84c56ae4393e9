"""`time`: times of day, to the microsecond."""

import re
from datetime import time
from typing import ClassVar, Final

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import CellFault, Field, KernelName, Reader, Scalar, TypeFault
from csvgate.types.common.temporal import (
    ANY_TIME,
    TIME,
    TemporalType,
    check_fineness,
    is_pattern,
    iso_time,
)
from csvgate.types.common.times.names import Names
from csvgate.types.common.times.patterns import pattern_reader

_DECLARED: Final = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
_MIDNIGHT: Final = (
    "type.time",
    "is not a time of day: at 24:00 the next day begins; write 00:00, or 23:59:59 for the end of "
    "the day",
)


class TimeType(TemporalType):
    name = "time"
    columns = ("TIME", "STRING")
    formats: ClassVar = {"any": columns}
    example = "14:30:00"
    iso_example = "14:30:00"
    noun = "a time of day"
    declared_as = 'a time such as "14:30:00"'
    faults = (
        TypeFault(
            "type.time",
            "Not a time of day",
            "A time is written as `14:30:00`, perhaps with digits after the second, or as the "
            "field's pattern says; with format `any`, 14:30 is a time too. 24:00 is not a time of "
            "the day that it ends.",
            example="2 pm",
        ),
    )

    def parse_declared(self, value: Scalar) -> time | None:
        if isinstance(value, str) and _DECLARED.fullmatch(value):
            return time.fromisoformat(value)
        return None

    def reader_of(self, name: str, wrong: tuple[str, str], names: Names | None) -> Reader:
        if is_pattern(name):
            read_datetime = pattern_reader(name, wrong, names, _MIDNIGHT)
            return lambda text: read_datetime(text).time()
        lax = name == "any"
        shape = re.compile(ANY_TIME if lax else TIME)

        def read(text: str) -> time:
            if not (found := shape.fullmatch(text)):
                raise CellFault(wrong)
            check_fineness(found)
            if text.startswith("24:00"):
                raise CellFault(_MIDNIGHT)
            try:
                return time.fromisoformat(iso_time(found) if lax else text)
            except ValueError:
                raise CellFault(("type.time", "is not a time that exists")) from None

        return read

    def kernel(self, field: Field, column: BigQueryType) -> KernelName:  # noqa: ARG002
        return KernelName.TIMES
