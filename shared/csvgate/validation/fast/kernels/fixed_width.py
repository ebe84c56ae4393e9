"""Clears columns of numbers, dates and times: parses every cell at once with numpy."""

from collections.abc import Iterable
from typing import Final, Protocol

import pyarrow as pa

from csvgate.validation.fast.arrays import Mask, as_string
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.fast.kernels.missing import MissingValues
from csvgate.validation.fast.words import Text


class CellParser(Protocol):
    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        """Return the values of the cells, null where `missing`, and a mask of the cells whose value
        is certain. The mask is arbitrary where `missing`, and false where there is any doubt."""


class FixedWidthKernel:
    """Fast when nearly all cells of a column differ: its cost does not depend on that."""

    def __init__(
        self,
        parser: CellParser,
        missing: Iterable[str],
        *,
        required: bool,
        is_text: bool = False,
        max_length: int | None = None,
    ) -> None:
        """`missing` are the texts of cells without a value, which is a fault if it is `required`.
        If `is_text`, the column has the text of each cell instead of what the parser reads in it,
        up to `max_length` characters."""
        self._parser: Final = parser
        self._missing: Final = MissingValues(missing)
        self._required: Final = required
        self._is_text: Final = is_text
        self._max_length: Final = max_length

    def clear(self, cells: Slices) -> Column:
        text = cells.text
        missing = self._missing.where(cells)
        null = None if self._required else missing
        values, cleared = self._parser.parse(text, null)
        if self._is_text:
            values = as_string(cells.binary, null)
            if self._max_length is not None:
                # In bytes, of which there are no fewer than characters.
                cleared &= text.lengths <= self._max_length
        if missing is not None:
            if self._required:
                cleared &= ~missing
            else:
                cleared |= missing
        return Column(values, None if cleared.all() else cleared)
