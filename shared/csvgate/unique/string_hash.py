"""Hashes of the strings or bytes of an Arrow array, eight bytes of every value at a time."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.unique.mixing import Hashes, Words, absorb, mixed
from csvgate.unique.value_hash import ABSORBED, PACKED, digest

_Offsets = npt.NDArray[np.int64]

_BYTES_KEPT: Final = np.array([256**kept - 1 for kept in range(9)], np.uint64)
"""At index n, a mask for the first n bytes of a little-endian word."""
_56: Final = np.uint64(56)


def hash_bytes(array: Any, kind: int) -> Hashes:
    """(n, 2) of a string, binary, large_string or large_binary array."""
    data, starts, lengths = _layout(array)
    short = lengths <= PACKED
    if short.all():
        return _packed(data, starts, lengths, kind)
    medium = ~short & (lengths <= ABSORBED)
    if medium.all():
        return _absorbed(data, starts, lengths, kind)
    found = np.empty((len(lengths), 2), np.uint64)
    found[short] = _packed(data, starts[short], lengths[short], kind)
    found[medium] = _absorbed(data, starts[medium], lengths[medium], kind)
    long = np.flatnonzero(lengths > ABSORBED)
    if len(long):
        found[long] = _digested(data, starts[long], lengths[long], kind)
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


def _packed(data: npt.NDArray[np.uint8], starts: _Offsets, lengths: _Offsets, kind: int) -> Hashes:
    high = _word(data, starts, lengths, 1)
    high ^= lengths.view(np.uint64) << _56
    high ^= np.uint64(kind)
    return mixed(_word(data, starts, lengths, 0), high)


def _absorbed(
    data: npt.NDArray[np.uint8], starts: _Offsets, lengths: _Offsets, kind: int
) -> Hashes:
    low = np.full(len(lengths), kind, np.uint64)
    high = lengths.astype(np.uint64)
    shortest, longest = lengths.min(initial=ABSORBED), lengths.max(initial=0)
    for index in range((int(longest) + 7) // 8):
        if 8 * index < shortest:
            absorb(low, high, _word(data, starts, lengths, index))
            continue
        rows = np.flatnonzero(lengths > 8 * index)
        part_low, part_high = low[rows], high[rows]
        absorb(part_low, part_high, _word(data, starts[rows], lengths[rows], index))
        low[rows], high[rows] = part_low, part_high
    return mixed(low, high)


def _digested(
    data: npt.NDArray[np.uint8], starts: _Offsets, lengths: _Offsets, kind: int
) -> Hashes:
    memory = data.data
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
