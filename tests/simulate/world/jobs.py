"""The warehouse of the simulation, which remembers what its jobs have changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from csvgate.effects.model import Effect, Job, JobResult, Statement
from csvgate.runtime.errors import Permanent
from fakes.bigquery import FakeWarehouse
from fakes.jobs import FakeJob, FakeJobs


@dataclass(frozen=True, slots=True)
class Executed:
    """A statement that has changed its table."""

    table: str
    statement: Statement
    staged: tuple[dict[str, Any], ...]
    deleted: int = 0


class WatchedJobs(FakeJobs):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.executed: list[Executed] = []

    def _run(self, started: FakeJob) -> JobResult:
        target, statement = started.effect.target, started.effect.statement
        staged: tuple[dict[str, Any], ...] = ()
        if statement.kind != "delete":
            table = self._tables.get(f"{target.dataset}.{statement.staged.table}")
            staged = tuple(table.rows) if table else ()
        found = super()._run(started)
        is_refused = statement.kind == "insert_unique" and not found.inserted
        uses_up_an_id = statement.kind == "delete" and not statement.upload
        if found.state == "done" and not (is_refused or uses_up_an_id):
            self.executed.append(
                Executed(f"{target.dataset}.{target.table}", statement, staged, found.deleted)
            )
        return found


class JobWarehouse(FakeWarehouse):
    def __init__(self, *datasets: str, now: Callable[[], datetime], **more: Any) -> None:
        """`now` returns the time without changing it: checks may look at tables at any moment."""
        super().__init__(*datasets, **more)
        self.jobs: WatchedJobs = WatchedJobs(self.tables, now)
        self.refused = 0
        """So many more statements are refused before a job is created."""

    def start(self, job: Job, effect: Effect) -> None:
        if self.refused and effect.statement.kind != "delete":
            self.refused -= 1
            raise Permanent("bigquery.refused", f"{job.id}: this statement is refused")
        super().start(job, effect)

    @property
    def executed(self) -> list[Executed]:
        return self.jobs.executed
