"""`object`: JSON objects."""

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

_WRONG = ("type.object", 'is JSON, but not an object such as {"a": 1}')


class ObjectType(FieldType):
    name = "object"
    columns = ("JSON", "STRING")
    example = '{"a": 1}'
    declared_as = "the text of a JSON object such as '{\"a\": 1}'"
    constraints = LENGTHS
    length_unit = "keys"
    hashable = staticmethod(hashable)
    faults = (
        TypeFault(
            "type.object",
            "Not a JSON object",
            "An object is written in strict JSON, each key once, nested at most 500 levels deep.",
            example='{"x": 1, "x": 2}',
        ),
    )

    def parse_declared(self, value: Scalar) -> Any:
        if not isinstance(value, str):
            return None
        found = parse_json(value)
        return hashable(found) if isinstance(found, dict) else None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        return _read

    def fit_value(self, column: BigQueryType) -> Fit:  # noqa: ARG002
        return fit_json(require_storable_numbers)


def _read(text: str) -> dict[str, Any]:
    try:
        found = parse_json(text)
    except WrongJson as error:
        raise CellFault(("type.object", str(error))) from None
    if not isinstance(found, dict):
        raise CellFault(_WRONG)
    return found
