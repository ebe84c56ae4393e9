"""BigQuery in memory: tables of rows, and write streams with the service's rules."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from csvgate.contracts.checks.column_names import INGESTED_AT, UPLOAD_ID
from csvgate.effects.model import Conflict, Effect, Job, JobResult, Merge
from csvgate.gcp.columns import contradiction, differences
from csvgate.ports import (
    Clock,
    LoadedRows,
    StreamCommitted,
    StreamGone,
    StreamKind,
    StreamShort,
    TableSpec,
)
from csvgate.runtime.errors import Permanent, Transient
from fakes.effects import Effects
from fakes.jobs import FakeJobs
from fakes.statements import NoTable, conflicts, within
from fakes.write_streams import Lifetimes, Stream, Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FakeWarehouse", "Stream", "Table"]


class FakeWarehouse:
    """Time passes only by `clock`. For `young_seconds` after the creation of a stream or a table,
    `unseen` decides for each call whether the service finds it, given its name. A committed pending
    stream still answers for `remembered`. `tables` and `datasets` may be changed by a test: a table
    that is deleted or replaced loses its streams. `jobs` says how long jobs run and how they
    fail."""

    def __init__(
        self,
        *datasets: str,
        effects: Effects | None = None,
        clock: Clock = lambda: datetime.now(UTC),
        young_seconds: float = 0,
        unseen: Callable[[str], bool] = lambda _name: True,
        remembered: timedelta = timedelta(hours=24),
    ) -> None:
        self.datasets = set(datasets)
        self.tables: dict[str, Table] = {}
        self.streams: dict[str, Stream] = {}
        self.lifetimes = Lifetimes(remembered, timedelta(seconds=young_seconds), unseen)
        self.effects = effects or Effects()
        self.jobs = FakeJobs(self.tables, clock)
        self.where = "EU"
        """The location of all datasets."""
        self.largest_request: int | None = None
        """Larger append requests are refused, in bytes as Arrow serialises the rows. The service
        documents 10 MB."""
        self._clock = clock
        self._created = 0

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of `dataset.table` that a query sees."""
        self.jobs.settle()
        return self.tables[table].rows if table in self.tables else []

    def expire(self, stream: str) -> None:
        """Delete a stream, whatever its age."""
        del self.streams[stream]

    def is_lost(self, stream: str) -> bool:
        """Return whether the service has deleted the stream, or has never had it."""
        self.jobs.settle()
        there = self.streams.get(stream)
        return (
            there is None
            or self.tables.get(there.table) is not there.home
            or self.lifetimes.lost(there, self._clock())
        )

    def ensure_table(self, spec: TableSpec) -> None:
        self.effects.look("bigquery.get_table", spec.id)
        if spec.dataset not in self.datasets:
            raise Permanent("table.no_dataset", f"dataset {spec.dataset} does not exist")

        def change() -> None:
            if spec.id not in self.tables:
                self.tables[spec.id] = Table(spec.columns, created=self._clock())

        if spec.id not in self.tables:
            self.effects.do("bigquery.create_table", spec.id, change)
        if wrong := differences(spec, self.tables[spec.id].columns):
            raise Permanent("table.contradicts", contradiction(spec, wrong))

    def create_stream(self, spec: TableSpec, kind: StreamKind) -> str:
        def change() -> str:
            self.jobs.settle()
            home, now = self.tables.get(spec.id), self._clock()
            if home is None or self.lifetimes.hidden(spec.id, home.created, now):
                raise Transient("bigquery.missing", f"table {spec.id} does not exist")
            self._created += 1
            path = f"projects/fake/datasets/{spec.dataset}/tables/{spec.table}"
            name = f"{path}/streams/{self._created:06}"
            self.streams[name] = Stream(spec.id, home, kind, created=now, used=now)
            return name

        return self.effects.do("bigquery.create_stream", spec.id, change)

    def append(
        self, stream: str, schema: "pa.Schema", batches: Iterable[tuple[int, "pa.RecordBatch"]]
    ) -> None:
        self.effects.look("bigquery.connect", stream)
        self._require_columns(stream, schema)
        for offset, batch in batches:
            self._append(stream, offset, batch)

    def append_once(self, stream: str, offset: int, rows: "pa.RecordBatch") -> bool:
        self.effects.look("bigquery.connect", stream)
        self._require_columns(stream, rows.schema)
        return self._append(stream, offset, rows)

    def finalize(self, stream: str) -> int:
        def change() -> int:
            there, now = self._stream(stream), self._clock()
            if there.state == "committed":
                raise StreamCommitted("stream.committed", stream)
            there.state, there.finalized, there.used = "finalized", there.finalized or now, now
            return len(there.rows)

        return self.effects.do("bigquery.finalize", stream, change)

    def commit(self, spec: TableSpec, streams: Sequence[str]) -> None:
        names = list(dict.fromkeys(streams))
        if not names:
            return
        self.effects.do("bigquery.commit", spec.id, lambda: self._commit(spec, names))

    def count_rows(self, load: LoadedRows) -> int:
        self.effects.look("bigquery.count_rows", load.table.id)
        return sum(
            row.get(UPLOAD_ID) == load.upload
            and row.get(INGESTED_AT) == load.ingested_at
            and within(load.bounds, row)
            for row in self.rows(load.table.id)
        )

    def location(self, dataset: str) -> str:
        self.effects.look("bigquery.get_dataset", dataset)
        if dataset not in self.datasets:
            raise Permanent("table.no_dataset", f"dataset {dataset} does not exist")
        return self.where

    def ensure_staging(self, spec: TableSpec, staging: str, expires: datetime) -> TableSpec:
        found = TableSpec(spec.dataset, staging, spec.columns)
        self._create_missing(found, Table(found.columns, created=self._clock(), expires=expires))
        return found

    def start(self, job: Job, effect: Effect) -> None:
        statement = effect.statement
        if isinstance(statement, Merge) and statement.tombstones:
            columns = (*statement.key, *([statement.latest_by] if statement.latest_by else []))
            target = self.tables.get(f"{effect.target.dataset}.{effect.target.table}", Table(()))
            kept = tuple(c for c in target.columns if c.name in (*columns, UPLOAD_ID, INGESTED_AT))
            spec = TableSpec(effect.target.dataset, statement.tombstones, kept)
            self._create_missing(spec, Table(kept, created=self._clock()))

        def change() -> None:
            if job.location != self.where:
                raise Transient("bigquery.missing", f"no datasets in {job.location}")
            self.jobs.start(job, effect)

        self.effects.do("bigquery.start_job", job.id, change)

    def result(self, job: Job, wait_seconds: float) -> JobResult | None:
        self.effects.look("bigquery.get_job", job.id)
        return self.jobs.result(job)

    def conflicts(self, effect: Effect, most: int) -> list[Conflict]:
        self.effects.look("bigquery.conflicts", effect.target.table)
        self.jobs.settle()
        try:
            return conflicts(effect, self.tables, most)
        except NoTable:
            return []

    def _create_missing(self, spec: TableSpec, table: Table) -> None:
        """Create a table in one call, which changes nothing if there is one."""
        if spec.dataset not in self.datasets:
            raise Permanent("table.no_dataset", f"dataset {spec.dataset} does not exist")
        self.jobs.settle()
        if spec.id in self.tables:
            self.effects.look("bigquery.create_table", spec.id)
            return
        self.effects.do(
            "bigquery.create_table", spec.id, lambda: self.tables.setdefault(spec.id, table)
        )

    def _commit(self, spec: TableSpec, names: Sequence[str]) -> None:
        found, gone = [], None
        for name in names:
            try:
                found.append(self._stream(name))
            except StreamGone as error:
                gone = error
        if strange := [stream.table for stream in found if stream.table != spec.id]:
            raise Permanent("bigquery.refused", f"{strange} are not {spec.id}")
        if any(stream.state == "committed" for stream in found):
            return  # the service commits all or none
        if gone:
            raise gone
        if any(stream.kind != "pending" for stream in found):
            raise Permanent("commit.refused", f"not pending streams: {names}")
        if any(stream.state != "finalized" for stream in found):
            raise Transient("commit.refused", f"not all finalized: {names}")
        for stream in found:
            stream.state, stream.committed = "committed", self._clock()
            stream.home.rows.extend(stream.rows)

    def _require_columns(self, stream: str, schema: "pa.Schema") -> None:
        there = self._stream(stream)
        columns = {column.name.lower() for column in there.home.writable}
        if extra := [name for name in schema.names if name.lower() not in columns]:
            raise Transient("table.schema", f"{there.table} has no column {extra}")

    def _require_size(self, batch: "pa.RecordBatch") -> None:
        if self.largest_request is None:
            return
        from pyarrow import ipc

        size = ipc.get_record_batch_size(batch)
        if size > self.largest_request:
            raise Permanent("bigquery.refused", f"a request of {size} bytes is too large")

    def _append(self, stream: str, offset: int, batch: "pa.RecordBatch") -> bool:
        self._require_size(batch)
        accept = partial(self._accept, stream, offset, batch.to_pylist())
        return self.effects.do("bigquery.append", f"{stream}@{offset}", accept)

    def _accept(self, name: str, offset: int, rows: list[dict[str, Any]]) -> bool:
        """Append the rows of one request, or none of them; return whether they were appended."""
        stream = self._stream(name)
        if stream.state == "committed":
            raise StreamCommitted("stream.committed", name)
        end = len(stream.rows)
        if stream.state == "finalized":
            if offset + len(rows) > end:
                raise StreamShort("stream.short", f"{name} was finalized with {end} rows")
            return False
        if offset > end:
            raise Transient("append.gap", f"{name}: offset {offset}, but {end} rows")
        if offset < end:
            return False
        required = [c.name.lower() for c in stream.home.columns if c.required]
        for index, row in enumerate(rows):
            values = {key.lower(): value for key, value in row.items()}
            if missing := [name for name in required if values.get(name) is None]:
                raise Permanent("rows.refused", f"row {offset + index}: {missing} is null")
        stream.rows.extend(rows)
        stream.used = self._clock()
        if stream.kind == "committed":
            stream.home.rows.extend(rows)
        return True

    def _stream(self, name: str) -> Stream:
        """Return the stream. Raises StreamGone if it is lost, or young and not found."""
        if self.is_lost(name):
            raise StreamGone("stream.gone", f"stream {name} does not exist")
        stream, now = self.streams[name], self._clock()
        if self.lifetimes.hidden(name, stream.created, now) or self.lifetimes.hidden(
            stream.table, stream.home.created, now
        ):
            raise StreamGone("stream.gone", f"stream {name} was not found")
        return stream
