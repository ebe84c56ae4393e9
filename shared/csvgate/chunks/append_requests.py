"""Cutting rows into append requests: 10 MB each at most, the same cuts on every delivery."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from csvgate.runtime.errors import Permanent

if TYPE_CHECKING:
    import pyarrow as pa

REQUEST_BYTES: Final = 8 * 1024 * 1024
"""Of rows in a request; leaves room for the schema and the envelope below BigQuery's 10 MB."""
ROW_BYTES: Final = 9_000_000
"""The most a single row may take, alone in its request."""


def rows_per_append(table: "pa.Table", max_bytes: int = REQUEST_BYTES) -> int:
    """The rows of each append (fewer in the last), at least 1, so that no request exceeds
    `max_bytes` as Arrow serialises it. Depends on nothing but the table; the caller pins it all
    the same, for a library may serialise otherwise tomorrow.

    Raises Permanent `append.row_too_large`."""
    rows: int = max(1, table.num_rows)
    while True:
        largest, at = max(
            ((_size(batch), offset) for offset, batch in batches(table, rows)), default=(0, 0)
        )
        if largest <= max_bytes:
            return rows
        if rows == 1:
            if largest <= ROW_BYTES:
                return 1
            raise Permanent(
                "append.row_too_large",
                f"row {at} of the chunk takes {largest} bytes, over {ROW_BYTES}",
            )
        # At least halved, so that one huge row costs few rounds.
        rows = max(1, min(rows // 2, rows * max_bytes // largest))


def batches(table: "pa.Table", rows_per_append: int) -> Iterator[tuple[int, "pa.RecordBatch"]]:
    """Each batch with the offset of its first row; slices, nothing is copied twice."""
    offset = 0
    for batch in table.combine_chunks().to_batches(max_chunksize=rows_per_append):
        yield offset, batch
        offset += batch.num_rows


def _size(batch: "pa.RecordBatch") -> int:
    from pyarrow import ipc

    return int(ipc.get_record_batch_size(batch))
