"""Rows of customers in staging tables, for the suite about effects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pyarrow as pa

from contract.ports.backends import Dataset
from csvgate.effects.model import Effect, Job, JobResult, Range, Staged, Statement, Target
from csvgate.ports import Column, Partitioning, TableSpec

MORNING = datetime(2026, 11, 21, 8, 30, 0, 123456, tzinfo=UTC)
COLUMNS = (
    Column("customer", "STRING"),
    Column("day", "DATE"),
    Column("changed", "INT64"),
    Column("state", "STRING"),
    Column("_upload_id", "STRING", required=True),
    Column("_line", "INT64", required=True),
    Column("_ingested_at", "TIMESTAMP", required=True),
)
SCHEMA = pa.schema(
    [
        ("customer", pa.string()),
        ("day", pa.date32()),
        ("changed", pa.int64()),
        ("state", pa.string()),
        ("_upload_id", pa.string()),
        ("_line", pa.int64()),
        ("_ingested_at", pa.timestamp("us", "UTC")),
    ]
)
Given = tuple[str | None, int | None, int | None, str | None]
"""A customer, the day of November, a number that grows with each change, and a state."""
Seen = tuple[str | None, int | None, int | None, str | None, str, int]
"""The same, with the upload and the line."""


def hours(number: int) -> datetime:
    return MORNING + timedelta(hours=number)


@dataclass
class Customers:
    """The table `customers` of a dataset, partitioned by day."""

    dataset: Dataset
    location: str
    spec: TableSpec = field(init=False)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.spec = TableSpec(
            self.dataset.name, "customers", COLUMNS, partition_by=Partitioning("day")
        )
        self.dataset.warehouse.ensure_table(self.spec)

    def stage(
        self,
        rows: Sequence[Given],
        upload: str = "u1",
        at: datetime = MORNING,
        *,
        expires: timedelta = timedelta(days=7),
    ) -> Staged:
        """Load the rows into a staging table, as lines 2 and following of an upload."""
        warehouse, name = self.dataset.warehouse, f"csvgate_staging_{next(self._numbers)}"
        days = sorted(day for _, day, _, _ in rows if day is not None)
        if rows:
            staging = warehouse.ensure_staging(self.spec, name, datetime.now(UTC) + expires)
            stream = warehouse.create_stream(staging, "pending")
            warehouse.append(stream, SCHEMA, [(0, _batch(rows, upload, at))])
            warehouse.finalize(stream)
            warehouse.commit(staging, [stream])
        return Staged(
            table=name,
            columns=tuple(column.name for column in COLUMNS),
            rows=len(rows),
            upload=upload,
            ingested_at=at,
            range=november(days[0], days[-1]) if days else None,
        )

    def effect(self, statement: Statement) -> Effect:
        target = Target(dataset=self.spec.dataset, table=self.spec.table, location=self.location)
        return Effect(target=target, statement=statement)

    def job(self) -> Job:
        return Job(
            id=f"csvgate-effect-{self.dataset.name}-{next(self._numbers)}", location=self.location
        )

    def run(self, statement: Statement, job: Job | None = None) -> JobResult:
        """Run a job to its end."""
        job = job or self.job()
        self.dataset.warehouse.start(job, self.effect(statement))
        result = self.dataset.warehouse.result(job, 60)
        assert result is not None
        return result

    def rows(self) -> list[Seen]:
        return sorted(map(_seen, self.dataset.rows("customers")), key=lambda row: row[-2:])


def november(first: int, last: int) -> Range:
    low, high = (str(date(2026, 11, day)) for day in (first, last))
    return Range(column="day", type="DATE", low=low, high=high)


def seen(rows: Sequence[Given], upload: str = "u1", first: int = 2) -> list[Seen]:
    """What a query sees of rows that were all loaded."""
    return [(*row, upload, line) for line, row in enumerate(rows, first)]


def _batch(rows: Sequence[Given], upload: str, at: datetime) -> pa.RecordBatch:
    customers, days, changes, states = zip(*rows, strict=True)
    values: list[Any] = [
        customers,
        [day and date(2026, 11, day) for day in days],
        changes,
        states,
        [upload] * len(rows),
        range(2, 2 + len(rows)),
        [at] * len(rows),
    ]
    arrays = [pa.array(value, type_) for value, type_ in zip(values, SCHEMA.types, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)


def _seen(row: dict[str, Any]) -> Seen:
    day = row["day"] and row["day"].day
    lineage = (row["_upload_id"], row["_line"])
    return (row["customer"], day, row["changed"], row["state"], *lineage)
