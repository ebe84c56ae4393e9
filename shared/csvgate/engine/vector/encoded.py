"""The distinct cells of a column, and which of them each cell is."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from csvgate.engine.vector.recent import Codes, mixed
from csvgate.engine.vector.words import WORD, Words


class Encoded(NamedTuple):
    keys: list[bytes]
    """The distinct cells."""
    indices: Codes
    """(n,) Into these."""


class EncodedWords(NamedTuple):
    keys: list[bytes]
    """As above; they have no zero bytes."""
    indices: Codes
    words: Words
    """(k, 1 or 2) The keys again."""


def encoded(cells: "pa.Array") -> Encoded:
    array = cells.dictionary_encode()
    return Encoded(array.dictionary.to_pylist(), array.indices.to_numpy())


def encoded_words(words: Words) -> EncodedWords | None:
    """Of cells in one or two words each. None when two of them mix to the same word."""
    array = pa.array(mixed(words)).dictionary_encode()
    indices = array.indices.to_numpy()
    which = np.empty(len(array.dictionary), np.int64)
    which[indices] = np.arange(len(indices))
    some = words.take(which, axis=0)
    if words.shape[1] > 1 and not np.array_equal(some.take(indices, axis=0), words):
        return None
    data, size = some.tobytes(), WORD * words.shape[1]
    keys = [data[at : at + size].rstrip(b"\0") for at in range(0, len(data), size)]
    return EncodedWords(keys, indices, some)
