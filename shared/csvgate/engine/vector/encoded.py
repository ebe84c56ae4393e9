"""The distinct cells of a column, and which of them each cell is."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.engine.vector.slices import Slices
from csvgate.engine.vector.words import WORD, Words

Codes = npt.NDArray[np.int32]

_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
"""Odd, its bits at random."""


class Encoded(NamedTuple):
    keys: list[bytes | int]
    """The distinct cells, as bytes or as one little-endian word."""
    indices: Codes
    """(n,) Into these."""

    @property
    def share(self) -> float:
        """Of distinct cells among all."""
        return len(self.keys) / max(1, len(self.indices))


def encoded(cells: Slices) -> Encoded:
    found = _encoded(cells.written_words, cells)
    if not len(cells.doubled):
        return found
    # The distinct ones only: no two of them become the same.
    quote = cells.quote.encode()
    texts = map(as_bytes, found.keys)
    return Encoded([text.replace(quote * 2, quote) for text in texts], found.indices)


def as_bytes(key: bytes | int) -> bytes:
    return key.to_bytes(WORD, "little").rstrip(b"\0") if isinstance(key, int) else key


def _encoded(words: Words | None, cells: Slices) -> Encoded:
    """As they are written."""
    if words is None:
        array = cells.written
    elif words.shape[1] == 1:
        array = pa.array(words[:, 0])
    elif (found := _of_pairs(words)) is not None:
        return found
    else:
        array = cells.written
    array = array.dictionary_encode()
    return Encoded(array.dictionary.to_pylist(), array.indices.to_numpy())


def _of_pairs(words: Words) -> Encoded | None:
    """Of cells in two words each (n, 2). None when two of them mix to the same word."""
    array = pa.array(words[:, 0] ^ words[:, 1] * _FACTOR).dictionary_encode()
    indices = array.indices.to_numpy()
    which = np.empty(len(array.dictionary), np.int64)
    which[indices] = np.arange(len(indices))
    some = words.take(which, axis=0)
    if not np.array_equal(some.take(indices, axis=0), words):
        return None
    data, size = some.tobytes(), 2 * WORD
    return Encoded(
        [data[at : at + size].rstrip(b"\0") for at in range(0, len(data), size)], indices
    )
