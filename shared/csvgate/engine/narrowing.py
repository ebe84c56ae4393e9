"""Rows in as few bytes as their values need, for the way: compressing them is a third less work.

No column of a contract has these types, so it is known what they were: int8, int16 and int32 (were
int64), decimal64 (NUMERIC's decimal128), dictionaries. Physical lines, which mostly follow each
other, become the steps from one to the next; where they start is noted with their column.
"""

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T", "pa.Table", "pa.RecordBatch")
_NUMERIC_SCALE: Final = 9
_NARROW_DIGITS: Final = 18
_LEAST_ROWS: Final = 1000
"""Below, it is not worth a look."""
_BEFORE: Final = b"line before the first step"


def narrow(rows: "pa.RecordBatch") -> "pa.RecordBatch":
    """`rows` begin with their lines, which are int64."""
    import pyarrow as pa

    if rows.num_rows < _LEAST_ROWS:
        return rows
    before, steps = _steps(rows.column(0))
    columns = [_narrowed(steps), *(_narrowed(column) for column in rows.columns[1:])]
    pairs = zip(rows.schema.names, columns, strict=True)
    fields = [pa.field(name, column.type) for name, column in pairs]
    fields[0] = fields[0].with_metadata({_BEFORE: str(before)})
    return pa.record_batch(columns, schema=pa.schema(fields))


def widen(rows: T) -> T:
    """A table or batch as it was before, and without dictionaries. ValueError if it cannot have
    been made by `narrow`."""
    import pyarrow as pa

    names, kinds = rows.schema.names, map(_widened, rows.schema.types)
    wide = rows.cast(pa.schema(list(zip(names, kinds, strict=True))))
    before = (rows.schema.field(0).metadata or {}).get(_BEFORE) if names else None
    if before is None:
        return wide
    return wide.set_column(0, names[0], _lines(before.decode(), wide.column(0)))


def _narrowed(column: "pa.Array") -> "pa.Array":
    """The same values; int64, decimal128 and the codes of a dictionary in a narrower type where all
    of them fit."""
    import pyarrow as pa

    kind = column.type
    if kind == pa.int64():
        return _whole(column)
    if kind == _numeric():
        return _decimals(column)
    if pa.types.is_dictionary(kind):
        codes = _whole(column.indices)
        return pa.DictionaryArray.from_arrays(codes, column.dictionary, safe=False)
    return column


def _widened(kind: "pa.DataType") -> "pa.DataType":
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_signed_integer(kind):
        return pa.int64()
    return _numeric() if pa.types.is_decimal64(kind) else kind


def _steps(lines: "pa.Array") -> tuple[int, "pa.Array"]:
    import numpy as np
    import pyarrow as pa

    numbers = lines.to_numpy()
    before = int(numbers[0]) - 1
    return before, pa.array(np.diff(numbers, prepend=before))


def _lines(before: str, steps: "pa.ChunkedArray") -> "pa.Array":
    import numpy as np
    import pyarrow as pa

    if steps.null_count or steps.type != pa.int64():
        raise ValueError(f"steps from line to line are {steps.type}, some of them perhaps null")
    start = pa.scalar(before).cast(pa.int64()).as_py()
    return pa.array(np.cumsum(steps.to_numpy()) + start)


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
    words = np.frombuffer(buffer, np.int64)[2 * column.offset :][: 2 * len(column)]
    low, high = words[::2], words[1::2]
    limit = 10**_NARROW_DIGITS
    fits = (high == low >> 63) & (low < limit) & (low > -limit)
    if not fits.all() or (column.offset and column.null_count):
        return column
    kind = pa.decimal64(_NARROW_DIGITS, _NUMERIC_SCALE)
    bitmap = bitmap if column.null_count else None
    values = pa.py_buffer(np.ascontiguousarray(low))
    return pa.Array.from_buffers(kind, len(column), [bitmap, values], column.null_count)


def _numeric() -> "pa.DataType":
    import pyarrow as pa

    return pa.decimal128(38, _NUMERIC_SCALE)
