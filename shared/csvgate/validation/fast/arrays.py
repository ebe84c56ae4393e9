"""The array types of the vectorised path, and the buffers of Arrow arrays as numpy arrays."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.int32]
"""Positions in a block, in half the memory: no block has 2 GB."""
Words = npt.NDArray[np.uint64]
"""Eight bytes of text each; the lowest byte is the first."""
Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


def offsets(cells: "pa.Array") -> Ints32:
    """(n + 1,) The positions in `content` where each cell of a `binary` or `string` array starts,
    and where the last one ends."""
    found = np.frombuffer(cells.buffers()[1], np.int32, len(cells) + cells.offset + 1)
    return found[cells.offset :]


def content(cells: "pa.Array") -> Bytes:
    """Return the bytes of all cells of a `binary` or `string` array, which `offsets` point into."""
    buffer = cells.buffers()[2]
    return np.frombuffer(buffer if buffer is not None else b"", np.uint8)


def copied(data: bytes | Bytes, starts: Ints32, ends: Ints32) -> "pa.Array":
    """Return a `binary` array with a copy of the bytes of `data` between these positions (n,). They
    are in order."""
    if not len(starts):
        return pa.array([], pa.binary())
    # An array of the pieces and the gaps between them in turns, of which Arrow copies every other
    # entry.
    limits = np.empty((len(starts), 2), np.int32)
    limits[:, 0], limits[:, 1] = starts, ends
    count = 2 * len(starts) - 1
    buffers = [None, pa.py_buffer(limits), pa.py_buffer(data)]
    both = pa.Array.from_buffers(pa.binary(), count, buffers)
    return both.take(pa.array(np.arange(0, count, 2, dtype=np.int32)))


def as_string(cells: "pa.Array", missing: Mask | None = None) -> "pa.Array":
    """Return a `binary` array as a `string` array, null where `missing`. Nothing is copied or
    checked: the cells must be UTF-8, or unused."""
    return pa.Array.from_buffers(
        pa.string(), len(cells), [_validity(missing), *cells.buffers()[1:]]
    )


def fixed_width_array(
    kind: "pa.DataType", values: np.ndarray, missing: Mask | None = None
) -> "pa.Array":
    """Return an array of a fixed-width type with the bytes of `values`, null where `missing`."""
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [_validity(missing), data])


def _validity(missing: Mask | None) -> "pa.Buffer | None":
    """Arrow's bitmap of the entries that are not null; None for no nulls."""
    if missing is None:
        return None
    return pa.py_buffer(np.packbits(~missing, bitorder="little"))
