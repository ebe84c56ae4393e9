"""Reads signs, and whole numbers of up to 19 digits, which may be in groups of three."""

from typing import Final

import numpy as np

from csvgate.validation.fast.arrays import Ints, Ints32, Mask, Words
from csvgate.validation.fast.words import TENS, WORD, Text, parse_words

_MAX_WORDS: Final = 3
_MAX_DIGITS: Final = 19
_MAX_GROUPED: Final = 23
"""The characters of 18 digits and the groups between them."""
_GROUP: Final = 4
"""Characters of a group, with the one before it."""
_GROUP_BYTES: Final = np.uint64(0x000000FF000000FF)
"""The bytes of a word that stand before groups if the word ends with a group."""
_MINUS, _PLUS = map(ord, "-+")


def signs(text: Text) -> tuple[Mask, Mask]:
    """(n,) Return which cells begin with a minus, and which with a minus or a plus."""
    first = text.bytes_at(text.starts)
    negative = first == _MINUS
    return negative, negative | (first == _PLUS)


def parse_whole(text: Text, ends: Ints32, counts: Ints32, group: int | None) -> tuple[Ints, Mask]:
    """Return the numbers in the `counts` characters before each of `ends`, and where these are 1 to
    19 digits, or up to 18 of them in groups of three after the character `group`, and the number
    fits 64 bits. The first group may be shorter."""
    words = text.words_at(ends - WORD)
    grouped = None if group is None else _are_grouped(words, counts, group)
    values, valid = _parse(words, counts, grouped, group)
    valid &= counts > 0
    if grouped is not None:
        # Otherwise the first character would be the one before a group.
        valid &= ~(grouped & (counts % _GROUP == 0))
    for number in range(1, _MAX_WORDS):
        rows = np.flatnonzero(counts > WORD * number)
        if not len(rows):
            return values, valid
        words = text.words_at(ends.take(rows) - WORD * (number + 1))
        some = None if grouped is None else grouped.take(rows)
        high, high_valid = _parse(words, counts.take(rows) - WORD * number, some, group)
        digits = np.full(len(rows), WORD) if some is None else WORD - 2 * some
        values[rows] += high * TENS.take(digits * number)
        valid[rows] &= high_valid
    valid &= counts <= (
        _MAX_DIGITS if grouped is None else np.where(grouped, _MAX_GROUPED, _MAX_DIGITS)
    )
    # What does not fit 64 bits is negative now.
    valid &= values >= 0
    return values, valid


def _are_grouped(words: Words, counts: Ints32, group: int) -> Mask | None:
    """(n,) True for the numbers that end with a group in the last eight characters; None if none
    does."""
    before = (words >> np.uint64(8 * (WORD - _GROUP))).astype(np.uint8)
    grouped = (before == group) & (counts > _GROUP)
    return grouped if grouped.any() else None


def _parse(
    words: Words, counts: Ints32, grouped: Mask | None, group: int | None
) -> tuple[Ints, Mask]:
    """Return the numbers in the last `counts` characters of the words, at most eight, and where
    these are digits, or digits in groups where `grouped`."""
    if grouped is None or group is None:
        return parse_words(words, counts)
    # The mark before a group becomes the digit 0; any other character there becomes invalid.
    places = grouped * _GROUP_BYTES
    words ^= places & np.uint64((group ^ ord("0")) * 0x0101010101010101)
    return parse_words(words, counts, places)
