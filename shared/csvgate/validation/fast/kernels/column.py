"""What a kernel returns for a column of cells, and how such columns are joined."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import pyarrow as pa

from csvgate.chunks.narrow_columns import NARROW_DIGITS, NUMERIC_SCALE, widened_type
from csvgate.validation.fast.arrays import Mask
from csvgate.validation.fast.cell_slices import Slices


class Column(NamedTuple):
    """The values of n cells, as far as a kernel is certain of them."""

    values: "pa.Array"
    """(n,) Of the column's Arrow type, of a dictionary with values of that type, or of decimal64 in
    place of decimal128. The values of cells that are not cleared are arbitrary."""
    cleared: Mask | None
    """(n,) True for the cells that certainly have no fault and this value; None if all are."""


class Kernel(Protocol):
    def clear(self, cells: Slices) -> Column:
        """Read the cells of one field."""


def concatenate(arrays: Sequence["pa.Array"]) -> "pa.Array":
    """Join arrays of a column. The result is a dictionary, or narrow, only if all of them are."""
    if len({array.type for array in arrays}) > 1:
        arrays = [as_column_type(array) for array in arrays]
    return pa.concat_arrays(arrays)


def as_column_type(array: "pa.Array") -> "pa.Array":
    """The array in the type of its column: neither a dictionary nor narrow."""
    return array.cast(widened_type(array.type))


def narrow_decimal() -> "pa.DataType":
    """The type that may take the place of NUMERIC's decimal128."""
    return pa.decimal64(NARROW_DIGITS, NUMERIC_SCALE)


def cast_to_match(array: "pa.Array", kind: "pa.DataType") -> "pa.Array":
    """A few values in a type that may be a dictionary or narrow; unchanged if they do not fit."""
    if pa.types.is_dictionary(kind):
        return array.dictionary_encode().cast(kind)
    if kind == narrow_decimal():
        try:
            return array.cast(kind)
        except pa.ArrowInvalid:
            return array
    return array
