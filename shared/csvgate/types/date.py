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
    pattern_reader,
)

_DECLARED: Final = re.compile(r"\d{4}-\d\d-\d\d")


class DateType(TemporalType):
    name = "date"
    columns = ("DATE", "STRING")
    formats: ClassVar = {"any": columns}
    example = "2026-11-21"
    iso_example = "2026-11-21"
    noun = "a date"
    declared_as = 'a date such as "2026-11-21"'
    faults = (
        TypeFault(
            "type.date",
            "Not a date",
            "A date is written as `2026-11-21` or as the field's pattern says; with format `any`, "
            "2026/11/21 and 21.11.2026 are dates too.",
            example="21.11.2026",
        ),
    )

    def parse_declared(self, value: Scalar) -> date | None:
        if isinstance(value, str) and _DECLARED.fullmatch(value):
            return date.fromisoformat(value)
        return None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        wrong = self.wrong(field)
        if is_pattern(field):
            read_datetime = pattern_reader(field.format, wrong)
            return lambda text: read_datetime(text).date()
        lax = field.format == "any"
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
