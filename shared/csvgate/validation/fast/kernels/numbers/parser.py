"""Chooses the parser of a field of type integer or number."""

from collections.abc import Callable
from typing import Any

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import Field, KernelName, Scalar
from csvgate.validation.fast.kernels.fixed_width import CellParser
from csvgate.validation.fast.kernels.numbers.affixes import AffixParser
from csvgate.validation.fast.kernels.numbers.bounds import bounds_of
from csvgate.validation.fast.kernels.numbers.columns import SCALE
from csvgate.validation.fast.kernels.numbers.decimals import DecimalParser
from csvgate.validation.fast.kernels.numbers.floats import FloatParser
from csvgate.validation.fast.kernels.numbers.integers import IntegerParser


def number_parser(
    name: KernelName, field: Field, column: BigQueryType, cast: Callable[[Scalar], Any]
) -> CellParser | None:
    """Return a parser of integers or decimals; None if the numbers cannot be parsed here. `cast`
    makes numbers of the declared minimum and maximum."""
    is_integer = name is KernelName.INTEGERS
    bounds = bounds_of(field.constraints, cast, scale=0 if is_integer else SCALE)
    # A character of several bytes would be taken for one of its bytes.
    if bounds is None or not f"{field.decimal_char}{field.group_char or ''}".isascii():
        return None
    parser: CellParser
    if is_integer:
        parser = IntegerParser(column, field.group_char, bounds)
    else:
        parser = DecimalParser(column, field.decimal_char, field.group_char, bounds)
        if column.kind == "FLOAT64" and field.decimal_char == "." and not field.group_char:
            parser = FloatParser(parser, bounds)
    return parser if field.bare_number else AffixParser(parser, field)
