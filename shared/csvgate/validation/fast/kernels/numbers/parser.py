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
from csvgate.validation.fast.kernels.numbers.marks import STAND_INS, MarkParser


def number_parser(
    name: KernelName, field: Field, column: BigQueryType, cast: Callable[[Scalar], Any]
) -> CellParser | None:
    """Return a parser of integers or decimals; None if the numbers cannot be parsed here. `cast`
    makes numbers of the declared minimum and maximum."""
    is_integer = name is KernelName.INTEGERS
    bounds = bounds_of(field.constraints, cast, scale=0 if is_integer else SCALE)
    given = field.decimal_char + (field.group_char or "")
    if bounds is None or any(mark in STAND_INS or mark == "\0" for mark in given):
        return None
    # A character of several bytes would be taken for one of its bytes.
    marks = {
        mark: stand_in
        for mark, stand_in in zip((field.decimal_char, field.group_char), STAND_INS, strict=True)
        if mark is not None and not mark.isascii()
    }
    group = field.group_char and marks.get(field.group_char, field.group_char)
    parser: CellParser
    if is_integer:
        parser = IntegerParser(column, group, bounds)
    else:
        point = marks.get(field.decimal_char, field.decimal_char)
        parser = DecimalParser(column, point, group, bounds)
        if column.kind == "FLOAT64" and point == "." and not group:
            parser = FloatParser(parser, bounds)
    if marks:
        parser = MarkParser(parser, marks)
    return parser if field.bare_number else AffixParser(parser, field)
