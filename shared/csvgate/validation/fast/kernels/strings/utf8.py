"""Finds the cells that are not text: those that are not UTF-8 and those with zero bytes.

Many cells are checked at once, and only the cells around an error one by one. A character may also
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

_PART_BYTES: Final = 1 << 15
"""The bytes that are checked at a time. Arrow does that in half the time that Python takes, but
does not say where an error is."""
_FIRST_BYTES: Final = 64
_GROWTH: Final = 4


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
    if some.max() >= 0x80:
        buffer = cells.buffers()[2]
        memory = memoryview(buffer)
        for row in {*_with_errors(buffer, limits), *_around_cuts(data, limits)}:
            found[row] |= _first_error(memory[limits[row] : limits[row + 1]]) >= 0
    return found if found.any() else None


def _with_errors(buffer: "pa.Buffer", limits: Ints32) -> Iterator[int]:
    """Yield the cells in which the joined text of all cells has an error."""
    starts = np.arange(limits[0], limits[-1], _PART_BYTES, dtype=np.int32)
    rows = np.unique(np.searchsorted(limits, starts, side="right") - 1).tolist()
    for row, until in zip(rows, [*rows[1:], len(limits) - 1], strict=True):
        if not _is_utf8(buffer, int(limits[row]), int(limits[until])):
            yield from _errors_between(buffer, limits, row, until)


def _errors_between(buffer: "pa.Buffer", limits: Ints32, row: int, end: int) -> Iterator[int]:
    """Yield the cells from number `row` to `end` with an error.

    Their text is decoded in smaller parts of whole cells. Python copies the part in which it finds
    an error, so the parts are small after an error and grow until the next."""
    size, memory = _FIRST_BYTES, memoryview(buffer)
    # numpy would search for a single number only after converting all limits to its type.
    cuts = limits.data
    while row < end:
        start = cuts[row]
        until = min(end, max(row + 1, bisect_right(cuts, start + size) - 1))
        error = _first_error(memory[start : cuts[until]])
        if error < 0:
            row, size = until, _GROWTH * size
        else:
            found = bisect_right(cuts, start + error) - 1
            yield found
            row, size = found + 1, _FIRST_BYTES


def _around_cuts(data: Bytes, limits: Ints32) -> Iterator[int]:
    """Yield the cells before and after each border that may divide a character."""
    starts = limits[:-1]
    cut = np.flatnonzero(data.take(starts, mode="clip") & 0xC0 == 0x80)
    cut = cut[limits[cut] < limits[cut + 1]]
    if len(cut):
        yield from cut.tolist()
        nonempty = np.flatnonzero(np.diff(limits))
        before = np.searchsorted(nonempty, cut) - 1
        yield from nonempty[before[before >= 0]].tolist()


def _is_utf8(buffer: "pa.Buffer", start: int, end: int) -> bool:
    """Return whether these bytes of the buffer are UTF-8."""
    WORK.scanned += end - start
    limits = pa.py_buffer(np.array([start, end], np.int32))
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, limits, buffer]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


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
