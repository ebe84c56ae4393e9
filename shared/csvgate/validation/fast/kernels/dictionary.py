"""Dictionary-encodes a column: its distinct cells, and which of them each cell is."""

from typing import NamedTuple

import pyarrow as pa

from csvgate.unique.column_hash import hash_column, hash_words
from csvgate.unique.grouping import group_equal
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.fast.arrays import Ints32, Words
from csvgate.validation.fast.words import WORD


class Encoded(NamedTuple):
    """A column of n cells, k of them distinct."""

    distinct: "pa.Array"
    """(k,) As a `binary` array."""
    indices: Ints32
    """(n,) The index in `distinct` of each cell."""

    def keys(self) -> list[bytes]:
        """Return the distinct cells."""
        found: list[bytes] = self.distinct.to_pylist()
        return found


class EncodedWords(NamedTuple):
    """A column of n cells of up to 16 bytes, k of them distinct."""

    distinct: Words
    """(k, 1 or 2) The words of each distinct cell."""
    indices: Ints32
    """(n,) The index in `distinct` of each cell."""

    def keys(self) -> list[bytes]:
        """Return the distinct cells. The zero bytes at their ends are padding, as cells have
        none."""
        data, size = self.distinct.tobytes(), WORD * self.distinct.shape[1]
        return [data[at : at + size].rstrip(b"\0") for at in range(0, len(data), size)]


def encode(cells: "pa.Array", keyed: KeyedHash) -> Encoded:
    groups = group_equal(hash_column(cells, keyed))
    return Encoded(cells.take(pa.array(groups.firsts)), groups.indices)


def encode_words(words: Words, keyed: KeyedHash) -> EncodedWords:
    """Encode cells of one or two words each."""
    groups = group_equal(hash_words(words, keyed))
    return EncodedWords(words.take(groups.firsts, axis=0), groups.indices)
