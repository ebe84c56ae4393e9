"""Parses decimal numbers."""

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from csvgate.types.bigquery import BigQueryType
from csvgate.validation.fast.arrays import Ints, Ints32, Mask, Words
from csvgate.validation.fast.kernels.numbers.bounds import Bounds
from csvgate.validation.fast.kernels.numbers.columns import (
    SCALE,
    decimals_as,
    floats_of,
    require_digits,
)
from csvgate.validation.fast.kernels.numbers.digits import parse_whole, signs
from csvgate.validation.fast.words import (
    TENS,
    Text,
    count_after_only,
    last_words,
    parse_words,
)

_MAX_AFTER: Final = 8


class _Unsigned(NamedTuple):
    """(n,) each: the digits of n cells without their signs."""

    whole: Ints
    """The number before the point."""
    billionths: Ints
    """The number after the point, in billionths."""
    after: Ints32
    """The number of characters after the point."""


class DecimalParser:
    """Parses an optional sign, up to 18 digits, which may be in groups of three after `group`, and
    optionally a point with 1 to 8 digits."""

    def __init__(self, column: BigQueryType, point: str, group: str | None, bounds: Bounds) -> None:
        """The bounds are in billionths."""
        self._column: Final = column
        self._point: Final = ord(point)
        self._group: Final = None if group is None else ord(group)
        self._bounds: Final = bounds

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        negative, signed = signs(text)
        (whole, billionths, after), cleared = self._parse_unsigned(text, signed)
        if self._bounds:
            self._require_bounds(whole, billionths, negative, cleared)
        match self._column.kind:
            case "FLOAT64":
                values = floats_of(whole, billionths, after, negative, missing, cleared)
            case "NUMERIC" | "BIGNUMERIC":
                require_digits(self._column, whole, cleared)
                self._require_scale(billionths, after, cleared)
                values = decimals_as(self._column, whole, billionths, negative, missing)
            case _:
                values = pa.nulls(len(whole))
        return values, cleared

    def _parse_unsigned(self, text: Text, signed: Mask) -> tuple[_Unsigned, Mask]:
        """Return the digits, and where all characters are digits in their places."""
        words = last_words(text)
        after = self._count_after_point(text, words)
        has_point = after >= 0
        after = np.maximum(after, 0)
        before = text.lengths - signed - has_point - after
        fractions, cleared = parse_words(words, after)
        fractions *= TENS.take(SCALE - after)
        ends = text.starts + text.lengths - after - has_point
        whole, is_whole = parse_whole(text, ends, before, self._group)
        cleared &= is_whole
        # The rules take a point without digits after it; here it is left to them.
        cleared &= has_point <= (after > 0)
        return _Unsigned(whole, fractions, after), cleared

    def _count_after_point(self, text: Text, words: Words) -> Ints32:
        """Return the number of characters after the point; -1 if it is not among the last nine."""
        after = count_after_only(words, self._point)
        # The words contain only the last eight characters.
        long = np.flatnonzero((after < 0) & (text.lengths > _MAX_AFTER + 1))
        if len(long):
            ends = text.starts.take(long) + text.lengths.take(long)
            is_point = text.bytes_at(ends - 1 - _MAX_AFTER) == self._point
            after[long[is_point]] = _MAX_AFTER
        return after

    def _require_bounds(self, whole: Ints, billionths: Ints, negative: Mask, cleared: Mask) -> None:
        # More would not fit 64 bits.
        cleared &= whole < TENS[SCALE]
        scaled = whole * TENS[SCALE] + billionths
        self._bounds.apply(np.where(negative, -scaled, scaled), cleared)

    def _require_scale(self, billionths: Ints, after: Ints32, cleared: Mask) -> None:
        """Set `cleared` to false where the column has too few digits after the point."""
        kept = self._column.fraction_digits
        if kept < _MAX_AFTER:
            # Additional digits are accepted if they are zeros.
            long = np.flatnonzero(after > kept)
            cleared[long] &= billionths[long] % TENS[SCALE - kept] == 0
