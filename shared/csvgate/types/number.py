"""`number`: decimal numbers, read exactly and never through a float."""

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.affixes import PERCENT, number_extractor, writing_hint
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
from csvgate.types.common.numbers import TOO_LARGE, decimal_shape

_DECLARED: Final = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_SPECIAL: Final = {"NaN": Decimal("NaN"), "INF": Decimal("Infinity"), "-INF": Decimal("-Infinity")}
_MAX_CHARACTERS: Final = 400
"""The largest FLOAT64 has 309 digits when it is written without an exponent."""


class NumberType(FieldType):
    name = "number"
    columns = ("NUMERIC", "BIGNUMERIC", "FLOAT64", "STRING")
    example = "-12.5"
    declared_as = "a number"
    properties = frozenset(
        ("decimalChar", "groupChar", "bareNumber", "affixes", "percentAsFraction", "negative")
    )
    constraints = BOUNDS
    faults = (
        TypeFault(
            "type.number",
            "Not a number",
            "A number has ASCII digits, with `decimalChar` and `groupChar` as the field declares "
            "them, and perhaps a sign and an exponent. Groups have three digits, or two before the "
            "last. Spaces around it are a fault. The field's `affixes` (texts around it), "
            "`percentAsFraction` and `negative` (5- or (5)) allow other forms.",
            example="1_50",
        ),
    )

    def parse_declared(self, value: Scalar) -> Decimal | None:
        # The shortest text of a float, so that 0.1 is 0.1 and not the float nearest to it.
        text = str(value)
        return Decimal(text) if _DECLARED.fullmatch(text) else None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        extract = number_extractor(field, decimal_shape(field))
        example = f"12{field.decimal_char}5{PERCENT if field.percent_as_fraction else ''}"
        fault = ("type.number", f"is not a number such as {example}{writing_hint(field)}")
        special = {} if field.percent_as_fraction else _SPECIAL
        exponent = "e-2" if field.percent_as_fraction else ""

        def read(text: str) -> Decimal:
            if text in special:
                return special[text]
            digits = extract(text)
            if digits is None:
                raise CellFault(fault)
            if len(digits) > _MAX_CHARACTERS:
                raise CellFault(TOO_LARGE)
            try:
                return Decimal(digits + exponent)
            except InvalidOperation:  # an exponent of more digits than Decimal has
                raise CellFault(TOO_LARGE) from None

        return read

    def fit_value(self, column: BigQueryType) -> Fit | None:
        return fit_number(column)

    def kernel(self, field: Field, column: BigQueryType) -> KernelName:  # noqa: ARG002
        return KernelName.DECIMALS
