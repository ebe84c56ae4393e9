"""Values of a column as 64-bit words that sort like the values.

Integers have such words, and so have strings that have the same length and prefix as the first one.
"""

from collections.abc import Hashable
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.unique.blocks import Hashes, Words
from csvgate.unique.column_hash import hash_column
from csvgate.unique.keyed_hash import KeyedHash

Mask = npt.NDArray[np.bool_]

_WORD: Final = 8
_LONGEST: Final = 64
_SIGN: Final = 2**63


class Read(NamedTuple):
    words: Words
    """(m,): different for different values."""
    fits: Mask | None
    """(n,): True for the m of n values that have a word; None if all have one."""


class Order(Protocol):
    def words(self, values: "pa.Array") -> Read:
        """Return the words of n values, none of which is null."""

    def word(self, value: Hashable) -> int | None:
        """Return the word of one value; None if it has none."""

    def hashes(self, words: Words, keyed: KeyedHash) -> Hashes:
        """(n, 2): what `hash_column` returns for the values that have these words (n,)."""


def order_of(values: "pa.Array") -> Order | None:
    """Return an order in which the first value has a word; None if there is none for the type."""
    if not len(values):
        return None
    if values.type == pa.int64():
        return IntegerOrder()
    if values.type == pa.string() and 0 < len(first := _bytes(values[0].as_py())) <= _LONGEST:
        return StringOrder(first)
    return None


class IntegerOrder:
    def words(self, values: "pa.Array") -> Read:
        return Read(values.to_numpy().view(np.uint64) ^ np.uint64(_SIGN), None)

    def word(self, value: Hashable) -> int | None:
        return value + _SIGN if isinstance(value, int) and -_SIGN <= value < _SIGN else None

    def hashes(self, words: Words, keyed: KeyedHash) -> Hashes:
        return hash_column(pa.array((words ^ np.uint64(_SIGN)).view(np.int64)), keyed)


class StringOrder:
    """Orders strings by their last eight bytes; the bytes before these are the same in all."""

    def __init__(self, first: bytes) -> None:
        self._length: Final = len(first)
        self._prefix: Final = first[:-_WORD]

    def words(self, values: "pa.Array") -> Read:
        offsets = np.frombuffer(values.buffers()[1], np.int32)
        offsets = offsets[values.offset : values.offset + len(values) + 1]
        same_length: Mask = np.diff(offsets) == self._length
        if not same_length.all():
            read = self.words(values.filter(pa.array(same_length)))
            kept = same_length if read.fits is None else _within(same_length, read.fits)
            return Read(read.words, kept)
        if not len(values):
            return Read(np.empty(0, np.uint64), None)
        memory, start = values.buffers()[2], int(offsets[0])
        fits = self._have_prefix(memory, start, len(values))
        words = self._last(memory, start, len(values))
        return Read(words, None) if fits is None else Read(words[fits], fits)

    def word(self, value: Hashable) -> int | None:
        data = _bytes(value) if isinstance(value, str) else b""
        if len(data) != self._length or not data.startswith(self._prefix):
            return None
        return int.from_bytes(data[len(self._prefix) :], "big")

    def hashes(self, words: Words, keyed: KeyedHash) -> Hashes:
        cells = np.empty((len(words), self._length), np.uint8)
        before = len(self._prefix)
        cells[:, :before] = np.frombuffer(self._prefix, np.uint8)
        last = words.astype(">u8").view(np.uint8).reshape(-1, _WORD)
        cells[:, before:] = last[:, before - self._length :]
        offsets = np.arange(len(words) + 1, dtype=np.int32) * np.int32(self._length)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(cells)]
        return hash_column(pa.Array.from_buffers(pa.string(), len(words), buffers), keyed)

    def _have_prefix(self, memory: Any, start: int, count: int) -> Mask | None:
        """(n,): True for each string that has the prefix; None if all have it."""
        found: Mask | None = None
        for at in range(0, len(self._prefix), _WORD):
            part = self._prefix[at : at + _WORD]
            kept = np.uint64(256 ** len(part) - 1)
            words = np.ndarray((count,), "<u8", memory, start + at, (self._length,))
            same: Mask = words & kept == np.uint64(int.from_bytes(part, "little"))
            if not same.all():
                found = same if found is None else found & same
        return found

    def _last(self, memory: Any, start: int, count: int) -> Words:
        if self._length >= _WORD:
            at = start + len(self._prefix)
            return np.ndarray((count,), ">u8", memory, at, (self._length,)).astype(np.uint64)
        cells = np.zeros((count, _WORD), np.uint8)
        text = np.frombuffer(memory, np.uint8, count * self._length, start)
        cells[:, _WORD - self._length :] = text.reshape(count, self._length)
        return cells.view(">u8").astype(np.uint64).reshape(-1)


def _within(outer: Mask, inner: Mask) -> Mask:
    """`outer` (n,) with its Trues replaced by `inner`, which has one entry for each of them."""
    found = outer.copy()
    found[outer] = inner
    return found


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
