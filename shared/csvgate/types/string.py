"""`string`: text, perhaps in a format such as email."""

from typing import ClassVar

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.column_fit import fit_bytes, fit_json
from csvgate.types.common.field_type import (
    LENGTHS,
    CellFault,
    Field,
    FieldType,
    Fit,
    KernelName,
    Reader,
    Scalar,
)
from csvgate.types.common.json_text import require_storable
from csvgate.types.common.string_formats import FORMATS


class StringType(FieldType):
    name = "string"
    columns = ("STRING", "JSON", "GEOGRAPHY", "BYTES")
    formats: ClassVar = {name: format_.columns for name, format_ in FORMATS.items()}
    example = "text"
    declared_as = "text; put it in quotes"
    constraints = LENGTHS | {"pattern"}
    is_text = True
    usually_repeats = True
    faults = tuple(format_.fault for format_ in FORMATS.values())

    def parse_declared(self, value: Scalar) -> str | None:
        return value if isinstance(value, str) else None

    def reader(self, field: Field, column: BigQueryType) -> Reader | None:  # noqa: ARG002
        (name,) = field.formats
        if name == "default":
            return None
        matches, fault = FORMATS[name].matches, FORMATS[name].cell_fault

        def read(text: str) -> str:
            if not matches(text):
                raise CellFault(fault)
            return text

        return read

    def fit_value(self, column: BigQueryType) -> Fit | None:
        match column.kind:
            case "JSON":
                return fit_json(require_storable)
            case "BYTES":
                return fit_bytes(column.length)
        return None

    def kernel(self, field: Field, column: BigQueryType) -> KernelName | None:  # noqa: ARG002
        return KernelName.STRINGS if column.kind == "STRING" else None
