"""`array`: JSON arrays."""

from typing import Any

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.column_fit import fit_json
from csvgate.types.common.field_type import (
    LENGTHS,
    CellFault,
    Field,
    FieldType,
    Fit,
    Reader,
    Scalar,
    TypeFault,
)
from csvgate.types.common.json_text import (
    WrongJson,
    hashable,
    parse_json,
    require_storable_numbers,
)

_WRONG = ("type.array", "is JSON, but not an array such as [1, 2]")


class ArrayType(FieldType):
    name = "array"
    columns = ("JSON", "STRING")
    example = "[1, 2]"
    declared_as = 'the text of a JSON array such as "[1, 2]"'
    constraints = LENGTHS
    length_unit = "items"
    hashable = staticmethod(hashable)
    faults = (
        TypeFault(
            "type.array",
            "Not a JSON array",
            "An array is written in strict JSON, as objects are.",
            example="1;2",
        ),
    )

    def parse_declared(self, value: Scalar) -> Any:
        if not isinstance(value, str):
            return None
        found = parse_json(value)
        return hashable(found) if isinstance(found, list) else None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        return _read

    def fit_value(self, column: BigQueryType) -> Fit:  # noqa: ARG002
        return fit_json(require_storable_numbers)


def _read(text: str) -> list[Any]:
    try:
        found = parse_json(text)
    except WrongJson as error:
        raise CellFault(("type.array", str(error))) from None
    if not isinstance(found, list):
        raise CellFault(_WRONG)
    return found
