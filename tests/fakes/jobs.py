"""Jobs of BigQuery in memory: an id runs once, a job takes time, and it may fail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from csvgate.effects.model import Effect, Job, JobResult
from csvgate.ports import Clock
from fakes.statements import Condition, NoTable, run
from fakes.write_streams import Table

ROW_BYTES = 100
"""What a row counts among the bytes that a job scans."""


@dataclass(slots=True)
class FakeJob:
    job: Job
    effect: Effect
    ends: datetime
    """When its statement takes effect."""
    result: JobResult | None = None


class FakeJobs:
    """Time passes only by `clock`. `seconds` says how long a job runs, and `failing` how it fails:
    it is asked when the job ends and returns None for a job that succeeds. `conditions` are
    functions for the conditions of contracts, by their text."""

    def __init__(self, tables: dict[str, Table], clock: Clock) -> None:
        self.seconds: Callable[[Job], float] = lambda _job: 0
        self.failing: Callable[[Job, Effect], JobResult | None] = lambda _job, _effect: None
        self.conditions: dict[str, Condition] = {}
        self.started: dict[tuple[str, str], FakeJob] = {}
        """By id and location: BigQuery looks for a job in one location only."""
        self._tables, self._clock = tables, clock

    def start(self, job: Job, effect: Effect) -> None:
        """Start the job unless its id was started before."""
        if (job.id, job.location) not in self.started:
            ends = self._clock() + timedelta(seconds=self.seconds(job))
            self.started[job.id, job.location] = FakeJob(job, effect, ends)
        self.settle()

    def result(self, job: Job) -> JobResult | None:
        self.settle()
        started = self.started.get((job.id, job.location))
        if started is None:
            return None
        return started.result or JobResult(state="running")

    def settle(self) -> None:
        """Let the jobs that have ended by now take effect, in the order of their ends, and delete
        the tables that have expired by now."""
        now = self._clock()
        open_ = [job for job in self.started.values() if job.result is None and job.ends <= now]
        for started in sorted(open_, key=lambda job: job.ends):
            self._expire(started.ends)
            started.result = self._run(started)
        self._expire(now)

    def _expire(self, now: datetime) -> None:
        for name, table in list(self._tables.items()):
            if table.expires is not None and table.expires <= now:
                del self._tables[name]

    def _run(self, started: FakeJob) -> JobResult:
        if failed := self.failing(started.job, started.effect):
            return failed
        target = f"{started.effect.target.dataset}.{started.effect.target.table}"
        scanned = len(self._tables[target].rows) if target in self._tables else 0
        try:
            counts = run(started.effect, self._tables, started.ends, self.conditions)
        except NoTable as error:
            return JobResult(state="failed", reason=f"notFound: table {error}")
        return JobResult(
            state="done",
            inserted=counts.inserted,
            updated=counts.updated,
            deleted=counts.deleted,
            bytes_scanned=scanned * ROW_BYTES,
        )
