"""Reads the cells that a kernel does not clear one by one, with the rules' own reader.

A kernel only has to recognise the usual forms. A few cells in another form, such as an unusual
email address, cost what the rules cost for these cells, not for the column and not for their rows:
only a cell that has a fault makes the rules check its row.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.csv.work import WORK
from csvgate.types.common.field_type import CellFault
from csvgate.validation.cells import Cells
from csvgate.validation.fast.arrays import Ints, Mask
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column, Kernel, as_column_type

_FAULTY: Final = object()
"""Stands for the value of a cell that has a fault."""


class FallbackKernel:
    """Clears in bulk what `kernel` clears, and then every other cell that has no fault."""

    def __init__(self, kernel: Kernel | None, reader: Cells, kind: "pa.DataType") -> None:
        """`kernel` is None for fields whose cells can only be read one by one. `reader` is the
        rules' reader; `kind` is the type of the column."""
        self.kernel: Final = kernel
        self._reader: Final = reader
        self._kind: Final = kind
        self.read_share = 0.0 if kernel else 1.0
        """The share of the cells of the last block that were read one by one."""

    def clear(self, cells: Slices) -> Column:
        if self.kernel is None:
            values = self._read(cells, np.arange(len(cells)))
            cleared = _are_valid(values)
            found = [None if value is _FAULTY else value for value in values]
            return Column(pa.array(found, self._kind), None if cleared.all() else cleared)
        column = self.kernel.clear(cells)
        if column.cleared is None:
            self.read_share = 0.0
            return column
        indexes = np.flatnonzero(~column.cleared)
        self.read_share = len(indexes) / max(1, len(cells))
        values = self._read(cells, indexes)
        valid = _are_valid(values)
        if valid.all():
            return column._replace(values=self._put(column, indexes, values), cleared=None)
        cleared = column.cleared.copy()
        cleared[indexes[valid]] = True
        values = [value for value in values if value is not _FAULTY]
        array = self._put(column, indexes[valid], values)
        return column._replace(values=array, cleared=cleared)

    def _read(self, cells: Slices, indexes: Ints) -> list[object]:
        """Return the value of each of these cells, _FAULTY for those with a fault."""
        WORK.judged += len(indexes)
        return [self._value(cell) for cell in cells.contents(indexes)]

    def _value(self, cell: bytes) -> object:
        try:
            value = self._reader[cell.decode("utf-8")]
        except (UnicodeDecodeError, CellFault):
            return _FAULTY
        return _FAULTY if b"\0" in cell else value

    def _put(self, column: Column, indexes: Ints, values: Sequence[object]) -> "pa.Array":
        """Return the column's array with these values at these indexes."""
        if not values or (column.are_texts and None not in values):
            return column.values
        is_put = np.zeros(len(column.values), np.bool_)
        is_put[indexes] = True
        found = pa.array(values, self._kind)
        return pc.replace_with_mask(as_column_type(column.values), pa.array(is_put), found)


def _are_valid(values: Sequence[object]) -> Mask:
    return np.fromiter((value is not _FAULTY for value in values), np.bool_, len(values))
