"""Removes the spaces around the cells of a column, without copying the cells."""

from dataclasses import replace
from typing import Final

import numpy as np

from csvgate.types.common.spaces import SPACES
from csvgate.validation.fast.arrays import Bytes, Ints, Ints32, Mask
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column, Kernel
from csvgate.validation.fast.words import WORD, Text

_ASCII: Final = "".join(filter(str.isascii, SPACES)).encode()
_IS_ASCII_SPACE: Final = np.isin(np.arange(256), list(_ASCII))
_MOST_STEPS: Final = 64
"""Spaces on one side of a cell that are removed from all cells together. A cell with more is rare,
and is trimmed by itself."""
_OTHERS: Final = [space.encode() for space in SPACES if not space.isascii()]
_WORDS_OF_SIZE: Final = {
    size: np.array([int.from_bytes(o, "little") for o in _OTHERS if len(o) == size], np.uint64)
    for size in sorted({*map(len, _OTHERS)})
}
"""The spaces outside ASCII, by their number of bytes (two and three), as words."""
_MAY_BE_SPACE: Final = _IS_ASCII_SPACE | np.isin(
    np.arange(256), [byte for other in _OTHERS for byte in (other[0], other[-1])]
)
"""The bytes with which a space begins or ends."""


class TrimmingKernel:
    """Lets another kernel read the cells without the spaces around them, as the rules do."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel: Final = kernel

    def clear(self, cells: Slices) -> Column:
        return self.kernel.clear(trimmed(cells))


def trimmed(cells: Slices) -> Slices:
    """Return the cells without SPACES around them.

    A cell that is not UTF-8 stays so, because only whole characters are removed. Quotes are not
    spaces, so doubled ones stay in their cells.
    """
    data = np.frombuffer(cells.block.data, np.uint8)
    starts, ends = cells.starts.copy(), cells.ends.copy()
    _skip_ascii_at_start(data, starts, ends)
    _skip_ascii_at_end(data, starts, ends)
    rows = _skip_others(data, starts, ends)
    for row in rows[_may_have_more(data, starts[rows], ends[rows])].tolist():
        start, end = starts.item(row), ends.item(row)
        starts[row], ends[row] = _limits(cells.block.data[start:end], start)
    return replace(cells, starts=starts, ends=ends)


def _skip_ascii_at_start(data: Bytes, starts: Ints32, ends: Ints32) -> None:
    """Move `starts` behind the ASCII spaces of each cell."""
    rows = np.flatnonzero(_IS_ASCII_SPACE[data.take(starts)] & (starts < ends))
    for _ in range(_MOST_STEPS):
        if not len(rows):
            return
        starts[rows] += 1
        at = starts[rows]
        rows = rows[_IS_ASCII_SPACE[data.take(at)] & (at < ends[rows])]
    for row in rows.tolist():
        cell = data[starts.item(row) : ends.item(row)].tobytes()
        starts[row] += len(cell) - len(cell.lstrip(_ASCII))


def _skip_ascii_at_end(data: Bytes, starts: Ints32, ends: Ints32) -> None:
    """Move `ends` before the ASCII spaces of each cell."""
    rows = np.flatnonzero(_IS_ASCII_SPACE[data.take(ends - 1)] & (starts < ends))
    for _ in range(_MOST_STEPS):
        if not len(rows):
            return
        ends[rows] -= 1
        at = ends[rows]
        rows = rows[_IS_ASCII_SPACE[data.take(at - 1)] & (at > starts[rows])]
    for row in rows.tolist():
        cell = data[starts.item(row) : ends.item(row)].tobytes()
        ends[row] -= len(cell) - len(cell.rstrip(_ASCII))


def _skip_others(data: Bytes, starts: Ints32, ends: Ints32) -> Ints:
    """Remove one space outside ASCII from each side of each cell; return the indexes of the cells
    that had one."""
    beyond = (data.take(starts) >= 0x80) | (data.take(ends - 1) >= 0x80)
    rows = np.flatnonzero(beyond & (starts < ends))
    if not len(rows):
        return rows
    text = Text(data, starts[rows], ends[rows] - starts[rows])
    first = text.words_at(text.starts)
    last = text.words_at(text.starts + text.lengths - WORD)
    before, after = np.zeros((2, len(rows)), np.int32)
    for size, spaces in _WORDS_OF_SIZE.items():
        fits = text.lengths >= size
        before[fits & np.isin(first & np.uint64(256**size - 1), spaces)] = size
        after[fits & np.isin(last >> np.uint64(8 * (WORD - size)), spaces)] = size
    # A cell of a single space has it on both sides.
    after[before + after > text.lengths] = 0
    starts[rows] += before
    ends[rows] -= after
    found: Ints = rows[before + after > 0]
    return found


def _may_have_more(data: Bytes, starts: Ints32, ends: Ints32) -> Mask:
    """(n,) Return whether a cell begins or ends with a character that could be a space."""
    found: Mask = _MAY_BE_SPACE[data.take(starts)] | _MAY_BE_SPACE[data.take(ends - 1)]
    found &= starts < ends
    return found


def _limits(cell: bytes, start: int) -> tuple[int, int]:
    """Return the positions of the first byte and after the last one without spaces around the cell,
    which begins at `start`."""
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        return start, start + len(cell)
    kept = text.lstrip(SPACES)
    start += len(cell) - len(kept.encode())
    return start, start + len(kept.rstrip(SPACES).encode())
