"""`number`: decimal numbers, read exactly and never through a float."""

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from csvgate.types.bigquery import BigQueryType
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
from csvgate.types.common.numbers import TOO_LARGE, grouping_hint, integer_shape, number_extractor

_DECLARED: Final = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_SPECIAL: Final = {"NaN": Decimal("NaN"), "INF": Decimal("Infinity"), "-INF": Decimal("-Infinity")}
_MAX_CHARACTERS: Final = 400
"""The largest FLOAT64 has 309 digits when it is written without an exponent."""


class NumberType(FieldType):
    name = "number"
    columns = ("NUMERIC", "BIGNUMERIC", "FLOAT64", "STRING")
    example = "-12.5"
    declared_as = "a number"
    properties = frozenset(("decimalChar", "groupChar", "bareNumber"))
    constraints = BOUNDS
    faults = (
        TypeFault(
            "type.number",
            "Not a number",
            "A number has ASCII digits, with `decimalChar` and `groupChar` as the field declares "
            "them, and perhaps a sign and an exponent. Groups have three digits, or two before the "
            "last. Spaces around it are a fault.",
            example="1_50",
        ),
    )

    def parse_declared(self, value: Scalar) -> Decimal | None:
        # The shortest text of a float, so that 0.1 is 0.1 and not the float nearest to it.
        text = str(value)
        return Decimal(text) if _DECLARED.fullmatch(text) else None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        point, exponent = re.escape(field.decimal_char), "(?:[eE][+-]?[0-9]+)?"
        with_integer_part = rf"{integer_shape(field)}(?:{point}[0-9]*)?{exponent}"
        extract = number_extractor(field, rf"{with_integer_part}|[+-]?{point}[0-9]+{exponent}")
        message = f"is not a number such as 12{field.decimal_char}5"
        fault = ("type.number", message + grouping_hint(field))
        same_point = field.decimal_char == "."

        def read(text: str) -> Decimal:
            if text in _SPECIAL:
                return _SPECIAL[text]
            digits = extract(text)
            if digits is None:
                raise CellFault(fault)
            if len(digits) > _MAX_CHARACTERS:
                raise CellFault(TOO_LARGE)
            try:
                return Decimal(digits if same_point else digits.replace(field.decimal_char, "."))
            except InvalidOperation:  # an exponent of more digits than Decimal has
                raise CellFault(TOO_LARGE) from None

        return read

    def fit_value(self, column: BigQueryType) -> Fit | None:
        return fit_number(column)

    def kernel(self, field: Field, column: BigQueryType) -> KernelName:  # noqa: ARG002
        return KernelName.DECIMALS
