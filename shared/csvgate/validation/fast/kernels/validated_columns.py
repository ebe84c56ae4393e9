"""The columns of a block after the kernels: values, and which cells are cleared."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyarrow as pa

from csvgate.validation.fast.arrays import Ints, Mask
from csvgate.validation.fast.kernels.column import Column, Kernel
from csvgate.validation.fast.table import Table


class ValidatedColumns(NamedTuple):
    """The cells of the m well-formed records of a block."""

    columns: list[Column]
    """(m,) each, by field of the contract."""
    rows: Ints
    """(m,) The indexes of these records in the block."""

    @staticmethod
    def of(table: Table, kernels: Sequence[Kernel]) -> "ValidatedColumns":
        pairs = zip(kernels, table.columns, strict=True)
        return ValidatedColumns([kernel.clear(cells) for kernel, cells in pairs], table.rows)

    def cleared_rows(self, fields: Iterable[int]) -> Mask | None:
        """(m,) Whether the cells of all these fields are cleared in each row; None if in all."""
        found: Mask | None = None
        for field in fields:
            cleared = self.columns[field].cleared
            if cleared is not None:
                found = cleared if found is None else found & cleared
        return found

    def uncleared_fields(self, index: int) -> set[int]:
        """Return the fields whose cell is not cleared in the row at that index of the columns."""
        return {
            field
            for field, column in enumerate(self.columns)
            if column.cleared is not None and not column.cleared.item(index)
        }

    def values(self, fields: Sequence[int], where: Mask | None) -> list["pa.Array"]:
        """Return the values of these fields, in the rows of the mask or in all."""
        arrays = [self.columns[field].values for field in fields]
        if where is None:
            return arrays
        mask = pa.array(where)
        return [array.filter(mask) for array in arrays]
