"""Parses times that are written as numbers: seconds or milliseconds since 1970, and the day numbers
of Excel."""

from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.types.common.times.named import EPOCH
from csvgate.validation.fast.arrays import Ints, Mask, fixed_width_array
from csvgate.validation.fast.kernels.numbers.bounds import Bounds
from csvgate.validation.fast.kernels.times.moments import END, FIRST
from csvgate.validation.fast.words import (
    TENS,
    Text,
    count_after_only,
    last_words,
    parse_digits,
    parse_words,
)

_PLUS, _MINUS, _POINT = map(ord, "+-.")
_DIGITS: Final = 6
"""Digits of a second in microseconds, the unit of the values."""
_DIGITS_OF_MS: Final = 3
_MAX_WHOLE: Final = 18 - _DIGITS
"""Digits before the point of seconds whose microseconds are certain to fit 64 bits."""
_FIRST_DAY, _LAST_DAY = 61, 2_958_465
"""Excel's numbers of 1 March 1900, before which they are off by one, and of 31 December 9999."""
_EXCEL_DAY_OF_1970: Final = 25_569


class EpochParser:
    """Parses an optional sign, digits, and optionally a point with digits down to the microsecond.
    More digits are left to the rules."""

    def __init__(self, kind: "pa.DataType", name: str, bounds: Bounds) -> None:
        """`name` is the format; the bounds are in microseconds."""
        self._kind: Final = kind
        self._digits: Final = _DIGITS if name == EPOCH else _DIGITS_OF_MS
        self._bounds: Final = bounds

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        first = text.bytes_at(text.starts)
        negative = first == _MINUS
        signed = negative | (first == _PLUS)
        words = last_words(text)
        after = count_after_only(words, _POINT)
        has_point = after >= 0
        after = np.maximum(after, 0)
        fractions, cleared = parse_words(words, after)
        # The rules refuse a point without digits after it.
        cleared &= (has_point <= (after > 0)) & (after <= self._digits)
        ends = text.starts + text.lengths - after - has_point
        counts = text.lengths - signed - has_point - after
        values, are_digits = parse_digits(text, ends, counts)
        cleared &= are_digits & (values < TENS[_MAX_WHOLE + _DIGITS - self._digits])
        values *= TENS[self._digits]
        values += fractions * TENS.take(self._digits - after, mode="clip")
        if negative.any():
            values = np.where(negative, -values, values)
        cleared &= (values >= FIRST) & (values < END)
        self._bounds.apply(values, cleared)
        return fixed_width_array(self._kind, values, missing), cleared


class ExcelDayParser:
    """Parses whole numbers of days from 1 March 1900 on. Others are left to the rules."""

    def __init__(self, bounds: Bounds) -> None:
        """The bounds are in days since 1970."""
        self._bounds: Final = bounds

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        numbers: Ints
        numbers, cleared = parse_digits(text, text.starts + text.lengths, text.lengths)
        cleared &= (numbers >= _FIRST_DAY) & (numbers <= _LAST_DAY)
        days = (np.where(cleared, numbers, 0) - _EXCEL_DAY_OF_1970).astype(np.int32)
        self._bounds.apply(days, cleared)
        return fixed_width_array(pa.date32(), days, missing), cleared
