"""The distinct cells of a column, and which of them each cell is."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from csvgate.validation.fast.kernels.recent import Codes, mixed
from csvgate.validation.fast.words import WORD, Words


class Encoded(NamedTuple):
    distinct: "pa.Array"
    """(k,)"""
    indices: Codes
    """(n,) Into these."""

    def keys(self) -> list[bytes]:
        """The distinct cells."""
        found: list[bytes] = self.distinct.to_pylist()
        return found


class EncodedWords(NamedTuple):
    distinct: Words
    """(k, 1 or 2)"""
    indices: Codes
    """(n,) Into these."""

    def keys(self) -> list[bytes]:
        """The distinct cells, which have no zero bytes."""
        data, size = self.distinct.tobytes(), WORD * self.distinct.shape[1]
        return [data[at : at + size].rstrip(b"\0") for at in range(0, len(data), size)]


def encoded(cells: "pa.Array") -> Encoded:
    array = cells.dictionary_encode()
    return Encoded(array.dictionary, array.indices.to_numpy())


def encoded_words(words: Words) -> EncodedWords | None:
    """Of cells in one or two words each. None when two of them mix to the same word."""
    array = pa.array(mixed(words)).dictionary_encode()
    indices = array.indices.to_numpy()
    which = np.empty(len(array.dictionary), np.int64)
    which[indices] = np.arange(len(indices))
    some = words.take(which, axis=0)
    if words.shape[1] > 1 and not np.array_equal(some.take(indices, axis=0), words):
        return None
    return EncodedWords(some, indices)
