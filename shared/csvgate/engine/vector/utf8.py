"""Which records have bytes that no text has: such as are no UTF-8, and zeros."""

from codecs import utf_8_decode
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
_PIECE: Final = 32 * 1024


def damaged(data: bytes, ends: Ints) -> Ints:
    """The indices, in order, of records that have such bytes. `ends` are past the end of each, in
    order; bytes between two records are taken for the second's."""
    rows = list[int]() if _is_utf8(data, 0, len(data)) else _not_utf8(data, ends)
    if b"\0" in data:
        zeros = np.flatnonzero(np.frombuffer(data, np.uint8) == 0)
        rows += np.searchsorted(ends, zeros, side="right").tolist()
    found = np.unique(np.array(rows, np.int64))
    return found[: np.searchsorted(found, len(ends))]


def _not_utf8(data: bytes, ends: Ints) -> list[int]:
    found = list[int]()
    start, size = 0, len(data)
    while start < size and len(ends):
        # To the end of a record, so that no character is cut.
        last = int(np.searchsorted(ends, min(start + _PIECE, int(ends[-1]))))
        stop = int(ends[last])
        if stop <= start:
            break
        if not _is_utf8(data, start, stop):
            found += _within(data, start, stop, ends)
        start = stop
    return found


def _within(data: bytes, start: int, stop: int, ends: Ints) -> list[int]:
    found = list[int]()
    view = memoryview(data)
    while start < stop:
        try:
            utf_8_decode(view[start:stop], "strict", True)
            break
        except UnicodeDecodeError as error:
            found.append(int(np.searchsorted(ends, start + error.start, side="right")))
            start = int(ends[found[-1]])
    return found


def _is_utf8(data: bytes, start: int, stop: int) -> bool:
    """As one text of Arrow's, which is several times as fast as a decoder."""
    limits = pa.py_buffer(np.array([start, stop], np.int32))
    text = pa.Array.from_buffers(pa.string(), 1, [None, limits, pa.py_buffer(data)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
