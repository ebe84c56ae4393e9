"""`date`: days of the calendar, from the year 0001."""

import re
from datetime import date
from typing import ClassVar, Final

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import CellFault, Field, KernelName, Reader, Scalar, TypeFault
from csvgate.types.common.temporal import (
    ANY_DATE,
    DATE,
    TemporalType,
    impossible_date,
    is_pattern,
    iso_date,
)
from csvgate.types.common.times.named import EXCEL, excel_reader
from csvgate.types.common.times.names import Names
from csvgate.types.common.times.patterns import pattern_reader

_DECLARED: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MIDNIGHT: Final = (
    "type.date",
    "has the time 24:00, at which the next day begins; write 00:00 and the day that is meant",
)


class DateType(TemporalType):
    name = "date"
    columns = ("DATE", "STRING")
    properties = frozenset(("language",))
    formats: ClassVar = {"any": columns, EXCEL: columns}
    example = "2026-11-21"
    iso_example = "2026-11-21"
    noun = "a date"
    declared_as = 'a date such as "2026-11-21"'
    faults = (
        TypeFault(
            "type.date",
            "Not a date",
            "A date is written as `2026-11-21` or as the field's pattern says; with format `any`, "
            "2026/11/21 and 21.11.2026 are dates too. With format `excel` it is a day number of "
            "Excel, from 1 (1900-01-01) on; 60 is 29 February 1900, which did not exist.",
            example="21.11.2026",
        ),
    )

    def parse_declared(self, value: Scalar) -> date | None:
        if isinstance(value, str) and _DECLARED.fullmatch(value):
            return date.fromisoformat(value)
        return None

    def reader_of(self, name: str, wrong: tuple[str, str], names: Names | None) -> Reader:
        if name == EXCEL:
            read_day = excel_reader(wrong[0], wrong, with_time=False)
            return lambda text: read_day(text).date()
        if is_pattern(name):
            read_datetime = pattern_reader(name, wrong, names, _MIDNIGHT)
            return lambda text: read_datetime(text).date()
        lax = name == "any"
        shape = re.compile(ANY_DATE if lax else DATE)

        def read(text: str) -> date:
            if not (found := shape.fullmatch(text)):
                raise CellFault(wrong)
            try:
                return date.fromisoformat(iso_date(found) if lax else text)
            except ValueError:
                message = "is not a date that exists"
                raise impossible_date(text, "type.date", message) from None

        return read

    def kernel(self, field: Field, column: BigQueryType) -> KernelName:  # noqa: ARG002
        return KernelName.DATES
