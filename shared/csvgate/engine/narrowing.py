"""Columns in as few bytes as their values need, for the way: half of the work of compressing them is
saved. Column types here are all INT64 or NUMERIC, so it is known what they were."""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

_NUMERIC_SCALE: Final = 9
_NARROW_DIGITS: Final = 18
_LEAST_ROWS: Final = 1000
"""Below, it is not worth a look."""


def narrowed(column: "pa.Array") -> "pa.Array":
    """The same values; int64, decimal128 and the codes of a dictionary in a narrower type where all
    of them fit."""
    import pyarrow as pa

    kind = column.type
    if len(column) < _LEAST_ROWS:
        return column
    if kind == pa.int64():
        return _whole(column)
    if kind == _numeric():
        return _decimals(column)
    if pa.types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(
            _whole(column.indices), column.dictionary, safe=False
        )
    return column


def widened(kind: "pa.DataType") -> "pa.DataType":
    """What a column of that type was before it was narrowed, and without a dictionary."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_signed_integer(kind):
        return pa.int64()
    return _numeric() if pa.types.is_decimal64(kind) else kind


def _whole(column: "pa.Array") -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.null_count == len(column):
        return column
    least, most = pc.min_max(column).as_py().values()
    for kind in (pa.int8(), pa.int16(), pa.int32()):
        bound = 1 << (kind.bit_width - 1)
        if -bound <= least and most < bound:
            # What is under a null may not fit.
            return column.cast(kind, safe=False)
    return column


def _decimals(column: "pa.Array") -> "pa.Array":
    import numpy as np
    import pyarrow as pa

    bitmap, buffer = column.buffers()
    if column.offset:
        return column
    words: np.ndarray[Any, np.dtype[np.int64]] = np.frombuffer(buffer, np.int64)
    low, high = words[: 2 * len(column) : 2], words[1 : 2 * len(column) : 2]
    limit = 10**_NARROW_DIGITS
    fits = (high == low >> 63) & (low < limit) & (low > -limit)
    if not fits.all():
        return column
    kind = pa.decimal64(_NARROW_DIGITS, _NUMERIC_SCALE)
    values = pa.py_buffer(np.ascontiguousarray(low))
    return pa.Array.from_buffers(kind, len(column), [bitmap, values], column.null_count)


def _numeric() -> "pa.DataType":
    import pyarrow as pa

    return pa.decimal128(38, _NUMERIC_SCALE)
