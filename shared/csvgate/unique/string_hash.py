"""Hashes of the strings or bytes of an Arrow array, a block of every value at a time."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.unique.block_cipher import BLOCK
from csvgate.unique.blocks import Hashes, Words, blocks_of, encrypted
from csvgate.unique.keyed_hash import CHAINED, LONG, PACKED, TOP, KeyedHash

_Bytes = npt.NDArray[np.uint8]
_Offsets = npt.NDArray[np.int64]

_WORD: Final = 8
_BYTES_KEPT: Final = np.array([256**kept - 1 for kept in range(9)], np.uint64)
"""At index n, a mask for the first n bytes of a little-endian word."""
_TOP: Final = np.uint64(TOP)


class _Cells(NamedTuple):
    """n values anywhere in memory."""

    data: _Bytes
    """The bytes of all values, and two words more."""
    starts: _Offsets
    lengths: _Offsets

    def some(self, which: "npt.NDArray[Any]") -> "_Cells":
        """Return the values with these indexes, or for which `which` (n,) is True."""
        return _Cells(self.data, self.starts[which], self.lengths[which])

    def word(self, index: int) -> Words:
        """(n,): eight bytes of each value from 8 * index on; zeros past its end."""
        # A view of the data in which a word starts at every byte, aligned or not.
        words = np.ndarray((len(self.data) - 7,), "<u8", self.data, strides=(1,))
        kept = np.clip(self.lengths - _WORD * index, 0, _WORD)
        at = np.minimum(self.starts + _WORD * index, len(words) - 1)
        found: Words = words[at] & _BYTES_KEPT.take(kept)
        return found


class _EvenCells(NamedTuple):
    """n values of one length, which follow each other in memory, so that no place is computed."""

    data: _Bytes
    start: int
    count: int
    length: int

    def word(self, index: int) -> Words:
        """(n,): eight bytes of each value from 8 * index on; zeros past its end."""
        missing = _WORD * (index + 1) - self.length
        if missing <= 0:
            return self._words(_WORD * index)
        if missing < _WORD <= self.length:
            return self._words(self.length - _WORD) >> np.uint64(8 * missing)
        found = np.zeros((self.count, _WORD), np.uint8)
        if missing < _WORD:
            end = self.start + self.count * self.length
            found[:, : self.length] = self.data[self.start : end].reshape(-1, self.length)
        return found.view("<u8").reshape(-1)

    def _words(self, at: int) -> Words:
        """(n,): eight bytes of each value from `at` on, where they are in memory."""
        return np.ndarray((self.count,), "<u8", self.data, self.start + at, (self.length,))


def hash_bytes(array: Any, kind: int, keyed: KeyedHash) -> Hashes:
    """(n, 2) of a string, binary, large_string or large_binary array."""
    data, offsets = _layout(array)
    lengths = np.diff(offsets)
    shortest, longest = int(lengths.min(initial=CHAINED)), int(lengths.max(initial=0))
    if shortest == longest:
        even = _EvenCells(data, int(offsets[0]), len(lengths), longest)
        if longest <= PACKED:
            return _packed(even, np.uint64(longest), kind, keyed)
        return _chained_even(even, kind, keyed)
    cells = _Cells(*_padded(data, offsets), lengths)
    found = np.empty((len(lengths), 2), np.uint64)
    short, long = lengths <= PACKED, lengths > CHAINED
    for which, hashed in ((short, _packed_cells), (~(short | long), _chained), (long, _digested)):
        if which.all():
            return hashed(cells, kind, keyed)
        if which.any():
            found[which] = hashed(cells.some(which), kind, keyed)
    return found


def _layout(array: Any) -> tuple[_Bytes, _Offsets]:
    """Return the bytes of all values; (n + 1,) where each begins and where the last one ends."""
    _, buffer, memory = array.buffers()
    wide = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
    offsets: npt.NDArray[Any] = np.frombuffer(buffer, np.int64 if wide else np.int32)
    offsets = offsets[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(memory or b"", np.uint8), offsets.astype(np.int64)


def _padded(data: _Bytes, offsets: _Offsets) -> tuple[_Bytes, _Offsets]:
    """Return the bytes of all values and two words more; the offset of each value."""
    first, end = int(offsets[0]), int(offsets[-1])
    if len(data) < end + 2 * _WORD:
        data = np.concatenate([data[first:end], np.zeros(2 * _WORD, np.uint8)])
        offsets = offsets - first
    return data, offsets[:-1]


def _packed_cells(cells: _Cells, kind: int, keyed: KeyedHash) -> Hashes:
    return _packed(cells, cells.lengths.view(np.uint64), kind, keyed)


def _packed(
    cells: _Cells | _EvenCells, lengths: Words | np.uint64, kind: int, keyed: KeyedHash
) -> Hashes:
    blocks = blocks_of(cells.word(0), cells.word(1))
    blocks[:, 1] |= (lengths | np.uint64(kind)) << _TOP
    return encrypted(keyed.values, blocks)


def _heads(kind: int, keyed: KeyedHash) -> Hashes:
    """(129, 2) The hashes of the first block of a message, by the length of the value."""
    lengths = np.arange(CHAINED + 1, dtype=np.uint64)
    return encrypted(keyed.values, blocks_of(lengths, np.uint64(LONG << TOP | kind)))


def _chained_even(cells: _EvenCells, kind: int, keyed: KeyedHash) -> Hashes:
    state = np.empty((cells.count, 2), np.uint64)
    state[:] = _heads(kind, keyed)[cells.length]
    for index in range(0, -(-cells.length // _WORD), 2):
        state[:, 0] ^= cells.word(index)
        if _WORD * (index + 1) < cells.length:
            state[:, 1] ^= cells.word(index + 1)
        state = encrypted(keyed.values, state)
    return state


def _chained(cells: _Cells, kind: int, keyed: KeyedHash) -> Hashes:
    found = _heads(kind, keyed).take(cells.lengths, axis=0)
    shortest, longest = int(cells.lengths.min()), int(cells.lengths.max())
    rows: Any = slice(None)
    for at in range(0, longest, BLOCK):
        if at >= shortest:
            rows = np.flatnonzero(cells.lengths > at)
        some = cells.some(rows)
        blocks = blocks_of(some.word(at // 8), some.word(at // 8 + 1))
        blocks ^= found[rows]
        found[rows] = encrypted(keyed.values, blocks)
    return found


def _digested(cells: _Cells, kind: int, keyed: KeyedHash) -> Hashes:
    memory, digest = cells.data.data, keyed.digest
    ends = (cells.starts + cells.lengths).tolist()
    places = zip(cells.starts.tolist(), ends, strict=True)
    return np.array([digest(memory[start:end], kind) for start, end in places], np.uint64)
