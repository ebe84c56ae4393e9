"""Clears columns of numbers, dates and timestamps: parses every cell at once with numpy."""

from typing import Final, Protocol

import pyarrow as pa

from csvgate.validation.fast.arrays import Mask
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.fast.words import Text


class CellParser(Protocol):
    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        """Return the values of the cells, null where `missing`, and a mask of the cells whose value
        is certain. The mask is false where `missing` and where there is any doubt."""


class FixedWidthKernel:
    """Fast when nearly all cells of a column differ: its cost does not depend on that."""

    def __init__(self, parser: CellParser, *, empty_is_null: bool) -> None:
        self._parser: Final = parser
        self._empty_is_null: Final = empty_is_null

    def clear(self, cells: Slices) -> Column:
        text = cells.text
        missing = None
        if self._empty_is_null:
            missing = text.lengths == 0
            if not missing.any():
                missing = None
        values, cleared = self._parser.parse(text, missing)
        if missing is not None:
            cleared |= missing
        return Column(values, None if cleared.all() else cleared)


def parses_any(parser: CellParser, strings: list[str]) -> bool:
    """Return whether the parser would return a value for one of these strings."""
    cells = pa.array([text.encode() for text in strings], pa.binary())
    return bool(len(strings)) and bool(parser.parse(Text.of(cells), None)[1].any())
