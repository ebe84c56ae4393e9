"""Which cells are no text: those that are no UTF-8, and those with zero bytes."""

from codecs import utf_8_decode
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.validation.fast.kernels.column import content, offsets

Mask = npt.NDArray[np.bool_]
Offsets = npt.NDArray[np.int32]


def damaged(cells: "pa.Array") -> Mask | None:
    """(n,) Of `binary` cells; None: nowhere."""
    limits, data = offsets(cells), content(cells)
    first, end = int(limits[0]), int(limits[-1])
    some = data[first:end]
    if not len(some) or (some.max() < 0x80 and some.min() > 0):
        return None
    found = np.zeros(len(cells), np.bool_)
    if not some.min():
        found[_rows(limits, first + np.flatnonzero(some == 0))] = True
    if some.max() >= 0x80:
        memory = memoryview(cells.buffers()[2])
        for row in {*_at_errors(memory, limits), *_at_cuts(data, limits)}:
            found[row] |= _error(memory[limits[row] : limits[row + 1]]) >= 0
    return found if found.any() else None


def _at_errors(memory: memoryview, limits: Offsets) -> Iterator[int]:
    """The cells in which the text of all of them has errors."""
    start, end = int(limits[0]), int(limits[-1])
    while (error := _error(memory[start:end])) >= 0:
        row = int(_rows(limits, np.array(start + error)))
        yield row
        start = int(limits[row + 1])


def _at_cuts(data: npt.NDArray[np.uint8], limits: Offsets) -> Iterator[int]:
    """The cells before and after the border of two that may go through a character."""
    given = np.flatnonzero(np.diff(limits))
    cut = np.flatnonzero(data[limits[given]] & 0xC0 == 0x80)
    yield from given[cut].tolist()
    yield from given[cut[cut > 0] - 1].tolist()


def _rows(limits: Offsets, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The cells that these bytes are in."""
    return np.searchsorted(limits, positions, side="right") - 1


def _error(data: memoryview) -> int:
    """The first byte that is no UTF-8; -1 for none."""
    try:
        utf_8_decode(data, "strict", True)
    except UnicodeDecodeError as error:
        return error.start
    return -1
