"""Clears columns that a file does not have, and the missing cells of fields with a default."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.types.common.field_type import CellFault
from csvgate.validation.cells import Cells
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column, Kernel, as_column_type


class AbsentKernel:
    """Clears the cells of a column that the file does not have. All of them have the same value,
    or the same faults."""

    def __init__(self, reader: Cells, kind: "pa.DataType") -> None:
        """`reader` is the rules' reader; `kind` is the type of the column."""
        try:
            self._value = pa.scalar(reader[""], kind)
            self._is_valid = True
        except CellFault:
            self._value, self._is_valid = pa.scalar(None, kind), False

    def clear(self, cells: Slices) -> Column:
        cleared = None if self._is_valid else np.zeros(len(cells), np.bool_)
        return Column(pa.repeat(self._value, len(cells)), cleared)


class DefaultKernel:
    """Gives the missing cells that another kernel clears the value of the field's default."""

    def __init__(self, kernel: Kernel, value: "pa.Scalar") -> None:
        """`kernel` clears missing cells as nulls, and others never as nulls."""
        self._kernel: Final = kernel
        self._value: Final = value

    def clear(self, cells: Slices) -> Column:
        column = self._kernel.clear(cells)
        if not column.values.null_count:
            return column
        values = pc.fill_null(as_column_type(column.values), self._value)
        return Column(values, column.cleared)


def default_kernel(kernel: Kernel, reader: Cells, kind: "pa.DataType") -> Kernel | None:
    """Return a kernel for a field with a default; None if the rules do not accept its default."""
    try:
        return DefaultKernel(kernel, pa.scalar(reader.missing_value(), kind))
    except CellFault:
        return None
