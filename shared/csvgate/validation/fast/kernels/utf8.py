"""Finds the cells that are not text: those that are not UTF-8 and those with zero bytes.

Many cells are decoded at once, and only the cells around an error one by one. A character may also
be divided between two cells; then the text of all cells has no error there, but both cells have.
"""

from bisect import bisect_right
from codecs import utf_8_decode
from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.csv.work import WORK
from csvgate.validation.fast.arrays import Bytes, Ints, Ints32, Mask, content, offsets

_FIRST_BYTES: Final = 64


def not_text(cells: "pa.Array") -> Mask | None:
    """(n,) True for the cells of a `binary` array that are not text; None if all are."""
    limits, data = offsets(cells), content(cells)
    first, end = int(limits[0]), int(limits[-1])
    some = data[first:end]
    if not len(some) or (some.max() < 0x80 and some.min() > 0):
        return None
    found = np.zeros(len(cells), np.bool_)
    if not some.min():
        found[_rows(limits, first + np.flatnonzero(some == 0))] = True
    if some.max() >= 0x80 and not _is_text_in_whole_cells(cells, limits, data):
        memory = memoryview(cells.buffers()[2])
        for row in {*_with_errors(memory, limits), *_around_cuts(data, limits)}:
            found[row] |= _first_error(memory[limits[row] : limits[row + 1]]) >= 0
    return found if found.any() else None


def _is_text_in_whole_cells(cells: "pa.Array", limits: Ints32, data: Bytes) -> bool:
    """Return whether all cells are UTF-8. Arrow checks their joined text in half the time that
    Python takes to decode it, but does not say where an error is."""
    first, end = int(limits[0]), int(limits[-1])
    WORK.scanned += end - first
    joined = [None, pa.py_buffer(limits[[0, -1]]), cells.buffers()[2]]
    try:
        pa.Array.from_buffers(pa.string(), 1, joined).validate(full=True)
    except pa.ArrowInvalid:
        return False
    starts = limits[:-1]
    return not (data.take(starts[starts < end]) & 0xC0 == 0x80).any()


def _with_errors(memory: memoryview, limits: Ints32) -> Iterator[int]:
    """Yield the cells in which the joined text of all cells has an error.

    The text is decoded in parts of whole cells. Python copies the part in which it finds an error,
    so the parts are small after an error and grow until the next."""
    row, size = 0, _FIRST_BYTES
    # numpy would search for a single number only after converting all limits to its type.
    cuts = limits.data
    while row < len(cuts) - 1:
        start = cuts[row]
        until = max(row + 1, bisect_right(cuts, start + size) - 1)
        error = _first_error(memory[start : cuts[until]])
        if error < 0:
            row, size = until, 2 * size
        else:
            found = bisect_right(cuts, start + error) - 1
            yield found
            row, size = found + 1, _FIRST_BYTES


def _around_cuts(data: Bytes, limits: Ints32) -> Iterator[int]:
    """Yield the cells before and after each border that may divide a character."""
    nonempty = np.flatnonzero(np.diff(limits))
    cut = np.flatnonzero(data[limits[nonempty]] & 0xC0 == 0x80)
    yield from nonempty[cut].tolist()
    yield from nonempty[cut[cut > 0] - 1].tolist()


def _rows(limits: Ints32, positions: Ints) -> Ints:
    """Return the cells that contain these bytes."""
    return np.searchsorted(limits, positions, side="right") - 1


def _first_error(data: memoryview) -> int:
    """Return the position of the first byte that is not UTF-8; -1 if all are."""
    # An error copies the data, wherever it is.
    WORK.scanned += len(data)
    try:
        utf_8_decode(data, "strict", True)
    except UnicodeDecodeError as error:
        return error.start
    return -1
