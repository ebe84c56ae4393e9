"""Tells the distinct cells of a column apart, by one or two words that stand for each cell."""

from typing import Final, NamedTuple

import numpy as np

from csvgate.unique.column_hash import hash_column, hash_words
from csvgate.unique.grouping import group_equal
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.fast.arrays import Ints, Ints32, Words
from csvgate.validation.fast.cell_slices import Slices

_AT_ONCE: Final = 8192
"""Cells of which all words are read at a time: few enough for the words to stay in the processor's
cache, and for little memory if a single cell is long (1 MiB for 128 bytes)."""


class CellWords(NamedTuple):
    """What stands for the n cells of a column, as they are written."""

    words: Words
    """(n, 1 or 2) The same for equal cells; different for others, except with the probability that
    two keyed hashes are equal."""
    are_hashes: bool
    """True if the words are keyed hashes; otherwise they are the bytes of the cells."""

    @staticmethod
    def of(cells: Slices, keyed: KeyedHash) -> "CellWords":
        count = cells.words_each
        if count is None:
            return CellWords(hash_column(cells.written, keyed), are_hashes=True)
        if count <= 2:
            return CellWords(cells.written_words(count), are_hashes=False)
        hashes = np.empty((len(cells), 2), np.uint64)
        for at in range(0, len(cells), _AT_ONCE):
            words = cells.written_words(count, at, at + _AT_ONCE)
            hashes[at : at + _AT_ONCE] = hash_words(words, keyed)
        return CellWords(hashes, are_hashes=True)


class Encoded(NamedTuple):
    """m cells of a column, k of them distinct."""

    distinct: Words
    """(k, 1 or 2) The words of each distinct cell."""
    rows: Ints
    """(k,) The index in the column of one of the cells that are equal to each distinct cell."""
    indices: Ints32
    """(m,) The index in `rows` of each cell."""

    def keys(self, cells: Slices) -> list[bytes]:
        """Return the distinct cells as they are written."""
        data = cells.block.data
        starts, ends = cells.starts.take(self.rows), cells.ends.take(self.rows)
        return [data[at:end] for at, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def encode(cells: CellWords, rows: Ints, keyed: KeyedHash) -> Encoded:
    """Encode the cells at these m indexes (m,)."""
    words = cells.words.take(rows, axis=0)
    groups = group_equal(words if cells.are_hashes else hash_words(words, keyed))
    return Encoded(words.take(groups.firsts, axis=0), rows.take(groups.firsts), groups.indices)
