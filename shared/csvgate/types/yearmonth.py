"""`yearmonth`: a month of a year; its value is the first day of the month."""

import re
from datetime import date
from typing import Final

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import (
    BOUNDS,
    CellFault,
    Field,
    FieldType,
    KernelName,
    Reader,
    Scalar,
    TypeFault,
)

_YEARMONTH: Final = re.compile(r"(?!0000)([0-9]{4})-(0[1-9]|1[0-2])")
_WRONG: Final = ("type.yearmonth", "is not a month of a year such as 2026-11")


class YearmonthType(FieldType):
    name = "yearmonth"
    columns = ("STRING", "DATE")
    example = "2026-11"
    declared_as = 'a month such as "2026-11"'
    constraints = BOUNDS
    faults = (
        TypeFault(
            "type.yearmonth",
            "Not a month of a year",
            "A month of a year is written as `2026-11`.",
            example="2026-13",
        ),
    )

    def parse_declared(self, value: Scalar) -> date | None:
        return _read(value) if isinstance(value, str) and _YEARMONTH.fullmatch(value) else None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        return _read

    def kernel(self, field: Field, column: BigQueryType) -> KernelName:  # noqa: ARG002
        return KernelName.YEARMONTHS


def _read(text: str) -> date:
    if not (found := _YEARMONTH.fullmatch(text)):
        raise CellFault(_WRONG)
    return date(int(found[1]), int(found[2]), 1)
