"""Reads the digits of decimal numbers without their signs."""

from typing import Final, NamedTuple

import numpy as np

from csvgate.validation.fast.arrays import Ints, Ints32, Mask, Words
from csvgate.validation.fast.kernels.numbers.columns import SCALE
from csvgate.validation.fast.kernels.numbers.digits import parse_whole
from csvgate.validation.fast.words import TENS, Text, count_after_only, last_words, parse_words

MAX_AFTER: Final = 8
"""Digits after the point that are read."""


class Unsigned(NamedTuple):
    """(n,) each: the digits of n cells without their signs."""

    whole: Ints
    """The number before the point."""
    billionths: Ints
    """The number after the point, in billionths."""
    after: Ints32
    """The number of digits after the point."""

    def as_fraction(self, cleared: Mask) -> "Unsigned":
        """Return the hundredth of each number; sets `cleared` to false where that needs more than
        SCALE digits after the point."""
        after = self.after + 2
        cleared &= after <= SCALE
        billionths = self.whole % TENS[2] * TENS[SCALE - 2] + self.billionths // TENS[2]
        return Unsigned(self.whole // TENS[2], billionths, np.minimum(after, SCALE))


class UnsignedParser:
    """Reads up to 18 digits, which may be in groups of three after `group`, and optionally a point
    with 1 to 8 digits."""

    def __init__(self, point: str, group: str | None) -> None:
        self._point: Final = ord(point)
        self._group: Final = None if group is None else ord(group)

    def parse(self, text: Text, signed: Mask) -> tuple[Unsigned, Mask]:
        """Return the digits, and where all characters are digits in their places, after a sign
        where `signed`."""
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
        return Unsigned(whole, fractions, after), cleared

    def _count_after_point(self, text: Text, words: Words) -> Ints32:
        """Return the number of characters after the point; -1 if it is not among the last nine."""
        after = count_after_only(words, self._point)
        # The words contain only the last eight characters.
        long = np.flatnonzero((after < 0) & (text.lengths > MAX_AFTER + 1))
        if len(long):
            ends = text.starts.take(long) + text.lengths.take(long)
            is_point = text.bytes_at(ends - 1 - MAX_AFTER) == self._point
            after[long[is_point]] = MAX_AFTER
        return after
