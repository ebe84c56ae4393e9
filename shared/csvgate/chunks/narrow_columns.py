"""Columns in types with fewer bytes to a value, none of which a contract's column has, so that it
is known what they were:

- int8, int16, int32 were int64; the codes of a dictionary too are as narrow as they can be;
- decimal32 and decimal64, with as few digits after the point as the values have, were NUMERIC's
  decimal128;
- fixed_size_binary was text that had the same length in every row;
- int32 with notes was a timestamp: the notes say how many microseconds a one is, and zero.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Ints = npt.NDArray[np.int64]

Notes = Mapping[bytes, bytes]
NUMERIC_SCALE: Final = 9
NARROW_DIGITS: Final = 18
"""Of decimal64."""
_FEW_DIGITS: Final = 9
"""Of decimal32."""
_LONGEST: Final = 256
_MOST_TENS: Final = 6
_ZERO, _TENS, _ZONE = b"zero", b"tens", b"zone"
_LOOK: Final = 1000
"""Values of a column that show what is worth a try with all of them."""


def narrowed(column: "pa.Array") -> tuple["pa.Array", Notes | None]:
    """The same values in a narrower type, where all of them fit, and what to note with it."""
    import pyarrow as pa

    kind = column.type
    if column.null_count == len(column):
        return column, None
    if kind == pa.int64():
        return _whole(column), None
    if pa.types.is_decimal128(kind) or pa.types.is_decimal64(kind):
        return _decimals(column), None
    if pa.types.is_timestamp(kind):
        return _moments(column)
    if kind == pa.string():
        return _texts(column), None
    if pa.types.is_dictionary(kind):
        codes = _whole(column.indices)
        return pa.DictionaryArray.from_arrays(codes, column.dictionary, safe=False), None
    return column, None


def widened_type(kind: "pa.DataType") -> "pa.DataType":
    """Of a column, but for its notes."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_signed_integer(kind):
        return pa.int64()
    if pa.types.is_fixed_size_binary(kind):
        return pa.string()
    if pa.types.is_decimal32(kind) or pa.types.is_decimal64(kind):
        return pa.decimal128(38, NUMERIC_SCALE)
    return kind


def widened(column: Any, notes: Notes) -> Any:
    """A column of its widened type, as it was before. ValueError for notes that are not ours."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if _ZERO not in notes:
        return column
    zero, tens = noted_number(notes, _ZERO), noted_number(notes, _TENS)
    zone = notes.get(_ZONE, b"").decode() or None
    if column.type != pa.int64() or not 0 <= tens <= _MOST_TENS or zone not in (None, "UTC"):
        raise ValueError(f"moments are {column.type} of 10^{tens} microseconds in zone {zone}")
    moments = pc.add_checked(pc.multiply_checked(column, 10**tens), zero)
    return moments.cast(pa.timestamp("us", zone))


def noted_number(notes: Notes, name: bytes) -> int:
    """ValueError when it is none of 64 bits."""
    import pyarrow as pa

    found: int = pa.scalar(notes.get(name, b"").decode()).cast(pa.int64()).as_py()
    return found


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

    if column.type.scale != NUMERIC_SCALE:
        return column
    numbers = _decimal_numbers(column)
    if numbers is None:
        return column
    tens, numbers = _without_zeros(numbers, NUMERIC_SCALE)
    few = max(int(numbers.max()), -int(numbers.min())) < 10**_FEW_DIGITS
    kind = pa.decimal32(_FEW_DIGITS, NUMERIC_SCALE - tens)
    if not few:
        kind = pa.decimal64(NARROW_DIGITS, NUMERIC_SCALE - tens)
    return _like(column, kind, numbers.astype(np.int32 if few else np.int64))


def _decimal_numbers(column: "pa.Array") -> "Ints | None":
    """In units of the last digit; None if one needs more than decimal64 has."""
    import numpy as np
    import pyarrow as pa

    words = np.frombuffer(column.buffers()[1], np.int64)
    if pa.types.is_decimal64(column.type):
        return _without_nulls(column, words[column.offset :][: len(column)])
    words = words[2 * column.offset :][: 2 * len(column)]
    low, high = _without_nulls(column, words[::2]), _without_nulls(column, words[1::2])
    limit = 10**NARROW_DIGITS
    fits = (high == low >> 63) & (low < limit) & (low > -limit)
    return low if fits.all() else None


def _moments(column: "pa.Array") -> tuple["pa.Array", Notes | None]:
    import numpy as np
    import pyarrow as pa

    if column.type.unit != "us" or column.type.tz not in (None, "UTC"):
        return column, None
    numbers = np.frombuffer(column.buffers()[1], np.int64)[column.offset :][: len(column)]
    numbers = _without_nulls(column, numbers)
    zero = int(numbers.min())
    if int(numbers.max()) - zero >= 2**31 * 10**_MOST_TENS:
        return column, None
    tens, numbers = _without_zeros(numbers - zero, _MOST_TENS)
    if int(numbers.max()) >= 2**31:
        return column, None
    notes = {
        _ZERO: str(zero).encode(),
        _TENS: str(tens).encode(),
        _ZONE: (column.type.tz or "").encode(),
    }
    return _like(column, pa.int32(), numbers.astype(np.int32)), notes


def _texts(column: "pa.Array") -> "pa.Array":
    """Of one length in all rows: without telling each."""
    import numpy as np
    import pyarrow as pa

    if column.null_count:
        return column
    limits = np.frombuffer(column.buffers()[1], np.int32)[column.offset :][: len(column) + 1]
    start, length = int(limits[0]), int(limits[1] - limits[0])
    if not 0 < length <= _LONGEST or not (np.diff(limits) == length).all():
        return column
    data = column.buffers()[2].slice(start, length * len(column))
    return pa.Array.from_buffers(pa.binary(length), len(column), [None, data])


def _without_nulls(column: "pa.Array", values: "Ints") -> "Ints":
    """With one of the values where there are nulls, which may stand over anything."""
    import numpy as np

    if not column.null_count:
        return values
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    return np.where(valid, values, values[int(np.argmax(valid))])


def _without_zeros(numbers: "Ints", most: int) -> tuple[int, "Ints"]:
    """How many zeros all the numbers end with, `most` at most; and the numbers without. Fewer where
    the first of them have more than the others."""
    tens, some = 0, numbers[:_LOOK]
    while tens < most and not (some % 10 ** (tens + 1)).any():
        tens += 1
    while tens:
        fewer: Ints = numbers // 10**tens
        if (fewer * 10**tens == numbers).all():
            return tens, fewer
        tens -= 1
    return 0, numbers


def _like(column: "pa.Array", kind: "pa.DataType", values: Any) -> "pa.Array":
    """Those values, null where the column is."""
    import numpy as np
    import pyarrow as pa

    bitmap = None
    if column.null_count:
        valid = column.is_valid().to_numpy(zero_copy_only=False)
        bitmap = pa.py_buffer(np.packbits(valid, bitorder="little"))
    buffers = [bitmap, pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(kind, len(column), buffers)
