"""Hashes of the strings or bytes of an Arrow array, a block of every value at a time."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.unique.block_cipher import BLOCK
from csvgate.unique.blocks import Hashes, Words, blocks_of, encrypted
from csvgate.unique.keyed_hash import CHAINED, LONG, PACKED, TOP, KeyedHash

_Offsets = npt.NDArray[np.int64]

_BYTES_KEPT: Final = np.array([256**kept - 1 for kept in range(9)], np.uint64)
"""At index n, a mask for the first n bytes of a little-endian word."""
_TOP: Final = np.uint64(TOP)


def hash_bytes(array: Any, kind: int, keyed: KeyedHash) -> Hashes:
    """(n, 2) of a string, binary, large_string or large_binary array."""
    data, starts, lengths = _layout(array)
    short = lengths <= PACKED
    if short.all():
        return _packed(data, starts, lengths, kind, keyed)
    medium = ~short & (lengths <= CHAINED)
    if medium.all():
        return _chained(data, starts, lengths, kind, keyed)
    found = np.empty((len(lengths), 2), np.uint64)
    found[short] = _packed(data, starts[short], lengths[short], kind, keyed)
    found[medium] = _chained(data, starts[medium], lengths[medium], kind, keyed)
    long = np.flatnonzero(lengths > CHAINED)
    if len(long):
        found[long] = _digested(data, starts[long], lengths[long], kind, keyed)
    return found


def _layout(array: Any) -> tuple[npt.NDArray[np.uint8], _Offsets, _Offsets]:
    """Return the bytes of all values, padded by two words; the offset of each value; its length."""
    _, buffer, memory = array.buffers()
    wide = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
    all_offsets: npt.NDArray[Any] = np.frombuffer(buffer, np.int64 if wide else np.int32)
    offsets = all_offsets[array.offset : array.offset + len(array) + 1].astype(np.int64)
    first, end = int(offsets[0]), int(offsets[-1])
    data = np.frombuffer(memory or b"", np.uint8)
    if len(data) < end + 2 * 8:
        data = np.concatenate([data[first:end], np.zeros(2 * 8, np.uint8)])
        offsets -= first
    return data, offsets[:-1], np.diff(offsets)


def _packed(
    data: npt.NDArray[np.uint8], starts: _Offsets, lengths: _Offsets, kind: int, keyed: KeyedHash
) -> Hashes:
    high = _word(data, starts, lengths, 1)
    high |= lengths.view(np.uint64) << _TOP
    high |= np.uint64(kind << TOP)
    return encrypted(keyed.values, blocks_of(_word(data, starts, lengths, 0), high))


def _chained(
    data: npt.NDArray[np.uint8], starts: _Offsets, lengths: _Offsets, kind: int, keyed: KeyedHash
) -> Hashes:
    heads = blocks_of(lengths.view(np.uint64), np.uint64(LONG << TOP | kind))
    found = encrypted(keyed.values, heads)
    shortest, longest = int(lengths.min(initial=CHAINED)), int(lengths.max(initial=0))
    rows: Any = slice(None)
    for at in range(0, longest, BLOCK):
        if at >= shortest:
            rows = np.flatnonzero(lengths > at)
        some_starts, some_lengths = starts[rows], lengths[rows]
        blocks = blocks_of(
            _word(data, some_starts, some_lengths, at // 8),
            _word(data, some_starts, some_lengths, at // 8 + 1),
        )
        blocks ^= found[rows]
        found[rows] = encrypted(keyed.values, blocks)
    return found


def _digested(
    data: npt.NDArray[np.uint8], starts: _Offsets, lengths: _Offsets, kind: int, keyed: KeyedHash
) -> Hashes:
    memory, digest = data.data, keyed.digest
    ends = (starts + lengths).tolist()
    places = zip(starts.tolist(), ends, strict=True)
    return np.array([digest(memory[start:end], kind) for start, end in places], np.uint64)


def _word(data: npt.NDArray[np.uint8], starts: _Offsets, lengths: _Offsets, index: int) -> Words:
    """(n,): eight bytes of each value from 8 * index on; zeros past its end."""
    # A view of the data in which a word starts at every byte, aligned or not.
    words = np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))
    kept = np.clip(lengths - 8 * index, 0, 8)
    at = np.minimum(starts + 8 * index, len(words) - 1)
    found: Words = words[at] & _BYTES_KEPT.take(kept)
    return found
