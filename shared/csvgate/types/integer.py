"""`integer`: whole numbers of any size, read exactly."""

import re
from typing import Final

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.affixes import number_extractor, writing_hint
from csvgate.types.common.column_fit import fit_number
from csvgate.types.common.field_type import (
    BOUNDS,
    CellFault,
    Field,
    FieldType,
    Fit,
    KernelName,
    Reader,
    Scalar,
    TypeFault,
)
from csvgate.types.common.numbers import TOO_LARGE, integer_shape

_DECLARED: Final = re.compile(r"[-+]?[0-9]+")
_MAX_DIGITS: Final = 100
"""More than any column holds. Python refuses numbers of thousands of digits, or takes quadratic
time for them."""


class IntegerType(FieldType):
    name = "integer"
    columns = ("INT64", "NUMERIC", "BIGNUMERIC", "FLOAT64", "STRING")
    example = "-42"
    declared_as = "a whole number"
    properties = frozenset(
        ("decimalChar", "groupChar", "bareNumber", "affixes", "negative", "wholeDecimals")
    )
    constraints = BOUNDS
    faults = (
        TypeFault(
            "type.integer",
            "Not a whole number",
            "A whole number has ASCII digits, perhaps with a sign in front. Spaces around it are a "
            "fault. The field's `affixes` (texts around it), `negative` (5- or (5)), `groupChar` "
            "and `wholeDecimals` (5.0) allow other forms.",
            example="1.5",
        ),
    )

    def parse_declared(self, value: Scalar) -> int | None:
        text = str(value)
        return int(text) if _DECLARED.fullmatch(text) else None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        extract = number_extractor(field, integer_shape(field))
        may_have_point = field.whole_decimals
        message = "is not a whole number: digits, perhaps with a sign in front"
        fault = ("type.integer", message + writing_hint(field))

        def read(text: str) -> int:
            digits = extract(text)
            if digits is None:
                raise CellFault(fault)
            if may_have_point:
                digits = digits.partition(".")[0]
            if len(digits) > _MAX_DIGITS:
                digits = digits[0] + digits[1:].lstrip("0")
                if len(digits) > _MAX_DIGITS:
                    raise CellFault(TOO_LARGE)
            return int(digits)

        return read

    def fit_value(self, column: BigQueryType) -> Fit | None:
        return fit_number(column)

    def kernel(self, field: Field, column: BigQueryType) -> KernelName:  # noqa: ARG002
        return KernelName.INTEGERS
