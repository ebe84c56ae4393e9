"""Numbers with a decimal point: up to nine digits before it, up to eight after it."""

from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.types.bigquery import BigQueryType
from csvgate.validation.fast.kernels.bounds import Bounds
from csvgate.validation.fast.kernels.high_cardinality import fixed_width
from csvgate.validation.fast.words import (
    WORD,
    Ints,
    Mask,
    Places,
    Text,
    Words,
    after_only,
    digits,
    digits_around,
    last_words,
)

SCALE: Final = 9
"""Of NUMERIC, and of the values within."""
_MINUS: Final = ord("-")
_MOST_BEFORE: Final = 9
_MOST_AFTER: Final = 8
_MOST_OF_FLOAT: Final = 15
"""A whole number of as many digits and a power of ten are exact: dividing them rounds once."""
_TENS: Final = 10 ** np.arange(SCALE + 1, dtype=np.int64)


class Decimals:
    """An optional minus, digits, and perhaps a point and digits: for NUMERIC and FLOAT64."""

    def __init__(self, column: BigQueryType, point: str, bounds: Bounds) -> None:
        self._column: Final = column
        self._point: Final = ord(point)
        self._bounds: Final = bounds

    def read(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        negative = text.bytes_at(text.starts) == _MINUS
        ends, words = text.starts + text.lengths, last_words(text)
        after = self._after_point(text, ends, words)
        has_point = after >= 0
        after = np.maximum(after, 0)
        before = text.lengths - negative - has_point - after
        scaled, fine = self._scaled(text, words, ends, before, after, has_point)
        fine &= (before > 0) & (before <= _MOST_BEFORE) & (has_point <= (after > 0))
        if negative.any():
            scaled = np.where(negative, -scaled, scaled)
        self._bounds.keep(scaled, fine)
        if self._column.kind == "FLOAT64":
            fine &= (before + after <= _MOST_OF_FLOAT) & ~(negative & (scaled == 0))
            values = (scaled // _TENS[SCALE - after]) / _TENS[after]
            return fixed_width(pa.float64(), values, missing), fine
        self._fit(scaled, after, fine)
        return fixed_width(pa.decimal128(38, SCALE), _as_128_bits(scaled), missing), fine

    def _scaled(
        self,
        text: Text,
        words: Words,
        ends: Places,
        before: Places,
        after: Places,
        has_point: Mask,
    ) -> tuple[Ints, Mask]:
        """The numbers without their signs, and where there are as many digits."""
        numbers, fine = digits_around(words, before, after, has_point)
        numbers *= _TENS.take(SCALE - after)
        long = np.flatnonzero(before + after + has_point > WORD)
        if len(long):
            ends, before, after = ends[long], before[long], after[long]
            point = has_point[long]
            whole, well = digits(text, ends - after - point, np.minimum(before, _MOST_BEFORE))
            part, also = digits(text, ends, after)
            numbers[long] = whole * _TENS[SCALE] + np.where(point, part, 0) * _TENS[SCALE - after]
            fine[long] = well & (also | ~point)
        return numbers, fine

    def _after_point(self, text: Text, ends: Places, words: Words) -> Places:
        """How many characters there are after the point; -1 where it is not near the end."""
        after = after_only(words, self._point)
        # One more than the words have room for.
        long = np.flatnonzero((after < 0) & (text.lengths > _MOST_AFTER + 1))
        if len(long):
            here = text.bytes_at(ends[long] - 1 - _MOST_AFTER) == self._point
            after[long[here]] = _MOST_AFTER
        return after

    def _fit(self, scaled: Ints, after: Places, fine: Mask) -> None:
        """Makes `fine` false where the column has too few digits."""
        if self._column.integer_digits < _MOST_BEFORE:
            fine &= np.abs(scaled) < _TENS[self._column.integer_digits] * _TENS[SCALE]
        if self._column.fraction_digits < _MOST_AFTER:
            # Zeros more than it has are no loss.
            long = np.flatnonzero(after > self._column.fraction_digits)
            fine[long] &= scaled[long] % _TENS[SCALE - self._column.fraction_digits] == 0


def _as_128_bits(numbers: Ints) -> Ints:
    """(n, 2): the lower and the upper word of each number (n,)."""
    words = np.empty((len(numbers), 2), np.int64)
    words[:, 0] = numbers
    words[:, 1] = numbers >> 63
    return words
