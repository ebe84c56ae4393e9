"""The bounds of an upload's values in the partition column of its table.

With them BigQuery counts the rows of one load without scanning the whole table.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from csvgate.contracts.model import Contract
from csvgate.protocol.ledger.entries import Bounds
from csvgate.validation.batch import Batch


class PartitionRange:
    """The range of the partition column, extended by each batch. It is unknown if the column is not
    a field of the file, or if a row has no value in it: BigQuery keeps such rows in a partition of
    their own."""

    def __init__(self, contract: Contract) -> None:
        names = [field.name for field in contract.schema_.fields]
        partitions = contract.destination.partition_by
        column = partitions.column if partitions else None
        self._column = column or ""
        self._at = names.index(column) if column in names else None
        self._low: Any = None
        self._high: Any = None

    def add(self, batch: Batch) -> None:
        if self._at is None or not len(batch.lines):
            return
        found = _range(batch.columns[self._at])
        if found is None:
            self._at = None
            return
        low, high = found
        self._low = low if self._low is None else min(self._low, low)
        self._high = high if self._high is None else max(self._high, high)

    def bounds(self) -> Bounds | None:
        """Return the bounds; None if they are unknown or there are no rows."""
        if self._at is None or self._low is None:
            return None
        return Bounds(column=self._column, low=_literal(self._low), high=_literal(self._high))


def _range(values: Sequence[object]) -> tuple[Any, Any] | None:
    """Return the least and greatest value; None if there is a null."""
    if isinstance(values, list):
        return None if None in values else (min(values), max(values))
    import pyarrow as pa
    import pyarrow.compute as pc

    array: pa.Array = values
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if array.null_count:
        return None
    found = pc.min_max(array)
    return found["min"].as_py(), found["max"].as_py()


def _literal(value: date | datetime | int) -> str:
    """Return the value as in a SQL literal: a TIMESTAMP in UTC with its offset."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            value = value.astimezone(UTC)
        return value.isoformat(sep=" ")
    return value.isoformat()
