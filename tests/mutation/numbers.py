"""Bugs in reading numbers: scale, precision, bounds."""

import operator
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Context, Decimal
from functools import partial
from types import ModuleType
from typing import Any, Final

import numpy as np

from csvgate.contracts import constraints
from csvgate.references import cells as reference_cells
from csvgate.types.bigquery import BigQueryType
from csvgate.types.common import column_fit
from csvgate.types.common.field_type import CellFault, Fit
from csvgate.validation.fast.kernels.numbers import bounds, columns, integers, unsigned
from csvgate.validation.fast.kernels.numbers.decimals import DecimalParser
from csvgate.validation.fast.kernels.numbers.digits import parse_whole
from mutation.mutant import Mutant
from simulate.world.swap import swapped
from unit.types import test_scale
from unit.validation.fast.kernels import test_number_limits


def _kernel_skips_scale(digits: int) -> AbstractContextManager[Any]:
    original = DecimalParser._require_scale

    def require_scale(self: DecimalParser, billionths: Any, after: Any, cleared: Any) -> None:
        original(self, billionths, np.where(after == digits, 0, after), cleared)

    return swapped(DecimalParser, "_require_scale", require_scale)


def _rules_skip_scale(digits: int) -> AbstractContextManager[Any]:
    original = column_fit.fit_decimal

    def fit_decimal(column: BigQueryType) -> Fit:
        fit = original(column)

        def lax(text: str, value: int | Decimal) -> Any:
            try:
                return fit(text, value)
            except CellFault:
                if Decimal(value).as_tuple().exponent == -digits:
                    return Decimal(value)
                raise

        return lax

    return swapped(column_fit, "fit_decimal", fit_decimal)


def _references_skip_scale(digits: int) -> AbstractContextManager[Any]:
    original = reference_cells.digits

    def found(text: str) -> tuple[int, int]:
        before, after = original(text)
        return before, 0 if after == digits else after

    return swapped(reference_cells, "digits", found)


def _rules_round_floats_twice() -> AbstractContextManager[Any]:
    original = column_fit._fit_float64

    def fit(text: str, value: int | Decimal) -> float:
        return original(text, Context(prec=17).plus(Decimal(value)))

    return swapped(column_fit, "_fit_float64", fit)


def _first_digit_dropped(module: ModuleType, digits: int) -> AbstractContextManager[Any]:
    def parse(text: Any, ends: Any, counts: Any, group: Any) -> Any:
        return parse_whole(text, ends, np.where(counts == digits, digits - 1, counts), group)

    return swapped(module, "parse_whole", parse)


def _bounds(name: str, step: int) -> AbstractContextManager[Any]:
    """The kernels use another step from a bound to the nearest allowed integer."""
    changed = tuple((n, upper, step if n == name else s) for n, upper, s in bounds._CONSTRAINTS)
    return swapped(bounds, "_CONSTRAINTS", changed)


def _rules_compare(name: str, keeps: Callable[[Any, Any], bool]) -> AbstractContextManager[Any]:
    changed = tuple((n, keeps if n == name else k, *rest) for n, k, *rest in constraints._BOUNDS)
    return swapped(constraints, "_BOUNDS", changed)


_KERNEL_SCALE: Final = (test_number_limits.test_a_kernel_clears_no_more_decimals_than_the_scale,)
_RULES_SCALE: Final = (test_scale.test_a_number_has_at_most_the_decimals_of_its_column,)
_REFERENCE_SCALE: Final = (test_scale.test_a_reference_has_at_most_the_decimals_of_its_column,)
_FLOATS: Final = (test_number_limits.test_a_float_is_the_nearest_to_its_text,)
_INTEGERS: Final = (test_number_limits.test_an_integer_has_all_its_digits,)
_DECIMALS: Final = (test_number_limits.test_a_decimal_has_all_its_digits,)
_BOUNDS: Final = (test_number_limits.test_a_bound_and_its_neighbours,)

NUMBERS: dict[str, Mutant] = {
    "the kernel does not check the scale of 7 decimals": Mutant(
        partial(_kernel_skips_scale, 7), _KERNEL_SCALE
    ),
    "the kernel does not check the scale of 8 decimals": Mutant(
        partial(_kernel_skips_scale, 8), _KERNEL_SCALE
    ),
    "the rules do not check the scale of 7 decimals": Mutant(
        partial(_rules_skip_scale, 7), _RULES_SCALE
    ),
    "the rules do not check the scale of 38 decimals": Mutant(
        partial(_rules_skip_scale, 38), _RULES_SCALE
    ),
    "references do not check the scale of 7 decimals": Mutant(
        partial(_references_skip_scale, 7), _REFERENCE_SCALE
    ),
    "the kernel reads floats of 16 digits": Mutant(
        partial(swapped, columns, "_MAX_OF_FLOAT", 16), _FLOATS
    ),
    "the kernel reads floats of 17 digits": Mutant(
        partial(swapped, columns, "_MAX_OF_FLOAT", 17), _FLOATS
    ),
    "the rules round floats to 17 digits first": Mutant(_rules_round_floats_twice, _FLOATS),
    "the kernel drops the first of 17 digits": Mutant(
        partial(_first_digit_dropped, integers, 17), _INTEGERS
    ),
    "the kernel drops the first of 9 digits": Mutant(
        partial(_first_digit_dropped, unsigned, 9), _DECIMALS
    ),
    "the rules round too many decimals": Mutant(
        partial(swapped, column_fit, "_EXACT", Context(prec=80, traps=[])), _RULES_SCALE
    ),
    "the kernel compares the minimum exclusively": Mutant(partial(_bounds, "minimum", 1), _BOUNDS),
    "the kernel compares the maximum exclusively": Mutant(partial(_bounds, "maximum", -1), _BOUNDS),
    "the kernel compares the exclusive minimum inclusively": Mutant(
        partial(_bounds, "exclusive_minimum", 0), _BOUNDS
    ),
    "the rules compare the minimum exclusively": Mutant(
        partial(_rules_compare, "minimum", operator.gt), _BOUNDS
    ),
    "the rules compare the exclusive maximum inclusively": Mutant(
        partial(_rules_compare, "exclusive_maximum", operator.le), _BOUNDS
    ),
}
