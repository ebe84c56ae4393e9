"""The cells of a column where they are in their block."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.validation.fast.blocks import Block
from csvgate.validation.fast.structural_index import Places
from csvgate.validation.fast.words import WORD, Ints, Mask, Text, Words, windows

_MOST_WORDS: Final = 2
_KEPT: Final = [
    np.array(
        [
            [256 ** min(max(length - WORD * at, 0), WORD) - 1 for at in range(count)]
            for length in range(WORD * count + 1)
        ],
        np.uint64,
    )
    for count in range(_MOST_WORDS + 1)
]
"""For so many words, of each length: masks for what is text in them."""


@dataclass(frozen=True)
class Slices:
    """n cells in the file's order, without the quotes around them."""

    block: Block
    starts: Places
    """(n,)"""
    ends: Places
    """(n,)"""
    doubled: Ints
    """Which of them have quotes inside, written twice."""
    quote: str
    zeros: bool
    """Whether there are zero bytes in the block."""

    def __len__(self) -> int:
        return len(self.starts)

    def first(self, count: int) -> "Slices":
        """So many of them."""
        doubled = self.doubled[: int(np.searchsorted(self.doubled, count))]
        return replace(self, starts=self.starts[:count], ends=self.ends[:count], doubled=doubled)

    def cell(self, place: int) -> bytes:
        """One of them."""
        return self.plain(self.block.data[self.starts.item(place) : self.ends.item(place)])

    def plain(self, written: bytes) -> bytes:
        """What a cell says: a quote inside is always written twice."""
        quote = self.quote.encode()
        return written.replace(quote * 2, quote) if quote in written else written

    @cached_property
    def text(self) -> Text:
        """Read in place, unless quotes in them are written twice."""
        return Text.of(self.binary) if len(self.doubled) else self._in_place

    @cached_property
    def _in_place(self) -> Text:
        """With quotes inside as they are written."""
        data = np.frombuffer(self.block.data, np.uint8)
        return Text(data, self.starts, self.ends - self.starts)

    @cached_property
    def written_words(self) -> Words | None:
        """(n, 1 or 2) The bytes of each, quotes inside as they are written, then zeros, in as few
        words as all need; None where that does not tell them."""
        text = self._in_place
        longest = int(text.lengths.max(initial=0))
        count = max(1, -(-longest // WORD))
        if self.zeros or not len(self) or count > _MOST_WORDS:
            return None
        words = text.heads(count)
        words &= _KEPT[count].take(text.lengths, axis=0)
        return words

    def cut(self, length: int) -> "pa.Array":
        """A copy of so many bytes from the start of each, SPARE at most, whatever they are."""
        data = windows(self._in_place.data, length, self.starts).view(np.uint8)
        offsets = np.arange(0, (len(self) + 1) * length, length, dtype=np.int32)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
        return pa.Array.from_buffers(pa.binary(), len(self), buffers)

    @cached_property
    def written(self) -> "pa.Array":
        """A copy, the cells one after the other, quotes inside as they are written."""
        if not len(self):
            return pa.array([], pa.binary())
        # Cells and what is between them, in turns: Arrow takes every other one.
        offsets = np.empty((len(self), 2), np.int32)
        offsets[:, 0], offsets[:, 1] = self.starts, self.ends
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(self.block.data)]
        both = pa.Array.from_buffers(pa.binary(), 2 * len(self) - 1, buffers)
        return both.take(pa.array(np.arange(0, 2 * len(self), 2, dtype=np.int32)))

    @cached_property
    def binary(self) -> "pa.Array":
        """A copy, the cells one after the other."""
        cells = self.written
        if not len(self.doubled):
            return cells
        quote = self.quote.encode()
        written = cells.take(pa.array(self.doubled))
        plain = pc.replace_substring(written, pattern=quote * 2, replacement=quote)
        return pc.replace_with_mask(cells, pa.array(self._is_doubled()), plain)

    def _is_doubled(self) -> Mask:
        found = np.zeros(len(self), np.bool_)
        found[self.doubled] = True
        return found
