"""`KeyedHash.value` for an Arrow column: the same words, without a Python loop."""

from collections.abc import Hashable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.unique import keyed_hash, string_hash
from csvgate.unique.blocks import Blocks, Hashes, blocks_of, encrypted
from csvgate.unique.keyed_hash import TOP, KeyedHash

_AT_ONCE: Final = 65_536
"""Values hashed at a time: few enough for the temporary arrays to stay in the processor's cache."""


def hash_column(
    column: "pa.Array | pa.ChunkedArray | Sequence[Hashable]", keyed: KeyedHash
) -> Hashes:
    """(n, 2) uint64: `KeyedHash.value` of each value. Nulls have the words of None.

    Values that are not in an Arrow array are hashed one by one unless all are strings; and so are
    decimal256, and strings over 128 bytes. Raises ArrowInvalid for times finer than a microsecond,
    which no column has.
    """
    if not isinstance(column, pa.Array | pa.ChunkedArray):
        return _one_by_one(column, keyed)
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    if len(chunks) == 1 and len(column) <= _AT_ONCE:
        return _hash_array(chunks[0], keyed)
    found = np.empty((len(column), 2), np.uint64)
    start = 0
    for chunk in chunks:
        for at in range(0, len(chunk), _AT_ONCE):
            piece = chunk.slice(at, _AT_ONCE)
            found[start : start + len(piece)] = _hash_array(piece, keyed)
            start += len(piece)
    return found


def hash_words(words: "npt.NDArray[np.uint64]", keyed: KeyedHash) -> Hashes:
    """(n, 2) Hash rows (n, m) of m words: one to one if these are one or two. The hashes of rows of
    another m may be the same."""
    found = np.empty((len(words), 2), np.uint64)
    for start in range(0, len(words), _AT_ONCE):
        piece = words[start : start + _AT_ONCE]
        state = np.zeros((len(piece), 2), np.uint64)
        for at, column in enumerate(piece.T):
            # Numpy is slow if it must go through pairs of words.
            state[:, at % 2] ^= column
            if at % 2 or at + 1 == piece.shape[1]:
                state = encrypted(keyed.values, state)
        found[start : start + _AT_ONCE] = state
    return found


def combine_columns(columns: Sequence[Hashes], keyed: KeyedHash) -> Hashes:
    """(n, 2) uint64: `KeyedHash.value` of each row's tuple, from the hashes (n, 2) of its
    columns."""
    found = np.empty_like(columns[0])
    # An array, because np.full would make floating-point numbers of a small and a large integer.
    head = np.array(keyed.groups.encrypt_one(len(columns), 0), np.uint64)
    for at in range(0, len(found), _AT_ONCE):
        state = np.full((len(found[at : at + _AT_ONCE]), 2), head, np.uint64)
        for hashes in columns:
            state = encrypted(keyed.groups, state ^ hashes[at : at + _AT_ONCE])
        found[at : at + _AT_ONCE] = state
    return found


def _hash_array(array: Any, keyed: KeyedHash) -> Hashes:
    is_coded = pa.types.is_dictionary(array.type)
    found = _hash_dictionary(array, keyed) if is_coded else _hash_values(array, keyed)
    if array.null_count:
        found[array.is_null().to_numpy(zero_copy_only=False)] = keyed.null
    return found


def _hash_dictionary(array: Any, keyed: KeyedHash) -> Hashes:
    if array.null_count == len(array):
        return np.empty((len(array), 2), np.uint64)
    indices: npt.NDArray[np.int64] = array.indices.fill_null(0).cast(pa.int64()).to_numpy()
    return hash_column(array.dictionary, keyed).take(indices, axis=0)


def _hash_values(array: Any, keyed: KeyedHash) -> Hashes:
    kinds, type_ = pa.types, array.type
    if kinds.is_string_view(type_):
        array = array.cast(pa.large_string())
    elif kinds.is_binary_view(type_) or kinds.is_fixed_size_binary(type_):
        array = array.cast(pa.large_binary())
    if kinds.is_string(array.type) or kinds.is_large_string(array.type):
        return string_hash.hash_bytes(array, keyed_hash.STRING, keyed)
    if kinds.is_binary(array.type) or kinds.is_large_binary(array.type):
        return string_hash.hash_bytes(array, keyed_hash.BYTES, keyed)
    if kinds.is_decimal128(type_):
        return _hash_decimals(array, keyed)
    blocks = _blocks(array)
    return (
        _one_by_one(array.to_pylist(), keyed) if blocks is None else encrypted(keyed.values, blocks)
    )


def _one_by_one(values: Sequence[Hashable], keyed: KeyedHash) -> Hashes:
    if all(type(value) is str for value in values):
        texts = [str(value).encode(errors="surrogatepass") for value in values]
        return string_hash.hash_bytes(pa.array(texts, pa.binary()), keyed_hash.STRING, keyed)
    return np.array([keyed.value(value) for value in values], np.uint64).reshape(-1, 2)


def _blocks(array: Any) -> Blocks | None:
    """(n, 2) The blocks of values of up to 64 bits; None for other types."""
    kinds, type_ = pa.types, array.type
    if kinds.is_boolean(type_) or (kinds.is_integer(type_) and type_ != pa.uint64()):
        return _integers(array.cast(pa.int64()), keyed_hash.INTEGER)
    if kinds.is_floating(type_):
        return _floats(array)
    if kinds.is_date(type_):
        return _integers(array.cast(pa.date32()), keyed_hash.DATE)
    if kinds.is_time(type_):
        return _integers(array.cast(pa.time64("us")), keyed_hash.TIME)
    if kinds.is_timestamp(type_):
        kind = keyed_hash.INSTANT if type_.tz else keyed_hash.LOCAL
        return _integers(array.cast(pa.timestamp("us", type_.tz)), kind)
    return None


def _integers(array: Any, kind: int) -> Blocks:
    signed = np.int32 if array.type.bit_width == 32 else np.int64
    words = _values(array, signed, 1).astype(np.int64).view(np.uint64)
    return blocks_of(words[:, 0], np.uint64(kind << TOP))


def _floats(array: Any) -> Blocks:
    floats = _values(array.cast(pa.float64()), np.float64, 1)[:, 0] + 0.0
    words = floats.view(np.uint64)
    words[np.isnan(floats)] = keyed_hash.NAN
    return blocks_of(words, np.uint64(keyed_hash.FLOAT << TOP))


def _hash_decimals(array: Any, keyed: KeyedHash) -> Hashes:
    try:
        array = array.cast(pa.decimal128(38, keyed_hash.SCALE))
    except pa.ArrowInvalid:  # more digits than NUMERIC has
        return _one_by_one(array.to_pylist(), keyed)
    return encrypted(keyed.values, _values(array, np.uint64, 2))


def _values(array: Any, dtype: type, width: int) -> "npt.NDArray[Any]":
    """(n, width): the array's memory as it is; values under nulls are undefined."""
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros((len(array), width), dtype)
    words: npt.NDArray[Any] = np.frombuffer(buffer, dtype)
    return words[array.offset * width : (array.offset + len(array)) * width].reshape(-1, width)
