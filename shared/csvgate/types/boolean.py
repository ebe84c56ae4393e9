"""`boolean`: the words of `trueValues` and `falseValues`."""

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import CellFault, Field, FieldType, Reader, Scalar, TypeFault


class BooleanType(FieldType):
    name = "boolean"
    columns = ("BOOL", "STRING")
    example = "true"
    declared_as = "true or false"
    properties = frozenset(("trueValues", "falseValues"))
    faults = (
        TypeFault(
            "type.boolean",
            "Neither true nor false",
            "The cell is neither in `trueValues` nor in `falseValues`.",
            example="yes",
        ),
    )

    def parse_declared(self, value: Scalar) -> bool | None:
        return value if isinstance(value, bool) else None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        words = dict.fromkeys(field.false_values, False) | dict.fromkeys(field.true_values, True)
        true, false = ", ".join(field.true_values), ", ".join(field.false_values)
        fault = ("type.boolean", f"is neither true ({true}) nor false ({false})")

        def read(text: str) -> bool:
            value = words.get(text)
            if value is None:
                raise CellFault(fault)
            return value

        return read
