"""The cells of a block's sound records, by field."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from csvgate.contracts.model import Dialect
from csvgate.validation.fast.block_records import Framed
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.structural_index import Places

Ints = npt.NDArray[np.int64]
_CR: Final = 13
_NONE: Final = np.empty(0, np.int64)


class Table(NamedTuple):
    columns: list[Slices]
    """Of each field of the contract its cells; m of them."""
    rows: Ints
    """(m,) Which records of the block these are; the others have another number of cells, or have
    been read already."""


class Splitter:
    def __init__(self, dialect: Dialect, order: tuple[int, ...]) -> None:
        """`order`: for each field of the contract, which cell of a record is its."""
        self._quote: Final = dialect.quote_char
        self._order: Final = order

    def split(self, framed: Framed) -> Table:
        width = len(self._order)
        rows = np.flatnonzero(framed.lasts - framed.firsts == width - 1)
        text = np.frombuffer(framed.block.data, np.uint8)
        columns = list[Slices]()
        starts, firsts = framed.starts[rows].astype(np.int32), framed.firsts[rows]
        quoted = None if framed.quoted is None else _Quoted.of(framed.quoted, firsts, width)
        every = _ends(framed.separators, firsts, width)
        starting = [starts, *(every[:-1] + 1)]
        if b"\r" in framed.block.data:
            every[-1] -= text.take(every[-1] - 1) == _CR
        for cell, (starts, ends) in enumerate(zip(starting, every, strict=True)):
            which = (
                quoted.rows(cell)
                if quoted is not None
                else np.flatnonzero(text.take(starts) == ord(self._quote))
            )
            columns.append(self._slices(framed, starts, ends, which))
        return Table([columns[cell] for cell in self._order], rows)

    def _slices(self, framed: Framed, starts: Places, ends: Places, quoted: Ints) -> Slices:
        """Changes where the quoted ones start and end."""
        starts[quoted] += 1
        ends[quoted] -= 1
        doubled = _cells_with(framed.doubled, starts, ends, quoted)
        zeros = framed.block.has_zeros
        return Slices(framed.block, starts, ends, doubled, self._quote, zeros)


class _Quoted(NamedTuple):
    """The cells of a table that begin with a quote; k of them, by column."""

    of_rows: Ints
    """(k,)"""
    limits: Ints
    """(width + 1,) Which of them are a column's."""

    @staticmethod
    def of(quoted: Ints, firsts: Ints, width: int) -> "_Quoted":
        """`quoted`: of all cells of the block; `firsts` (m,): the first cell of each row."""
        rows = np.searchsorted(firsts, quoted, side="right") - 1
        columns = quoted - firsts.take(rows, mode="clip") if len(firsts) else rows
        inside = (rows >= 0) & (columns < width)
        rows, columns = rows[inside], columns[inside]
        order = np.argsort(columns, kind="stable")
        limits = np.searchsorted(columns.take(order), np.arange(width + 1))
        return _Quoted(rows.take(order), limits)

    def rows(self, column: int) -> Ints:
        """In order."""
        found: Ints = self.of_rows[self.limits[column] : self.limits[column + 1]]
        return found


def _ends(separators: Places, firsts: Ints, width: int) -> Places:
    """(width, m) Where each cell ends of the records that have so many and begin with these."""
    breaks = (np.flatnonzero(np.diff(firsts) != width) + 1).tolist()
    begins = [0, *breaks] if len(firsts) else []
    runs = zip(begins, [*breaks, len(firsts)], strict=False)
    parts = [separators[firsts[start] : firsts[end - 1] + width] for start, end in runs]
    return np.ascontiguousarray(np.concatenate([separators[:0], *parts]).reshape(-1, width).T)


def _cells_with(positions: Ints, starts: Places, ends: Places, among: Ints) -> Ints:
    """Which of some cells have one of these positions in them, of those that are `among` them."""
    if not len(positions) or not len(among):
        return _NONE
    starts, ends = starts.take(among), ends.take(among)
    at = np.searchsorted(starts, positions, side="right") - 1
    found = at[(at >= 0) & (positions < ends.take(at, mode="clip"))]
    # Those of one cell follow each other.
    return among.take(found[np.append(True, np.diff(found) > 0)]) if len(found) else found
