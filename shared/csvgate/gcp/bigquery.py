"""The Warehouse port over BigQuery."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from csvgate.gcp.count_rows import RowCounter
from csvgate.gcp.pacing import Pace
from csvgate.gcp.tables import Tables
from csvgate.gcp.write_api.append import Batch
from csvgate.gcp.write_api.streams import PACE_SECONDS, WriteStreams
from csvgate.ports import LoadedRows, StreamKind, TableSpec
from csvgate.runtime.errors import Failure

if TYPE_CHECKING:
    from csvgate.effects.model import Conflict, Effect, Job, JobResult
    from csvgate.gcp.effect_jobs import EffectJobs
    from csvgate.gcp.effect_tables import EffectTables


class BigQueryWarehouse:
    """`storage_emulator_host` (host:port) is where an emulator serves the Storage Write API. The
    library only supports BIGQUERY_EMULATOR_HOST, which is for tables."""

    def __init__(
        self, project: str, *, credentials: Any = None, storage_emulator_host: str | None = None
    ) -> None:
        self._tables = Tables(project, credentials=credentials)
        self._counter = RowCounter(self._tables.client, Pace(PACE_SECONDS))
        self._made: tuple[EffectTables, EffectJobs] | None = None
        self._streams = WriteStreams(project, credentials=credentials, host=storage_emulator_host)

    def ensure_table(self, spec: TableSpec) -> None:
        self._tables.ensure(spec)

    def create_stream(self, spec: TableSpec, kind: StreamKind) -> str:
        try:
            return self._streams.create(spec, kind)
        except Failure:
            self._tables.forget(spec.id)
            raise

    def append(self, stream: str, schema: pa.Schema, batches: Iterable[Batch]) -> None:
        with self._watched(stream):
            self._streams.append(stream, schema, batches)

    def append_once(self, stream: str, offset: int, rows: pa.RecordBatch) -> bool:
        with self._watched(stream):
            return self._streams.append_once(stream, offset, rows)

    def finalize(self, stream: str) -> int:
        return self._streams.finalize(stream)

    def commit(self, spec: TableSpec, streams: Sequence[str]) -> None:
        self._streams.commit(self._streams.parent(spec.dataset, spec.table), streams)

    def count_rows(self, load: LoadedRows) -> int:
        return self._counter.count(load)

    def location(self, dataset: str) -> str:
        return self._effects[0].location(dataset)

    def ensure_staging(self, spec: TableSpec, staging: str, expires: datetime) -> TableSpec:
        return self._effects[0].ensure_staging(spec, staging, expires)

    def start(self, job: "Job", effect: "Effect") -> None:
        self._effects[1].start(job, effect)

    def result(self, job: "Job", wait_seconds: float) -> "JobResult | None":
        found = self._effects[1].result(job, wait_seconds)
        if found is not None and found.state == "failed":
            # The job does not say of which table. Streams belong to staging tables, so that their
            # failures say nothing about the target.
            self._tables.forget_all()
        return found

    def conflicts(self, effect: "Effect", most: int) -> "list[Conflict]":
        return self._effects[1].conflicts(effect, most)

    @property
    def _effects(self) -> "tuple[EffectTables, EffectJobs]":
        if self._made is None:
            # Most contracts only append: their cold starts do not import what effects need.
            from csvgate.gcp.effect_jobs import EffectJobs
            from csvgate.gcp.effect_tables import EffectTables

            tables = EffectTables(self._tables.client)
            self._made = (tables, EffectJobs(self._tables.client, tables, Pace(PACE_SECONDS)))
        return self._made

    @contextmanager
    def _watched(self, stream: str) -> Iterator[None]:
        try:
            yield
        except Failure:
            # The table may have been altered or dropped: check it again before the next write.
            _, _, _, dataset, _, table, *_ = stream.split("/")
            self._tables.forget(f"{dataset}.{table}")
            raise
