"""The cells of a column where they are in their block."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.engine.vector.blocks import Block
from csvgate.engine.vector.frames import Places
from csvgate.engine.vector.words import Ints, Mask, Text, Words

_BYTES_KEPT: Final = np.array([256**kept - 1 for kept in range(9)], np.uint64)
"""A mask for the first so many bytes of a word."""


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

    @cached_property
    def text(self) -> Text:
        """Read in place, unless quotes in them are written twice."""
        if len(self.doubled):
            return Text.of(self.binary)
        data = np.frombuffer(self.block.data, np.uint8)
        return Text(data, self.starts, self.ends - self.starts)

    @cached_property
    def words(self) -> Words | None:
        """(n,) The bytes of each, then zeros, in one word; None where that does not tell them."""
        text = self.text
        if self.zeros or not len(self) or text.lengths.max() > 8:
            return None
        return text.words_at(text.starts) & _BYTES_KEPT.take(text.lengths)

    @cached_property
    def binary(self) -> "pa.Array":
        """A copy, the cells one after the other."""
        if not len(self):
            return pa.array([], pa.binary())
        # Cells and what is between them, in turns: Arrow takes every other one.
        offsets = np.empty((len(self), 2), np.int32)
        offsets[:, 0], offsets[:, 1] = self.starts, self.ends
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(self.block.data)]
        both = pa.Array.from_buffers(pa.binary(), 2 * len(self) - 1, buffers)
        cells = both.take(pa.array(np.arange(0, 2 * len(self), 2, dtype=np.int32)))
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
