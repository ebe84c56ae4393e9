"""The bytes that BigQuery charges for the statement with which an upload changes its table."""

from collections.abc import Mapping
from typing import Final

from csvgate.contracts.effects import Disposition
from csvgate_ops.deploy.estimate.upload_size import UploadSize

LEAST_BYTES: Final = 10 * 1024**2
"""The minimum that BigQuery charges for each table that a statement reads."""
_TIMES: Final[Mapping[Disposition, tuple[int, int]]] = {
    "append": (0, 0),
    "insert_unique": (2, 1),
    "replace": (1, 2),
    "replace_by": (2, 3),
    "replace_table": (1, 2),
    "merge": (1, 2),
}
"""How often a statement reads the staged rows and the partitions of the table. A statement that
updates or deletes rows is charged for their partitions once more, with all their columns."""


def scanned_bytes(size: UploadSize, disposition: Disposition, table_bytes: int | None) -> int:
    """Return the most bytes that are charged. `table_bytes` is the size of the partitions that the
    statement reads, or of the whole table if it has to; None stands for the size of the upload, as
    in a table that each upload replaces."""
    staged, table = _TIMES[disposition]
    if not staged or not size.valid:
        return 0
    there = size.table_bytes if table_bytes is None else table_bytes
    return staged * max(size.table_bytes, LEAST_BYTES) + table * max(there, LEAST_BYTES)
