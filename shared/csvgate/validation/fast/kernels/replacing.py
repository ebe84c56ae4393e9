"""Gives cells whose text the contract replaces the values of the new texts."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.types.common.field_type import CellFault
from csvgate.validation.cells import Cells
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column, Kernel, as_column_type
from csvgate.validation.fast.kernels.missing import MissingValues

_MOST_TEXTS: Final = 16
"""Texts that are looked for one by one. Cells with others are left to the rules, which remember
their values."""


class ReplacingKernel:
    """Clears what another kernel clears, and cells with texts that stand for others."""

    def __init__(self, kernel: Kernel, reader: Cells, kind: "pa.DataType") -> None:
        """`reader` is the rules' reader; `kind` is the type of the column."""
        self._kernel: Final = kernel
        self._known: Final = list[tuple[MissingValues, pa.Scalar]]()
        """Where a text is in the column, and the value of the text that it stands for."""
        others = list[str]()
        for text in reader.replaced:
            try:
                value = reader[text]
            except CellFault:
                value = None
            if value is None or len(self._known) == _MOST_TEXTS:
                others.append(text)
            else:
                self._known.append((MissingValues([text]), pa.array([value], kind)[0]))
        self._others: Final = MissingValues(others)

    def clear(self, cells: Slices) -> Column:
        column = self._kernel.clear(cells)
        masks = [(text.where(cells), value) for text, value in self._known]
        found = [(mask, value) for mask, value in masks if mask is not None]
        others = self._others.where(cells)
        if not found and others is None:
            return column
        values, cleared = column.values, column.cleared
        cleared = np.ones(len(cells), np.bool_) if cleared is None else cleared.copy()
        for mask, value in found:
            values = pc.replace_with_mask(as_column_type(values), pa.array(mask), value)
            cleared |= mask
        if others is not None:
            cleared &= ~others
        # The values of these cells are not their texts.
        return Column(values, None if cleared.all() else cleared)
