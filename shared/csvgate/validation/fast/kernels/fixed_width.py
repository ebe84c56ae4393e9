"""Clears columns of numbers, dates and times: parses every cell at once with numpy."""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

import numpy as np
import pyarrow as pa

from csvgate.validation.fast.arrays import Ints, Mask, as_string
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.fast.kernels.missing import MissingValues
from csvgate.validation.fast.words import Text

_PROBES: Final = 4
"""Cells of each block in which a form is sought that has not occurred yet."""


class CellParser(Protocol):
    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        """Return the values of the cells, null where `missing`, and a mask of the cells whose value
        is certain. The mask is arbitrary where `missing`, and false where there is any doubt."""


def uncleared(cleared: Mask, missing: Mask | None) -> Ints:
    """Return the indexes of the cells that are neither cleared nor missing."""
    return np.flatnonzero(~cleared if missing is None else ~(cleared | missing))


def probes(text: Text, cleared: Mask, missing: Mask | None, longest: int) -> Iterator[bytes]:
    """Yield the first `longest` bytes of a few of the uncleared cells, at equal distances. A parser
    that knows several forms looks there for those that have not occurred yet."""
    rows = uncleared(cleared, missing)
    for row in rows[:: max(1, len(rows) // _PROBES)].tolist():
        start, length = text.starts.item(row), text.lengths.item(row)
        yield text.data[start : start + min(length, longest)].tobytes()


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
                # In bytes: a text has no more characters than bytes.
                cleared &= text.lengths <= self._max_length
        if missing is not None:
            if self._required:
                cleared &= ~missing
            else:
                cleared |= missing
        return Column(values, None if cleared.all() else cleared)
