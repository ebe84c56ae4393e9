"""Leaves the cells whose text the contract replaces to the rules."""

from collections.abc import Iterable
from typing import Final

from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column, Kernel
from csvgate.validation.fast.kernels.missing import MissingValues


class ReplacingKernel:
    """Clears what another kernel clears, except the cells that stand for another text."""

    def __init__(self, kernel: Kernel, texts: Iterable[str]) -> None:
        self._kernel: Final = kernel
        self._texts: Final = MissingValues(texts)

    def clear(self, cells: Slices) -> Column:
        column = self._kernel.clear(cells)
        replaced = self._texts.where(cells)
        if replaced is None:
            return column
        kept = ~replaced
        if column.cleared is not None:
            kept &= column.cleared
        # The values of these cells are not their texts.
        return Column(column.values, kept)
