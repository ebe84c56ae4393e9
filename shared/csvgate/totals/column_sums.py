"""Sums a column of valid rows, which a batch has as a list or as an Arrow array."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from csvgate.totals.exact import ZERO, add, of_unscaled

if TYPE_CHECKING:
    import pyarrow as pa


def sum_of(column: Sequence[object]) -> Decimal:
    """Return the exact sum of a column of INT64, NUMERIC or BIGNUMERIC without its nulls."""
    if not isinstance(column, list):
        # The vectorised path has imported numpy and pyarrow, which a small file must not load.
        return _sum_of_array(cast("pa.Array", column))
    present = [value for value in column if value is not None]
    if present and isinstance(present[0], int):
        return Decimal(sum(present))
    return add(ZERO, present)


def _sum_of_array(array: "pa.Array") -> Decimal:
    """Add the 32-bit words of all values by their place. Arrow's own sum would overflow where the
    sum has more digits than the column's type."""
    import numpy as np
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if array.null_count:
        array = array.drop_null()
    if not len(array):
        # It may lack a buffer.
        return ZERO
    kind = array.type
    width = kind.bit_width // 32
    words = np.frombuffer(array.buffers()[1], "<u4", len(array) * width, 4 * array.offset * width)
    words = words.reshape(-1, width)
    places = [int(words[:, place].sum(dtype=np.uint64)) for place in range(width - 1)]
    # Only the last word has a sign.
    places.append(int(words[:, width - 1].view("<i4").sum(dtype=np.int64)))
    total = sum(found << 32 * place for place, found in enumerate(places))
    return of_unscaled(total, kind.scale if pa.types.is_decimal(kind) else 0)
