"""The cells of a block's sound records, by field."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from csvgate.contracts.model import Dialect
from csvgate.engine.vector.frames import Places
from csvgate.engine.vector.framing import Framed
from csvgate.engine.vector.slices import Slices
from csvgate.engine.vector.words import Mask

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
        starts = framed.starts[rows].astype(np.int32)
        for cell, ends in enumerate(_ends(framed.separators, framed.firsts[rows], width)):
            returns = _has_return(framed, text, ends) if cell == width - 1 else 0
            columns.append(self._slices(framed, text, starts, ends - returns))
            starts = ends + 1
        return Table([columns[cell] for cell in self._order], rows)

    def _slices(
        self, framed: Framed, text: npt.NDArray[np.uint8], starts: Places, ends: Places
    ) -> Slices:
        doubled = _NONE
        quoted = text.take(starts) == ord(self._quote)
        if quoted.any():
            starts, ends = starts + quoted, ends - quoted
            doubled = _cells_with(framed.doubled, starts, ends, quoted)
        return Slices(framed.block, starts, ends, doubled, self._quote, framed.block.has_zeros)


def _ends(separators: Places, firsts: Ints, width: int) -> Places:
    """(width, m) Where each cell ends of the records that have so many and begin with these."""
    breaks = (np.flatnonzero(np.diff(firsts) != width) + 1).tolist()
    begins = [0, *breaks] if len(firsts) else []
    runs = zip(begins, [*breaks, len(firsts)], strict=False)
    parts = [separators[firsts[start] : firsts[end - 1] + width] for start, end in runs]
    return np.ascontiguousarray(np.concatenate([separators[:0], *parts]).reshape(-1, width).T)


def _cells_with(positions: Ints, starts: Places, ends: Places, among: Mask) -> Ints:
    """Which of some cells have one of these positions in them."""
    if not len(positions):
        return positions
    cells = np.flatnonzero(among)
    at = np.searchsorted(starts[cells], positions, side="right") - 1
    inside = (at >= 0) & (positions < ends[cells].take(at, mode="clip"))
    # In order: those of one cell follow each other.
    found = cells[at[inside]]
    return found[np.append(True, np.diff(found) > 0)] if len(found) else found


def _has_return(
    framed: Framed, text: npt.NDArray[np.uint8], ends: Places
) -> npt.NDArray[np.bool_] | int:
    r"""Where the terminator is \r\n."""
    if b"\r" not in framed.block.data:
        return 0
    found: npt.NDArray[np.bool_] = text.take(ends - 1) == _CR
    return found
