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

_FIRST_BYTES: Final = 64
_GROWTH: Final = 4
_MAX_DECODED: Final = 4096
"""The most bytes that Python decodes at a time: Arrow checks more bytes in half the time, but does
not say where an error is."""


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
    """Yield the cells in which the joined text of all cells has an error.

    The text is checked in parts of whole cells. A part is passed again if it has an error, so the
    parts are small after an error and grow until the next."""
    if _is_utf8(buffer, int(limits[0]), int(limits[-1])):
        return
    row, size, memory = 0, _FIRST_BYTES, memoryview(buffer)
    # numpy would search for a single number only after converting all limits to its type.
    cuts = limits.data
    while row < len(cuts) - 1:
        start = cuts[row]
        until = max(row + 1, bisect_right(cuts, start + size) - 1)
        if size > _MAX_DECODED and until > row + 1:
            if _is_utf8(buffer, start, cuts[until]):
                row, size = until, _GROWTH * size
            else:
                size //= _GROWTH
            continue
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
