"""What a kernel returns for a column of cells, and how such columns are joined."""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from csvgate.validation.fast.arrays import Ints, Mask
from csvgate.validation.fast.cell_slices import Slices

_MOST_PIECES: Final = 256
"""Slices of a column that are joined faster than its rows are taken one by one."""
_FEW: Final = 1024
"""Values that Arrow encodes quickly even if all of them have the same hash, which has no key."""


class Column(NamedTuple):
    """The values of n cells, as far as a kernel is certain of them."""

    values: "pa.Array"
    """(n,) The column's Arrow type, or a dictionary with values of that type. The values of cells
    that are not cleared are arbitrary."""
    cleared: Mask | None
    """(n,) True for the cells that certainly have no fault and this value; None if all are."""
    are_texts: bool = False
    """True if every value that is not null is the text of its cell, even where the cell is not
    cleared."""


class Kernel(Protocol):
    def clear(self, cells: Slices) -> Column:
        """Read the cells of one field."""


def concatenate(arrays: Sequence["pa.Array"]) -> "pa.Array":
    """Join arrays of a column. The result is a dictionary only if all of them are."""
    if len({array.type for array in arrays}) > 1:
        arrays = [as_column_type(array) for array in arrays]
    return pa.concat_arrays(arrays)


def insert(column: "pa.Array", new: "pa.Array", places: Ints) -> "pa.Array":
    """Return the column with new values inserted, each before the value that is now at its place.
    `places` are in order."""
    firsts = np.flatnonzero(np.diff(places, prepend=-1))
    if pa.types.is_dictionary(column.type) or len(firsts) > _MOST_PIECES:
        order = np.insert(np.arange(len(column)), places, len(column) + np.arange(len(new)))
        return concatenate([column, new]).take(pa.array(order))
    # Joining slices copies many rows at once; `take` copies them one by one.
    pieces, at = list[pa.Array](), 0
    limits = zip(firsts.tolist(), [*firsts[1:].tolist(), len(new)], strict=False)
    for (first, last), place in zip(limits, places[firsts].tolist(), strict=False):
        pieces += [column.slice(at, place - at), new.slice(first, last - first)]
        at = place
    return concatenate([*pieces, column.slice(at)])


def as_column_type(array: "pa.Array") -> "pa.Array":
    """Return the array in the type of its column, without a dictionary."""
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def cast_to_match(array: "pa.Array", kind: "pa.DataType") -> "pa.Array":
    """Return a few values of a column in a type that may be a dictionary of the column's type; many
    of them without a dictionary."""
    if pa.types.is_dictionary(kind) and len(array) <= _FEW:
        return array.dictionary_encode().cast(kind)
    return array
