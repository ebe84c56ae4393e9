"""The cells of a column as positions in their block."""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from csvgate.validation.fast.arrays import Bytes, Ints, Ints32, Words, content, copied, offsets
from csvgate.validation.fast.blocks import Block
from csvgate.validation.fast.clearing.lazy_property import lazy_property
from csvgate.validation.fast.words import MAX_FIRST_WORDS, WORD, Text, windows

_KEPT: Final = [
    np.array(
        [
            [256 ** min(max(length - WORD * at, 0), WORD) - 1 for at in range(count)]
            for length in range(WORD * count + 1)
        ],
        np.uint64,
    )
    for count in range(MAX_FIRST_WORDS + 1)
]
"""For each number of words and each length of a cell, masks for the bytes of the cell."""


class DoubledQuotes(NamedTuple):
    """The k doubled quotes in the cells of a column, in order."""

    cells: Ints
    """(k,) The index of the cell of each."""
    positions: Ints
    """(k,) The position in the block of the first of the two quotes."""

    def every(self, step: int) -> "DoubledQuotes":
        """Return those in the cells whose index is a multiple of `step`."""
        kept = self.cells % step == 0
        return DoubledQuotes(self.cells[kept] // step, self.positions[kept])


_NONE: Final = DoubledQuotes(np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True)
class Slices:
    """n cells of a column, in the file's order, without the quotes around them."""

    block: Block
    starts: Ints32
    """(n,) The position of the first byte of each cell."""
    ends: Ints32
    """(n,) The position after the last byte of each cell."""
    doubled: Ints
    """The indexes of the cells that contain quotes, which are written twice."""
    quote: str
    has_zeros: bool
    """True if the block contains zero bytes."""
    doubled_quotes: DoubledQuotes = _NONE
    """The quotes in the cells of `doubled`."""

    def __len__(self) -> int:
        return len(self.starts)

    def every(self, step: int) -> "Slices":
        """Return each cell whose index is a multiple of `step`."""
        return replace(
            self,
            starts=self.starts[::step],
            ends=self.ends[::step],
            doubled=self.doubled[self.doubled % step == 0] // step,
            doubled_quotes=self.doubled_quotes.every(step),
        )

    def cell(self, index: int) -> bytes:
        """Return the content of one cell."""
        return self.unescape(self.block.data[self.starts.item(index) : self.ends.item(index)])

    def contents(self, indexes: Ints) -> list[bytes]:
        """Return the contents of the cells at these indexes."""
        data = self.block.data
        starts, ends = self.starts.take(indexes).tolist(), self.ends.take(indexes).tolist()
        written = [data[start:end] for start, end in zip(starts, ends, strict=True)]
        return list(map(self.unescape, written)) if len(self.doubled) else written

    def unescape(self, written: bytes) -> bytes:
        """Return the content of a cell as it is written: each doubled quote stands for one."""
        quote = self.quote.encode()
        return written.replace(quote * 2, quote) if quote in written else written

    @lazy_property
    def text(self) -> Text:
        """The contents, read in place unless some contain doubled quotes."""
        return Text.of(self.binary) if len(self.doubled) else self._in_place

    @lazy_property
    def lengths(self) -> Ints32:
        """(n,) The length of the content of each cell, in bytes."""
        if not len(self.doubled):
            return self._in_place.lengths
        found: Ints32 = np.diff(offsets(self.binary))
        return found

    @lazy_property
    def _in_place(self) -> Text:
        """The cells as they are written, read in place."""
        data = np.frombuffer(self.block.data, np.uint8)
        return Text(data, self.starts, self.ends - self.starts)

    @lazy_property
    def words_each(self) -> int | None:
        """The number of words that the longest cell needs, at least one; None if these are more
        than MAX_FIRST_WORDS, if there are no cells, or if the block contains zero bytes, which
        would look like padding."""
        count = max(1, -(-int(self._in_place.lengths.max(initial=0)) // WORD))
        return None if self.has_zeros or not len(self) or count > MAX_FIRST_WORDS else count

    def written_words(self, count: int, start: int = 0, end: int | None = None) -> Words:
        """(n, count) The bytes of each cell from number `start` to `end`, as it is written, padded
        with zero bytes. No cell may need more words than `count`, at most `words_each`."""
        text = self._in_place
        text = Text(text.data, text.starts[start:end], text.lengths[start:end])
        words = text.first_words(count)
        words &= _KEPT[count].take(text.lengths, axis=0)
        return words

    def prefixes(self, length: int) -> Bytes:
        """(n * length,) The first `length` bytes (at most SPARE) of the content of each cell, even
        if the cell is shorter."""
        if length not in self._prefixes:
            text = self.text
            found = windows(text.data, length, text.starts).view(np.uint8)
            self._prefixes[length] = found
        return self._prefixes[length]

    @lazy_property
    def _prefixes(self) -> dict[int, Bytes]:
        return {}

    def of_length(self, length: int) -> "pa.Array":
        """Return a `binary` array with a copy of the contents, as if all cells had this length. It
        has no fewer offsets than other arrays, but its bytes are copied faster."""
        limits = np.arange(0, (len(self) + 1) * length, length, dtype=np.int32)
        buffers = [None, pa.py_buffer(limits), pa.py_buffer(self.prefixes(length))]
        return pa.Array.from_buffers(pa.binary(), len(self), buffers)

    @lazy_property
    def written(self) -> "pa.Array":
        """A `binary` array with a copy of the cells as they are written."""
        return self._copy(self.starts, self.ends)

    @lazy_property
    def binary(self) -> "pa.Array":
        """A `binary` array with a copy of the contents of the cells."""
        if not len(self.doubled):
            return self.written
        # A doubled quote divides its cell into two pieces; the first ends with one of the quotes.
        cells, positions = self.doubled_quotes
        # The number of the first piece of each cell, and of all pieces.
        first = np.arange(len(self) + 1)
        first[1:] += np.cumsum(np.bincount(cells, minlength=len(self)))
        before = cells + np.arange(len(cells))
        starts, ends = np.empty((2, first[-1]), np.int32)
        starts[first[:-1]], ends[first[1:] - 1] = self.starts, self.ends
        starts[before + 1], ends[before] = positions + 2, positions + 1
        pieces = self._copy(starts, ends)
        limits = pa.py_buffer(offsets(pieces).take(first))
        return pa.Array.from_buffers(pa.binary(), len(self), [None, limits, pieces.buffers()[2]])

    @lazy_property
    def is_ascii(self) -> bool:
        """True if all bytes of the contents are ASCII."""
        limits = offsets(self.binary)
        some = content(self.binary)[limits[0] : limits[-1]]
        return not len(some) or bool(some.max() < 0x80)

    def _copy(self, starts: Ints32, ends: Ints32) -> "pa.Array":
        return copied(self.block.data, starts, ends)
