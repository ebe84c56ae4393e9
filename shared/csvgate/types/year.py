"""`year`: four digits, from 0001."""

import re
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

_YEAR: Final = re.compile(r"(?!0000)[0-9]{4}")
_WRONG: Final = ("type.year", "is not a year of four digits such as 2026")


class YearType(FieldType):
    name = "year"
    columns = ("INT64", "STRING")
    example = "2026"
    declared_as = "a year such as 2026"
    constraints = BOUNDS
    faults = (
        TypeFault(
            "type.year",
            "Not a year",
            "A year has four ASCII digits; there is no year 0000.",
            example="26",
        ),
    )

    def parse_declared(self, value: Scalar) -> int | None:
        return int(value) if _YEAR.fullmatch(str(value)) else None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        return _read

    def kernel(self, field: Field, column: BigQueryType) -> KernelName:  # noqa: ARG002
        return KernelName.YEARS


def _read(text: str) -> int:
    if not _YEAR.fullmatch(text):
        raise CellFault(_WRONG)
    return int(text)
