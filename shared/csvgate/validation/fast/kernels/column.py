"""What a clearer makes of a column of cells."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from csvgate.validation.fast.cell_slices import Slices

Mask = npt.NDArray[np.bool_]


class Column(NamedTuple):
    values: "pa.Array"
    """(n,) Of the column's Arrow type, or a dictionary of it; undefined where not clear."""
    clear: Mask | None
    """(n,) Where the cell is without fault, and has that value for certain; None: everywhere."""


class Clearer(Protocol):
    def clear(self, cells: "Slices") -> Column:
        """Takes the cells of a field."""


def offsets(cells: "pa.Array") -> npt.NDArray[np.int32]:
    """(n + 1,) Where in `content` each cell starts, and where the last one ends."""
    found = np.frombuffer(cells.buffers()[1], np.int32, len(cells) + cells.offset + 1)
    return found[cells.offset :]


def content(cells: "pa.Array") -> npt.NDArray[np.uint8]:
    """The bytes of all cells; `offsets` point into it."""
    buffer = cells.buffers()[2]
    return np.frombuffer(buffer if buffer is not None else b"", np.uint8)


def as_text(cells: "pa.Array", missing: Mask | None = None) -> "pa.Array":
    """The cells as they are as `string`, without copying or looking: they have to be UTF-8."""
    bitmap = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(pa.string(), len(cells), [bitmap, *cells.buffers()[1:]])


def joined(arrays: Sequence["pa.Array"]) -> "pa.Array":
    """One array; a dictionary if all are."""
    if len({array.type for array in arrays}) > 1:
        arrays = [plain(array) for array in arrays]
    return pa.concat_arrays(arrays)


def plain(array: "pa.Array") -> "pa.Array":
    """The array without a dictionary."""
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def like(array: "pa.Array", kind: "pa.DataType") -> "pa.Array":
    """A few values as that type, which may be a dictionary of their own type."""
    return array.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else array
