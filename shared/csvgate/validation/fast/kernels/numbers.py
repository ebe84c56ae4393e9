"""Parses integers and decimal numbers, and checks their minimum and maximum.

Bounds and decimal numbers are scaled to integers, in units of the last digit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import FieldConstraints, Scalar
from csvgate.validation.fast.arrays import Ints, Ints32, Mask, Words, fixed_width_array
from csvgate.validation.fast.words import (
    WORD,
    Text,
    count_after_only,
    last_words,
    parse_around_point,
    parse_digits,
)

SCALE: Final = 9
"""Digits after the point of NUMERIC, and of the scaled integers here."""
_MINUS: Final = ord("-")
_MAX_BEFORE: Final = 9
_MAX_AFTER: Final = 8
_MAX_OF_FLOAT: Final = 15
"""Integers of this many digits and powers of ten are exact as FLOAT64, so that a division of them
rounds only once."""
_TENS: Final = 10 ** np.arange(SCALE + 1, dtype=np.int64)
_MAX_BOUND: Final = 2**62
_CONSTRAINTS: Final = (
    # The constraint, whether it is an upper bound, and the step to the nearest allowed integer.
    ("minimum", False, 0),
    ("exclusive_minimum", False, 1),
    ("maximum", True, 0),
    ("exclusive_maximum", True, -1),
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest scaled integer that the constraints allow."""

    least: int | None = None
    greatest: int | None = None

    def apply(self, values: Ints, cleared: Mask) -> None:
        """Set `cleared` to false where values are out of bounds."""
        if self.least is not None:
            cleared &= values >= self.least
        if self.greatest is not None:
            cleared &= values <= self.greatest


def bounds_of(
    constraints: FieldConstraints, cast: Callable[[Scalar], Any], *, scale: int
) -> Bounds | None:
    """Return the bounds in units of the last of `scale` digits after the point; None if they have
    more digits. `cast` makes numbers of declared values."""
    lower, upper = list[int](), list[int]()
    for name, is_upper, step in _CONSTRAINTS:
        given = getattr(constraints, name)
        if given is None:
            continue
        bound = cast(given)
        if not isinstance(bound, int | Decimal):
            return None
        scaled = Decimal(bound).scaleb(scale) if Decimal(bound).is_finite() else None
        if scaled is None or scaled != scaled.to_integral_value() or abs(scaled) > _MAX_BOUND:
            return None
        (upper if is_upper else lower).append(int(scaled) + step)
    return Bounds(max(lower, default=None), min(upper, default=None))


class IntegerParser:
    """Parses an optional minus and 1 to 16 digits, for INT64."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds: Final = bounds

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        negative = text.bytes_at(text.starts) == _MINUS
        counts = text.lengths - negative
        values, cleared = parse_digits(text, text.starts + text.lengths, counts)
        if negative.any():
            values = np.where(negative, -values, values)
        self._bounds.apply(values, cleared)
        return fixed_width_array(pa.int64(), values, missing), cleared


class DecimalParser:
    """Parses an optional minus, 1 to 9 digits, and optionally a point with 1 to 8 digits, for
    NUMERIC and FLOAT64."""

    def __init__(self, column: BigQueryType, point: str, bounds: Bounds) -> None:
        self._column: Final = column
        self._point: Final = ord(point)
        self._bounds: Final = bounds

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        negative = text.bytes_at(text.starts) == _MINUS
        ends, words = text.starts + text.lengths, last_words(text)
        after = self._count_after_point(text, ends, words)
        has_point = after >= 0
        after = np.maximum(after, 0)
        before = text.lengths - negative - has_point - after
        scaled, cleared = self._parse_unsigned(text, words, ends, before, after, has_point)
        cleared &= (before > 0) & (before <= _MAX_BEFORE) & (has_point <= (after > 0))
        if negative.any():
            scaled = np.where(negative, -scaled, scaled)
        self._bounds.apply(scaled, cleared)
        if self._column.kind == "FLOAT64":
            cleared &= (before + after <= _MAX_OF_FLOAT) & ~(negative & (scaled == 0))
            values = (scaled // _TENS[SCALE - after]) / _TENS[after]
            return fixed_width_array(pa.float64(), values, missing), cleared
        self._require_fit(scaled, after, cleared)
        return fixed_width_array(pa.decimal128(38, SCALE), _as_128_bits(scaled), missing), cleared

    def _parse_unsigned(
        self,
        text: Text,
        words: Words,
        ends: Ints32,
        before: Ints32,
        after: Ints32,
        has_point: Mask,
    ) -> tuple[Ints, Mask]:
        """Return the scaled numbers without their signs, and where all characters are digits."""
        numbers, cleared = parse_around_point(words, before, after, has_point)
        numbers *= _TENS.take(SCALE - after)
        long = np.flatnonzero(before + after + has_point > WORD)
        if len(long):
            ends, before, after = ends[long], before[long], after[long]
            point = has_point[long]
            integer, integer_cleared = parse_digits(
                text, ends - after - point, np.minimum(before, _MAX_BEFORE)
            )
            decimals, decimals_cleared = parse_digits(text, ends, after)
            decimals = np.where(point, decimals, 0) * _TENS[SCALE - after]
            numbers[long] = integer * _TENS[SCALE] + decimals
            cleared[long] = integer_cleared & (decimals_cleared | ~point)
        return numbers, cleared

    def _count_after_point(self, text: Text, ends: Ints32, words: Words) -> Ints32:
        """Return the number of characters after the point; -1 if it is not among the last nine."""
        after = count_after_only(words, self._point)
        # The words contain only the last eight characters.
        long = np.flatnonzero((after < 0) & (text.lengths > _MAX_AFTER + 1))
        if len(long):
            is_point = text.bytes_at(ends[long] - 1 - _MAX_AFTER) == self._point
            after[long[is_point]] = _MAX_AFTER
        return after

    def _require_fit(self, scaled: Ints, after: Ints32, cleared: Mask) -> None:
        """Set `cleared` to false where the column has too few digits."""
        if self._column.integer_digits < _MAX_BEFORE:
            cleared &= np.abs(scaled) < _TENS[self._column.integer_digits] * _TENS[SCALE]
        if self._column.fraction_digits < _MAX_AFTER:
            # Additional digits are accepted if they are zeros.
            long = np.flatnonzero(after > self._column.fraction_digits)
            cleared[long] &= scaled[long] % _TENS[SCALE - self._column.fraction_digits] == 0


def _as_128_bits(numbers: Ints) -> Ints:
    """(n, 2): the lower and the upper 64 bits of each number (n,)."""
    words = np.empty((len(numbers), 2), np.int64)
    words[:, 0] = numbers
    words[:, 1] = numbers >> 63
    return words
