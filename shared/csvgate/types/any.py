"""`any`: text without any rules."""

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import Field, FieldType, KernelName, Scalar


class AnyType(FieldType):
    name = "any"
    columns = ("STRING",)
    example = "anything"
    declared_as = "text; put it in quotes"
    is_text = True
    faults = ()

    def parse_declared(self, value: Scalar) -> str | None:
        return value if isinstance(value, str) else None

    def reader(self, field: Field, column: BigQueryType) -> None:  # noqa: ARG002
        return None

    def kernel(self, field: Field, column: BigQueryType) -> KernelName:  # noqa: ARG002
        return KernelName.STRINGS
