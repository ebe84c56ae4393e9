"""Reads cells eight bytes at a time as 64-bit words; a word's lowest byte is its first character.

Arithmetic on a word treats its eight characters at once. A byte carries into the next one only in
words that are rejected anyway.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.validation.fast.arrays import (
    Bytes,
    Ints,
    Ints32,
    Mask,
    Words,
    content,
    copied,
    offsets,
)
from csvgate.validation.fast.blocks import SPARE

WORD: Final = 8
"""Characters in a word."""
MAX_FIRST_WORDS: Final = SPARE // WORD
TENS: Final = 10 ** np.arange(19, dtype=np.int64)
"""The powers of ten below 2**63."""
_LAST: Final = np.array(
    [(2**64 - 1) << 8 * (8 - kept) & (2**64 - 1) for kept in range(9)], np.uint64
)
"""For each count from 0 to 8, a mask for the last `count` characters of a word."""
_U: Final = tuple(map(np.uint64, range(65)))
_ZEROS: Final = np.uint64(0x3030303030303030)
_SIXES: Final = np.uint64(0x0606060606060606)
_HIGH_HALVES: Final = np.uint64(0xF0F0F0F0F0F0F0F0)
_LOW_BITS: Final = np.uint64(0x7F7F7F7F7F7F7F7F)
_PLACES: Final = np.uint64(0x0807060504030201)
"""Multiplied by a word with a one in a single byte, the top byte is that byte's place, counted from
the end of the word from 1."""
_PAIRS: Final = np.uint64(0x00FF00FF00FF00FF)
_FOURS: Final = np.uint64(0x0000FFFF0000FFFF)
_BY_2: Final = np.uint64(1 + (10 << 8))
_BY_4: Final = np.uint64(1 + (100 << 16))
_BY_8: Final = np.uint64(1 + (10_000 << 32))
_LESS_BY_GROUP: Final = np.uint64(9_000 << 32)
"""What is subtracted from `_BY_8` where four characters have three digits."""


class Text(NamedTuple):
    """The characters of n cells of a column."""

    data: Bytes
    """The bytes that contain the cells, with SPARE more on both sides."""
    starts: Ints32
    """(n,) The position in `data` of the first byte of each cell."""
    lengths: Ints32
    """(n,) In bytes."""

    @staticmethod
    def of(cells: "pa.Array") -> "Text":
        """Copy the cells of a `binary` array."""
        limits = offsets(cells).copy()
        first, end = int(limits[0]), int(limits[-1])
        spare = np.zeros(SPARE, np.uint8)
        data = np.concatenate((spare, content(cells)[first:end], spare))
        limits += SPARE - first
        return Text(data, limits[:-1], np.diff(limits))

    def bytes_at(self, positions: Ints32) -> Bytes:
        return self.data.take(positions)

    def words_at(self, positions: Ints32) -> Words:
        """Return the eight bytes from each position on. A position may be up to 16 before the start
        of the cell and up to 24 after its end."""
        return self._windows(1, positions)

    def first_words(self, count: int) -> Words:
        """(n, count) The first words of each cell, at most MAX_FIRST_WORDS. A shorter cell is
        followed by whatever comes after it. Several words take no longer than one."""
        return self._windows(count, self.starts).reshape(-1, count)

    def _windows(self, count: int, positions: Ints32) -> Words:
        return windows(self.data, WORD * count, positions).view(np.uint64)

    def select(self, where: Ints) -> "Text":
        """Only the cells at these indexes."""
        return Text(self.data, self.starts[where], self.lengths[where])

    def binary(self) -> "pa.Array":
        """A `binary` array with a copy of the cells, which must be in the order of `data`."""
        return copied(self.data, self.starts, self.starts + self.lengths)


def windows(data: Bytes, size: int, positions: Ints32) -> npt.NDArray[np.void]:
    """(n,) `size` bytes from each position on."""
    parts = np.ndarray((len(data) - size + 1,), f"V{size}", data, strides=(1,))
    found: npt.NDArray[np.void] = parts[positions]
    return found


def parse_digits(text: Text, ends: Ints32, counts: Ints32) -> tuple[Ints, Mask]:
    """Return the numbers in the `counts` characters before each of `ends`, and where these are 1 to
    16 digits."""
    few = np.minimum(counts, 8)
    value, valid = parse_words(text.words_at(ends - 8), few)
    valid &= counts > 0
    long = np.flatnonzero(counts > 8)
    if len(long):
        more = counts[long] - 8
        high, high_valid = parse_words(text.words_at(ends[long] - 16), np.minimum(more, 8))
        value[long] += high * 100_000_000
        valid[long] &= high_valid & (more <= 8)
    return value, valid


def last_words(text: Text) -> Words:
    """(n,) The last eight characters of each cell, with zero bytes before a shorter one."""
    words = text.words_at(text.starts + text.lengths - WORD)
    words &= _LAST.take(text.lengths, mode="clip")
    return words


def count_after_only(words: Words, character: int) -> Ints32:
    """(n,) The number of characters of each word after the only one that equals `character`; -1 if
    it occurs never or more than once."""
    other = words ^ np.uint64(character * 0x0101010101010101)
    found = (other & _LOW_BITS) + _LOW_BITS
    found |= other
    found |= _LOW_BITS
    # Now a byte is all ones unless it is the character; then its top bit is zero.
    np.invert(found, out=found)
    found >>= _U[7]
    many = (found & (found - _U[1])) != 0
    found *= _PLACES
    found >>= _U[56]
    after = found.astype(np.int32) - 1
    after[many] = -1
    return after


def parse_words(words: Words, counts: Ints32, groups: Words | None = None) -> tuple[Ints, Mask]:
    """Return the numbers in the last `counts` characters of the words, which are zero for none, and
    where all of these are digits. Changes `words`.

    `groups` (n,) is zero, or where a number is in groups of three digits, all ones in the first
    byte of each four. Only the digit 0 may be in these places, which do not count.
    """
    words ^= _ZEROS
    words &= _LAST.take(counts, mode="clip")
    # A byte above 9 now has bits in its high half, itself or with 6 added.
    odd = words + _SIXES
    odd |= words
    odd &= _HIGH_HALVES
    if groups is not None:
        odd |= words & groups
    # Digits become pairs, pairs fours, and fours eights.
    words *= _BY_2
    words >>= _U[8]
    words &= _PAIRS
    words *= _BY_4
    words >>= _U[16]
    words &= _FOURS
    words *= _BY_8 if groups is None else _BY_8 - (groups & _U[1]) * _LESS_BY_GROUP
    words >>= _U[32]
    return words.view(np.int64), odd == 0
