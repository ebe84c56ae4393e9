"""BigQuery's query jobs in the simulation: a job id runs once, and is found only with its
location. A job runs at once, or for a while, and then changes its table in an instant."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from csvgate.contracts.checks.column_names import LINE, UPLOAD_ID
from csvgate.effects.model import Conflict, Effect, InsertUnique, Job, JobResult, Statement
from csvgate.ports import StreamKind, TableSpec
from csvgate.runtime.errors import Permanent
from fakes.bigquery import FakeWarehouse, Table
from simulate.world.statements import execute

LOCATION = "EU"


@dataclass(slots=True)
class Started:
    job: Job
    effect: Effect
    due: datetime
    """When it ends."""
    result: JobResult | None = None


@dataclass(frozen=True, slots=True)
class Executed:
    """A statement that has changed its table."""

    table: str
    statement: Statement
    staged: tuple[dict[str, Any], ...]


class JobWarehouse(FakeWarehouse):
    """`duration` returns how long the next job takes, and `failure` how it fails, or None. Tables
    expire by the clock."""

    duration: Callable[[], timedelta] = staticmethod(timedelta)
    failure: Callable[[], JobResult | None] = staticmethod(lambda: None)

    def __init__(self, *datasets: str, now: Callable[[], datetime], **more: Any) -> None:
        """`now` returns the time without changing it."""
        super().__init__(*datasets, **more)
        self._now = now
        self.jobs: dict[tuple[str, str], Started] = {}
        self.executed: list[Executed] = []
        self.expires: dict[str, datetime] = {}

    def pass_time(self) -> None:
        """What the service does by itself until now: jobs end, and tables expire."""
        now = self._now()
        for started in self.jobs.values():
            if started.result is None and started.due <= now:
                started.result = self._run(started.effect)
        for table, at in list(self.expires.items()):
            if at <= now:
                self.tables.pop(table, None)
                del self.expires[table]

    def rows(self, table: str) -> list[dict[str, Any]]:
        self.pass_time()
        return super().rows(table)

    def is_lost(self, stream: str) -> bool:
        self.pass_time()
        return super().is_lost(stream)

    def create_stream(self, spec: TableSpec, kind: StreamKind) -> str:
        self.pass_time()
        return super().create_stream(spec, kind)

    def location(self, dataset: str) -> str:
        self.effects.look("bigquery.location", dataset)
        if dataset not in self.datasets:
            raise Permanent("table.no_dataset", f"dataset {dataset} does not exist")
        return LOCATION

    def ensure_staging(self, spec: TableSpec, staging: str, expires: datetime) -> TableSpec:
        ours = replace(spec, table=staging, partition_by=None, cluster_by=())
        self.effects.look("bigquery.get_table", ours.id)

        def change() -> None:
            self.pass_time()
            if ours.id not in self.tables:
                self.tables[ours.id] = Table(ours.columns, created=self._clock())
                self.expires[ours.id] = expires

        if ours.id not in self.tables:
            self.effects.do("bigquery.create_staging", ours.id, change)
        return ours

    def start(self, job: Job, effect: Effect) -> None:
        def change() -> None:
            self.pass_time()
            # The service finds the location by the dataset if none is given.
            key = job.location or LOCATION, job.id
            if key not in self.jobs:
                self.jobs[key] = Started(job, effect, self._now() + self.duration())
                self.pass_time()

        self.effects.do("bigquery.start_job", job.id, change)

    def result(self, job: Job, wait_seconds: float) -> JobResult | None:
        self.effects.look("bigquery.result", job.id)
        self.pass_time()
        started = self.jobs.get((job.location, job.id))
        if started is None:
            return None
        return started.result or JobResult(state="running")

    def conflicts(self, effect: Effect, most: int) -> list[Conflict]:
        self.effects.look("bigquery.conflicts", effect.target.table)
        statement = effect.statement
        assert isinstance(statement, InsertUnique)
        dataset = effect.target.dataset
        return [
            Conflict(line=row[LINE], columns=key, upload=there[UPLOAD_ID], there=there[LINE])
            for row in self.rows(f"{dataset}.{statement.staged.table}")
            for key in statement.keys
            for there in self.rows(f"{dataset}.{effect.target.table}")
            if [row[c] for c in key] == [there[c] for c in key]
        ][:most]

    def _run(self, effect: Effect) -> JobResult:
        if failed := self.failure():
            return failed
        dataset, statement = effect.target.dataset, effect.statement
        target = self.tables.get(f"{dataset}.{effect.target.table}")
        staged = [] if statement.kind == "delete" else self._staged(dataset, statement)
        if target is None or staged is None:
            return JobResult(state="failed", reason="notFound: a table does not exist")
        found = execute(statement, target.rows, staged)
        changed = statement if found.inserted or statement.kind != "insert_unique" else None
        if changed:
            table = f"{dataset}.{effect.target.table}"
            self.executed.append(Executed(table, statement, tuple(staged)))
        return found

    def _staged(self, dataset: str, statement: Any) -> list[dict[str, Any]] | None:
        table = self.tables.get(f"{dataset}.{statement.staged.table}")
        if table is not None:
            return list(table.rows)
        return None if statement.staged.rows else []


__all__ = ["LOCATION", "Executed", "JobWarehouse", "Started"]
