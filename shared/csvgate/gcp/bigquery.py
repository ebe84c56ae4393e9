"""The Warehouse port over BigQuery."""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from csvgate.gcp.append import Batch
from csvgate.gcp.tables import Tables
from csvgate.gcp.write_api import PendingStreams
from csvgate.ports import TableSpec
from csvgate.runtime.errors import Failure


class BigQueryWarehouse:
    """`storage_emulator_host` (host:port) is where an emulator serves the Storage Write API. The
    library only supports BIGQUERY_EMULATOR_HOST, which is for tables."""

    def __init__(
        self, project: str, *, credentials: Any = None, storage_emulator_host: str | None = None
    ) -> None:
        self._tables = Tables(project, credentials=credentials)
        self._streams = PendingStreams(project, credentials=credentials, host=storage_emulator_host)

    def ensure_table(self, spec: TableSpec) -> None:
        self._tables.ensure(spec)

    def create_stream(self, spec: TableSpec) -> str:
        try:
            return self._streams.create(self._streams.parent(spec.dataset, spec.table))
        except Failure:
            self._tables.forget(spec.id)
            raise

    def append(self, stream: str, schema: pa.Schema, batches: Iterable[Batch]) -> None:
        try:
            self._streams.append(stream, schema, batches)
        except Failure:
            # The table may have been altered or dropped: check it again before the next write.
            _, _, _, dataset, _, table, *_ = stream.split("/")
            self._tables.forget(f"{dataset}.{table}")
            raise

    def finalize(self, stream: str) -> int:
        return self._streams.finalize(stream)

    def commit(self, spec: TableSpec, streams: Sequence[str]) -> None:
        self._streams.commit(self._streams.parent(spec.dataset, spec.table), streams)
