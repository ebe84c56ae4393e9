"""csvgate's output made from Python rows: Arrow chunks, a reject file, reasons.

It serves contenders that have no output of their own, so that complete programs can be compared. It
is written for speed: columns are built a chunk at a time, rejected rows go through csv.writer.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.model import Contract
from csvgate.contracts.table import column_type

CHUNK_ROWS: Final = 160_000
"""About the rows in 16 MiB of orders, which csvgate puts into one chunk."""


class RecordsOut:
    def __init__(self, contract: Contract) -> None:
        self._types: Final[dict[str, pa.DataType]] = {
            field.name: arrow_type(column_type(field)) for field in contract.schema_.fields
        }
        self._lines: list[int] = []
        self._rows: list[Mapping[str, Any]] = []
        self._reasons: Counter[tuple[str | None, str]] = Counter()
        self._text: Final = io.StringIO()
        self._rejects: Final = csv.writer(self._text, lineterminator="\n")
        self.bytes = 0
        """The size of all encoded chunks."""

    def take(self, line: int, row: Mapping[str, Any]) -> None:
        """Adds a valid row."""
        self._lines.append(line)
        self._rows.append(row)
        if len(self._rows) == CHUNK_ROWS:
            self.finish()

    def reject(
        self, line: int, cells: Iterable[object], faults: Sequence[tuple[str | None, str]]
    ) -> None:
        """Adds a rejected row, with the column (None: the row) and the message of each fault."""
        reasons = "; ".join(f"{column}: {message}" for column, message in faults)
        self._rejects.writerow([line, reasons, *cells])
        self._reasons.update(set(faults))

    def finish(self) -> None:
        """Encodes the rows that are not encoded yet."""
        if self._rows:
            arrays = [pa.array(self._lines, pa.int64())]
            arrays += [
                pa.array([r[name] for r in self._rows], k) for name, k in self._types.items()
            ]
            batch = pa.record_batch(arrays, names=["_line", *self._types])
            sink = pa.BufferOutputStream()
            options = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
            with pa.ipc.new_stream(sink, batch.schema, options=options) as writer:
                writer.write_batch(batch)
            self.bytes += sink.getvalue().size
        self._lines, self._rows = [], []
        self._text.seek(0)
        self._text.truncate()
