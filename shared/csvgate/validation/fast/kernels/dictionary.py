"""Dictionary-encodes a column: its distinct cells, and which of them each cell is."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from csvgate.validation.fast.arrays import Ints32, Words
from csvgate.validation.fast.kernels.recent import mix
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


def encode(cells: "pa.Array") -> Encoded:
    array = cells.dictionary_encode()
    return Encoded(array.dictionary, array.indices.to_numpy())


def encode_words(words: Words) -> EncodedWords | None:
    """Encode cells of one or two words each; None if two distinct cells mix to the same word."""
    array = pa.array(mix(words)).dictionary_encode()
    indices = array.indices.to_numpy()
    which = np.empty(len(array.dictionary), np.int64)
    which[indices] = np.arange(len(indices))
    some = words.take(which, axis=0)
    if words.shape[1] > 1 and not np.array_equal(some.take(indices, axis=0), words):
        return None
    return EncodedWords(some, indices)
