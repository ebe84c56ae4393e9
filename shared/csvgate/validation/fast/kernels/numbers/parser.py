"""Chooses the parser of a field of type integer or number."""

from collections.abc import Callable
from typing import Any

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.affixes import has_plain_numbers
from csvgate.types.common.field_type import Field, KernelName, Scalar
from csvgate.validation.fast.kernels.fixed_width import CellParser
from csvgate.validation.fast.kernels.numbers.affixes import AffixParser
from csvgate.validation.fast.kernels.numbers.bounds import Bounds, bounds_of
from csvgate.validation.fast.kernels.numbers.columns import SCALE
from csvgate.validation.fast.kernels.numbers.decimals import DecimalParser, WholeDecimalParser
from csvgate.validation.fast.kernels.numbers.floats import FloatParser
from csvgate.validation.fast.kernels.numbers.integers import IntegerParser
from csvgate.validation.fast.kernels.numbers.marks import STAND_INS, MarkParser
from csvgate.validation.fast.kernels.numbers.rewritten import RewritingParser
from csvgate.validation.fast.kernels.numbers.unsigned import UnsignedParser


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
    point = marks.get(field.decimal_char, field.decimal_char)
    make = _integers if is_integer else _decimals
    parser = make(field, column, point, group, bounds)
    if marks:
        parser = MarkParser(parser, marks)
    has_point = not is_integer or field.whole_decimals
    plain = make(field, column, ".", None, bounds)
    parser = RewritingParser(parser, plain, field, point=has_point)
    return parser if has_plain_numbers(field) else AffixParser(parser, field)


def _integers(
    field: Field, column: BigQueryType, point: str, group: str | None, bounds: Bounds
) -> CellParser:
    if field.whole_decimals:
        return WholeDecimalParser(column, UnsignedParser(point, group), bounds)
    return IntegerParser(column, group, bounds)


def _decimals(
    field: Field, column: BigQueryType, point: str, group: str | None, bounds: Bounds
) -> CellParser:
    percent = field.percent_as_fraction
    parser = DecimalParser(column, UnsignedParser(point, group), bounds, percent=percent)
    if column.kind == "FLOAT64" and point == "." and not group and not percent:
        return FloatParser(parser, bounds)
    return parser
