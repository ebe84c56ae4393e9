"""Dictionary-encodes a column: its distinct cells, and which of them each cell is."""

from typing import Final, NamedTuple

import numpy as np

from csvgate.unique.column_hash import hash_column, hash_words
from csvgate.unique.grouping import group_equal
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.fast.arrays import Ints, Ints32, Words
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.words import WORD

_AT_ONCE: Final = 32_768
"""Cells of which the words are read at a time, because all have as many as the longest cell: 4 MiB
for cells of up to 128 bytes."""


class Encoded(NamedTuple):
    """A column of n cells, k of them distinct."""

    cells: Slices
    """(n,)"""
    firsts: Ints
    """(k,) The index of one of the cells that are equal to each distinct cell."""
    indices: Ints32
    """(n,) The index in `firsts` of each cell."""

    def keys(self) -> list[bytes]:
        """Return the distinct cells as they are written."""
        data = self.cells.block.data
        starts, ends = self.cells.starts.take(self.firsts), self.cells.ends.take(self.firsts)
        return [data[at:end] for at, end in zip(starts.tolist(), ends.tolist(), strict=True)]


class EncodedWords(NamedTuple):
    """A column of n cells of up to 16 bytes, k of them distinct."""

    firsts: Ints
    """(k,) The same as in `Encoded`."""
    indices: Ints32
    """(n,) The index in `firsts` of each cell."""
    distinct: Words
    """(k, 1 or 2) The words of each distinct cell."""

    def keys(self) -> list[bytes]:
        """Return the distinct cells. The zero bytes at their ends are padding, as cells have
        none."""
        data, size = self.distinct.tobytes(), WORD * self.distinct.shape[1]
        return [data[at : at + size].rstrip(b"\0") for at in range(0, len(data), size)]


def encode(cells: Slices, keyed: KeyedHash) -> Encoded:
    count = cells.words_each
    if count is None:
        hashes = hash_column(cells.written, keyed)
    else:
        hashes = np.empty((len(cells), 2), np.uint64)
        for at in range(0, len(cells), _AT_ONCE):
            words = cells.written_words(count, at, at + _AT_ONCE)
            hashes[at : at + _AT_ONCE] = hash_words(words, keyed)
    return Encoded(cells, *group_equal(hashes))


def encode_words(words: Words, keyed: KeyedHash) -> EncodedWords:
    """Encode cells of one or two words each."""
    groups = group_equal(hash_words(words, keyed))
    return EncodedWords(*groups, words.take(groups.firsts, axis=0))
