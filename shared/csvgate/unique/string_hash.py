"""Hashes of the strings or bytes of an Arrow array, a block of every value at a time."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.unique.block_cipher import BLOCK
from csvgate.unique.blocks import Blocks, Hashes, Words, blocks_of, encrypted, pairs_of
from csvgate.unique.keyed_hash import CHAINED, LONG, PACKED, TOP, KeyedHash

_Bytes = npt.NDArray[np.uint8]
_Offsets = npt.NDArray[np.int64]

_WORD: Final = 8
_WORDS_KEPT: Final = [256**kept - 1 for kept in range(_WORD + 1)]
_KEPT: Final = np.array(
    [(_WORDS_KEPT[min(kept, _WORD)], _WORDS_KEPT[max(0, kept - _WORD)]) for kept in range(BLOCK)],
    np.uint64,
)
"""(16, 2) At index n, a mask for the first n bytes of a block."""
_TOP: Final = np.uint64(TOP)


class _Cells(NamedTuple):
    """n values anywhere in memory. They are sorted by length, or all have up to 15 bytes."""

    data: _Bytes
    """The bytes of all values, and a block more."""
    starts: _Offsets
    lengths: _Offsets

    def part(self, start: int, end: int) -> "_Cells":
        return _Cells(self.data, self.starts[start:end], self.lengths[start:end])

    def longer_than(self, length: int) -> int:
        """Return the index of the first value that has more bytes than this."""
        return int(self.lengths.searchsorted(length, "right"))

    def blocks(self, at: int) -> Blocks:
        """(n, 2): 16 bytes of each value from `at` on; zeros past its end. All values are longer
        than `at`, or else `at` is 0."""
        # A view of the data in which a block starts at every byte, aligned or not.
        blocks = np.ndarray((len(self.data) - BLOCK + 1,), "V16", self.data, strides=(1,))
        found: Blocks = blocks[self.starts + at].view("<u8").reshape(-1, 2)
        short = self.longer_than(at + BLOCK - 1)
        found[:short] &= _KEPT.take(self.lengths[:short] - at, axis=0)
        return found


class _EvenCells(NamedTuple):
    """n values of equal length that follow each other in memory, so that no place is computed."""

    data: _Bytes
    start: int
    number: int
    length: int

    def word(self, index: int) -> Words:
        """(n,): eight bytes of each value from 8 * index on; zeros past its end."""
        missing = _WORD * (index + 1) - self.length
        if missing <= 0:
            return self._words(_WORD * index)
        if missing < _WORD <= self.length:
            return self._words(self.length - _WORD) >> np.uint64(8 * missing)
        found = np.zeros((self.number, _WORD), np.uint8)
        if missing < _WORD:
            end = self.start + self.number * self.length
            found[:, : self.length] = self.data[self.start : end].reshape(-1, self.length)
        return found.view("<u8").reshape(-1)

    def _words(self, at: int) -> Words:
        """(n,): eight bytes of each value from `at` on, where they are in memory."""
        return np.ndarray((self.number,), "<u8", self.data, self.start + at, (self.length,))


def hash_bytes(array: Any, kind: int, keyed: KeyedHash) -> Hashes:
    """(n, 2) of a string, binary, large_string or large_binary array."""
    data, offsets = _layout(array)
    lengths = np.diff(offsets)
    shortest, longest = int(lengths.min(initial=CHAINED)), int(lengths.max(initial=0))
    if shortest == longest:
        even = _EvenCells(data, int(offsets[0]), len(lengths), longest)
        if longest <= PACKED:
            return _packed(blocks_of(even.word(0), even.word(1)), longest, kind, keyed)
        return _chained_even(even, kind, keyed)
    data, starts = _padded(data, offsets)
    if longest <= PACKED:
        return _packed(_Cells(data, starts, lengths).blocks(0), lengths, kind, keyed)
    # With the shortest ones first, those that have another block are a slice.
    order = np.minimum(lengths, CHAINED + 1).astype(np.uint8).argsort(kind="stable")
    cells = _Cells(data, starts.take(order), lengths.take(order))
    short, medium = cells.longer_than(PACKED), cells.longer_than(CHAINED)
    hashes = [
        _packed(cells.part(0, short).blocks(0), cells.lengths[:short], kind, keyed),
        _chained(cells.part(short, medium), kind, keyed),
        _digested(cells.part(medium, len(order)), kind, keyed),
    ]
    found = np.empty((len(lengths), 2), np.uint64)
    pairs_of(found)[order] = pairs_of(np.concatenate(hashes))
    return found


def _layout(array: Any) -> tuple[_Bytes, _Offsets]:
    """Return the bytes of all values; (n + 1,) where each begins and where the last one ends."""
    _, buffer, memory = array.buffers()
    wide = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
    offsets: npt.NDArray[Any] = np.frombuffer(buffer, np.int64 if wide else np.int32)
    offsets = offsets[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(memory or b"", np.uint8), offsets.astype(np.int64)


def _padded(data: _Bytes, offsets: _Offsets) -> tuple[_Bytes, _Offsets]:
    """Return the bytes of all values and a block more; where each value begins (n,)."""
    first, end = int(offsets[0]), int(offsets[-1])
    if len(data) < end + BLOCK:
        data = np.concatenate([data[first:end], np.zeros(BLOCK, np.uint8)])
        offsets = offsets - first
    return data, offsets[:-1]


def _packed(blocks: Blocks, lengths: "_Offsets | int", kind: int, keyed: KeyedHash) -> Hashes:
    """Hash values of up to 15 bytes, which are in `blocks` with zeros after them."""
    blocks[:, 1] |= np.uint64(kind << TOP) | np.asarray(lengths).astype(np.uint64) << _TOP
    return encrypted(keyed.values, blocks)


def _heads(kind: int, keyed: KeyedHash) -> Hashes:
    """(129, 2) The hashes of the first block of a message, by the length of the value."""
    lengths = np.arange(CHAINED + 1, dtype=np.uint64)
    return encrypted(keyed.values, blocks_of(lengths, np.uint64(LONG << TOP | kind)))


def _chained_even(cells: _EvenCells, kind: int, keyed: KeyedHash) -> Hashes:
    state = np.empty((cells.number, 2), np.uint64)
    state[:] = _heads(kind, keyed)[cells.length]
    for index in range(0, -(-cells.length // _WORD), 2):
        state[:, 0] ^= cells.word(index)
        if _WORD * (index + 1) < cells.length:
            state[:, 1] ^= cells.word(index + 1)
        state = encrypted(keyed.values, state)
    return state


def _chained(cells: _Cells, kind: int, keyed: KeyedHash) -> Hashes:
    found = _heads(kind, keyed).take(cells.lengths, axis=0)
    for at in range(0, int(cells.lengths.max(initial=0)), BLOCK):
        first = cells.longer_than(at)
        blocks = cells.part(first, len(found)).blocks(at)
        blocks ^= found[first:]
        found[first:] = encrypted(keyed.values, blocks)
    return found


def _digested(cells: _Cells, kind: int, keyed: KeyedHash) -> Hashes:
    memory, digest = cells.data.data, keyed.digest
    ends = (cells.starts + cells.lengths).tolist()
    places = zip(cells.starts.tolist(), ends, strict=True)
    hashes = [digest(memory[start:end], kind) for start, end in places]
    return np.array(hashes, np.uint64).reshape(-1, 2)
