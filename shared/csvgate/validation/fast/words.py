"""Cells read eight bytes at a time, as 64-bit words: a word's lowest byte is the first of its text.

Within a word, arithmetic on all eight characters at once: no byte here ever carries into the next.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.validation.fast.blocks import SPARE
from csvgate.validation.fast.kernels.column import content, offsets

Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

WORD: Final = 8
"""Characters of a word."""
MOST_HEADS: Final = SPARE // WORD
_LAST: Final = np.array(
    [(2**64 - 1) << 8 * (8 - kept) & (2**64 - 1) for kept in range(9)], np.uint64
)
"""A mask for the last so many bytes of a word."""
_U: Final = tuple(map(np.uint64, range(65)))
_ZEROS: Final = np.uint64(0x3030303030303030)
_SIXES: Final = np.uint64(0x0606060606060606)
_HIGH_HALVES: Final = np.uint64(0xF0F0F0F0F0F0F0F0)
_LOW_BITS: Final = np.uint64(0x7F7F7F7F7F7F7F7F)
_PLACES: Final = np.uint64(0x0807060504030201)
"""Times a one in the lowest bit of a byte: that byte's place, from the word's end, from 1."""
_PAIRS: Final = np.uint64(0x00FF00FF00FF00FF)
_FOURS: Final = np.uint64(0x0000FFFF0000FFFF)
_BY_2: Final = np.uint64(1 + (10 << 8))
_BY_4: Final = np.uint64(1 + (100 << 16))
_BY_8: Final = np.uint64(1 + (10_000 << 32))


class Text(NamedTuple):
    """The cells of a column; n of them."""

    data: npt.NDArray[np.uint8]
    starts: Places
    """(n,) Of each in `data`, which has bytes to spare on both sides."""
    lengths: Places
    """(n,)"""

    @staticmethod
    def of(cells: "pa.Array") -> "Text":
        limits = offsets(cells).copy()
        first, end = int(limits[0]), int(limits[-1])
        spare = np.zeros(SPARE, np.uint8)
        data = np.concatenate((spare, content(cells)[first:end], spare))
        limits += SPARE - first
        return Text(data, limits[:-1], np.diff(limits))

    def bytes_at(self, positions: Places) -> npt.NDArray[np.uint8]:
        return self.data.take(positions)

    def words_at(self, positions: Places) -> Words:
        """The eight bytes from each position, which may be before the start of the cell by 16 and
        past its end by 24."""
        return self._windows(1, positions)

    def heads(self, count: int) -> Words:
        """(n, count) The first words of each, and what follows if it has fewer; MOST_HEADS at
        most. They take no longer than one."""
        return self._windows(count, self.starts).reshape(-1, count)

    def _windows(self, count: int, positions: Places) -> Words:
        return windows(self.data, WORD * count, positions).view(np.uint64)

    def some(self, where: Ints) -> "Text":
        return Text(self.data, self.starts[where], self.lengths[where])


def windows(data: npt.NDArray[np.uint8], size: int, positions: Places) -> npt.NDArray[np.void]:
    """(n,) So many bytes from each position on."""
    parts = np.ndarray((len(data) - size + 1,), f"V{size}", data, strides=(1,))
    found: npt.NDArray[np.void] = parts[positions]
    return found


def digits(text: Text, ends: Places, counts: Places) -> tuple[Ints, Mask]:
    """The numbers that the `counts` digits before each of `ends` make, and where there are as many
    digits, 1 to 16."""
    few = np.minimum(counts, 8)
    value, fine = _up_to_8(text.words_at(ends - 8), few)
    fine &= counts > 0
    long = np.flatnonzero(counts > 8)
    if len(long):
        more = counts[long] - 8
        high, also = _up_to_8(text.words_at(ends[long] - 16), np.minimum(more, 8))
        value[long] += high * 100_000_000
        fine[long] &= also & (more <= 8)
    return value, fine


def last_words(text: Text) -> Words:
    """(n,) The last eight characters of each, zeros before them where there are fewer."""
    words = text.words_at(text.starts + text.lengths - WORD)
    words &= _LAST.take(text.lengths, mode="clip")
    return words


def after_only(words: Words, character: int) -> Places:
    """(n,) How many characters of each word are after that one; -1 where it is not there, or more
    than once."""
    other = words ^ np.uint64(character * 0x0101010101010101)
    found = (other & _LOW_BITS) + _LOW_BITS
    found |= other
    found |= _LOW_BITS
    # A one in the lowest bit of each byte that had the character.
    np.invert(found, out=found)
    found >>= _U[7]
    many = (found & (found - _U[1])) != 0
    found *= _PLACES
    found >>= _U[56]
    after = found.astype(np.int32) - 1
    after[many] = -1
    return after


def digits_around(
    words: Words, before: Places, after: Places, has_point: Mask
) -> tuple[Ints, Mask]:
    """The numbers that `before` and `after` digits at the end of the words make, as if there were
    no point between them; and where there are as many. Anything where there are more than WORD
    characters in all. Changes the words."""
    if has_point.any():
        kept = _LAST.take(after)
        without = words << _U[8]
        without &= ~kept
        without |= words & kept
        words = np.where(has_point, without, words)
    return _up_to_8(words, np.minimum(before + after, WORD))


def _up_to_8(words: Words, counts: Places) -> tuple[Ints, Mask]:
    """The number that the last `counts` characters of each word make; none make zero."""
    words ^= _ZEROS
    words &= _LAST.take(counts, mode="clip")
    odd = words + _SIXES
    odd |= words
    odd &= _HIGH_HALVES
    words *= _BY_2
    words >>= _U[8]
    words &= _PAIRS
    words *= _BY_4
    words >>= _U[16]
    words &= _FOURS
    words *= _BY_8
    words >>= _U[32]
    return words.view(np.int64), odd == 0
