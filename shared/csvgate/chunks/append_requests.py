"""Cuts rows into append requests of at most 10 MB, in the same way on every delivery."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from csvgate.runtime.errors import Permanent

if TYPE_CHECKING:
    import pyarrow as pa

REQUEST_BYTES: Final = 8 * 1024 * 1024
"""The most bytes of rows in a request: below BigQuery's 10 MB, with room for the schema and the
envelope."""
ROW_BYTES: Final = 9_000_000
"""The most bytes of a single row, alone in its request."""


def rows_per_append(table: "pa.Table", max_bytes: int = REQUEST_BYTES) -> int:
    """Return the number of rows of each append except a shorter last one, at least 1, such that no
    request exceeds `max_bytes` as Arrow serialises it. It depends only on the table; the caller
    pins it nevertheless, because another version of Arrow may serialise differently.

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
        # At least halved, so that one huge row does not cost many rounds.
        rows = max(1, min(rows // 2, rows * max_bytes // largest))


def batches(table: "pa.Table", rows_per_append: int) -> Iterator[tuple[int, "pa.RecordBatch"]]:
    """Yield each batch with the offset of its first row; the batches are slices and share
    memory."""
    offset = 0
    for batch in table.combine_chunks().to_batches(max_chunksize=rows_per_append):
        yield offset, batch
        offset += batch.num_rows


def _size(batch: "pa.RecordBatch") -> int:
    from pyarrow import ipc

    return int(ipc.get_record_batch_size(batch))
