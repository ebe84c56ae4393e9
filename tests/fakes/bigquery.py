"""BigQuery in memory: tables of rows, and pending streams with the service's rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from csvgate.gcp.columns import contradiction, differences
from csvgate.ports import Clock, Column, TableSpec
from csvgate.runtime.errors import Permanent, Transient
from fakes.effects import Effects

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: list[dict[str, Any]] = field(default_factory=list)
    """Committed rows, by column name."""


@dataclass(slots=True)
class Stream:
    table: str
    created: datetime
    state: str = "open"
    """open, finalized or committed"""
    rows: list[dict[str, Any]] = field(default_factory=list)


class FakeWarehouse:
    def __init__(
        self,
        *datasets: str,
        effects: Effects | None = None,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self.datasets = set(datasets)
        self.tables: dict[str, Table] = {}
        self.streams: dict[str, Stream] = {}
        self.effects = effects or Effects()
        self._clock = clock
        self._created = 0

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of `dataset.table` that a query sees."""
        return self.tables[table].rows if table in self.tables else []

    def expire(self, stream: str) -> None:
        """Delete a pending stream, as the service does after a day."""
        del self.streams[stream]

    def expire_created_before(self, limit: datetime) -> list[str]:
        """Delete all pending streams created before then; return their names."""
        old = [
            name
            for name, stream in self.streams.items()
            if stream.state != "committed" and stream.created < limit
        ]
        for name in old:
            self.expire(name)
        return old

    def ensure_table(self, spec: TableSpec) -> None:
        self.effects.look("bigquery.get_table", spec.id)
        if spec.dataset not in self.datasets:
            raise Permanent("table.no_dataset", f"dataset {spec.dataset} does not exist")
        if spec.id not in self.tables:
            self.effects.do(
                "bigquery.create_table",
                spec.id,
                lambda: self.tables.setdefault(spec.id, Table(spec.columns)),
            )
        if wrong := differences(spec, self.tables[spec.id].columns):
            raise Permanent("table.contradicts", contradiction(spec, wrong))

    def create_stream(self, spec: TableSpec) -> str:
        def change() -> str:
            if spec.id not in self.tables:
                raise Transient("bigquery.missing", f"table {spec.id} does not exist")
            self._created += 1
            path = f"projects/fake/datasets/{spec.dataset}/tables/{spec.table}"
            name = f"{path}/streams/{self._created:06}"
            self.streams[name] = Stream(spec.id, self._clock())
            return name

        return self.effects.do("bigquery.create_stream", spec.id, change)

    def append(
        self, stream: str, schema: "pa.Schema", batches: Iterable[tuple[int, "pa.RecordBatch"]]
    ) -> None:
        self.effects.look("bigquery.connect", stream)
        there = self._stream(stream)
        columns = {column.name.lower() for column in self.tables[there.table].columns}
        if extra := [name for name in schema.names if name.lower() not in columns]:
            raise Transient("table.schema", f"{there.table} has no column {extra}")
        for offset, batch in batches:
            rows = batch.to_pylist()
            self.effects.do(
                "bigquery.append",
                f"{stream}@{offset}",
                partial(self._accept, stream, offset, rows),
            )

    def finalize(self, stream: str) -> int:
        def change() -> int:
            there = self._stream(stream)
            if there.state == "committed":
                raise Transient("stream.committed", stream)
            there.state = "finalized"
            return len(there.rows)

        return self.effects.do("bigquery.finalize", stream, change)

    def commit(self, spec: TableSpec, streams: Sequence[str]) -> None:
        names = list(dict.fromkeys(streams))
        if not names:
            return
        self.effects.do("bigquery.commit", spec.id, lambda: self._commit(spec, names))

    def _commit(self, spec: TableSpec, names: Sequence[str]) -> None:
        if strange := [name for name in names if self._stream(name).table != spec.id]:
            raise Permanent("bigquery.refused", f"{strange} are not streams of {spec.id}")
        committed = [name for name in names if self._is(name, "committed")]
        if len(committed) == len(names):
            return
        if committed:
            raise Transient("commit.contradictory", f"{committed} are committed, others not")
        if unfinished := [name for name in names if not self._is(name, "finalized")]:
            raise Transient("commit.refused", f"not finalized: {unfinished}")
        for name in names:
            self.streams[name].state = "committed"
            self.tables[spec.id].rows.extend(self.streams[name].rows)

    def _accept(self, name: str, offset: int, rows: list[dict[str, Any]]) -> None:
        stream = self._stream(name)
        if stream.state == "committed":
            raise Transient("stream.committed", name)
        end = len(stream.rows)
        if stream.state == "finalized" and offset + len(rows) > end:
            raise Permanent("stream.short", f"{name} was finalized with {end} rows")
        if offset > end:
            raise Transient("append.gap", f"{name}: offset {offset}, but {end} rows")
        if offset < end:
            return
        required = [c.name.lower() for c in self.tables[stream.table].columns if c.required]
        for index, row in enumerate(rows):
            values = {key.lower(): value for key, value in row.items()}
            if missing := [name for name in required if values.get(name) is None]:
                raise Permanent("rows.refused", f"row {offset + index}: {missing} is null")
        stream.rows.extend(rows)

    def _is(self, name: str, state: str) -> bool:
        return self._stream(name).state == state

    def _stream(self, name: str) -> Stream:
        if name not in self.streams:
            raise Permanent("stream.gone", f"stream {name} does not exist any more")
        return self.streams[name]
