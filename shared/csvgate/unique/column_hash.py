"""`hash_value` for an Arrow column: the same words, without a Python loop."""

from collections.abc import Hashable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.unique import value_hash
from csvgate.unique.mixing import Hashes, absorb, mixed
from csvgate.unique.string_hash import hash_bytes
from csvgate.unique.value_hash import hash_value

_AT_ONCE: Final = 65_536
"""Values hashed at a time: few enough for the temporary arrays to stay in the processor's cache."""


def hash_column(column: "pa.Array | pa.ChunkedArray | Sequence[Hashable]") -> Hashes:
    """(n, 2) uint64: `hash_value` of each value. Nulls have the words of None.

    Values that are not in an Arrow array, decimal256, and strings over 64 bytes are hashed one by
    one. Raises ArrowInvalid for times finer than a microsecond, which no column has.
    """
    if not isinstance(column, pa.Array | pa.ChunkedArray):
        return _one_by_one(column)
    found = np.empty((len(column), 2), np.uint64)
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    start = 0
    for chunk in chunks:
        for at in range(0, len(chunk), _AT_ONCE):
            piece = chunk.slice(at, _AT_ONCE)
            found[start : start + len(piece)] = _hash_array(piece)
            start += len(piece)
    return found


def combine_columns(columns: Sequence[Hashes]) -> Hashes:
    """(n, 2) uint64: `hash_value` of each row's tuple, from the hashes (n, 2) of its columns."""
    low = np.full(len(columns[0]), value_hash.GROUP, np.uint64)
    high = np.full(len(columns[0]), len(columns), np.uint64)
    for hashes in columns:
        for word in hashes.T:
            absorb(low, high, word)
    return mixed(low, high)


def _hash_array(array: Any) -> Hashes:
    found = _hash_dictionary(array) if pa.types.is_dictionary(array.type) else _hash_values(array)
    if array.null_count:
        found[array.is_null().to_numpy(zero_copy_only=False)] = value_hash.NULL
    return found


def _hash_dictionary(array: Any) -> Hashes:
    if array.null_count == len(array):
        return np.empty((len(array), 2), np.uint64)
    indices: npt.NDArray[np.int64] = array.indices.fill_null(0).cast(pa.int64()).to_numpy()
    return hash_column(array.dictionary).take(indices, axis=0)


def _hash_values(array: Any) -> Hashes:
    kinds, type_ = pa.types, array.type
    if kinds.is_string_view(type_):
        array = array.cast(pa.large_string())
    elif kinds.is_binary_view(type_) or kinds.is_fixed_size_binary(type_):
        array = array.cast(pa.large_binary())
    if kinds.is_string(array.type) or kinds.is_large_string(array.type):
        return hash_bytes(array, value_hash.STRING)
    if kinds.is_binary(array.type) or kinds.is_large_binary(array.type):
        return hash_bytes(array, value_hash.BYTES)
    if kinds.is_boolean(type_) or (kinds.is_integer(type_) and type_ != pa.uint64()):
        return _hash_integers(array.cast(pa.int64()), value_hash.INTEGER)
    if kinds.is_floating(type_):
        return _hash_floats(array)
    if kinds.is_decimal128(type_):
        return _hash_decimals(array)
    if kinds.is_date(type_):
        return _hash_integers(array.cast(pa.date32()), value_hash.DATE)
    if kinds.is_time(type_):
        return _hash_integers(array.cast(pa.time64("us")), value_hash.TIME)
    if kinds.is_timestamp(type_):
        kind = value_hash.INSTANT if type_.tz else value_hash.LOCAL
        return _hash_integers(array.cast(pa.timestamp("us", type_.tz)), kind)
    return _one_by_one(array.to_pylist())


def _one_by_one(values: Sequence[Hashable]) -> Hashes:
    return np.array([hash_value(value) for value in values], np.uint64).reshape(-1, 2)


def _hash_integers(array: Any, kind: int) -> Hashes:
    signed = np.int32 if array.type.bit_width == 32 else np.int64
    words = _values(array, signed, 1).astype(np.int64).view(np.uint64)
    return mixed(words[:, 0], np.full(len(words), kind, np.uint64))


def _hash_floats(array: Any) -> Hashes:
    floats = _values(array.cast(pa.float64()), np.float64, 1)[:, 0] + 0.0
    words = floats.view(np.uint64)
    words[np.isnan(floats)] = value_hash.NAN
    return mixed(words, np.full(len(words), value_hash.FLOAT, np.uint64))


def _hash_decimals(array: Any) -> Hashes:
    try:
        array = array.cast(pa.decimal128(38, value_hash.SCALE))
    except pa.ArrowInvalid:  # more digits than NUMERIC has
        return _one_by_one(array.to_pylist())
    words = _values(array, np.uint64, 2)
    return mixed(words[:, 0], words[:, 1] ^ np.uint64(value_hash.DECIMAL))


def _values(array: Any, dtype: type, width: int) -> "npt.NDArray[Any]":
    """(n, width): the array's memory as it is; values under nulls are undefined."""
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros((len(array), width), dtype)
    words: npt.NDArray[Any] = np.frombuffer(buffer, dtype)
    return words[array.offset * width : (array.offset + len(array)) * width].reshape(-1, width)
