"""Carry out the effect of a log's entry by a BigQuery job, exactly once.

A job id never runs twice, so whoever does not know whether a job was started starts the same id
again and then asks for it. The next run, under another id, begins only once the failure of the one
before is in the ledger.
"""

from typing import Final, Protocol

from csvgate.effects.model import Delete, Effect, Job, JobResult
from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, Warehouse
from csvgate.protocol.identity import digest
from csvgate.protocol.ledger.effect_entries import FailedRun
from csvgate.runtime.errors import Permanent, Transient

JOB_PREFIX: Final = "csvgate-effect-"
WAIT_SECONDS: Final = 60
"""The most seconds that a delivery waits for a job. A longer job is looked at again by a retry, so
that it does not hold a function until its timeout of 540 s."""


class Runs(Protocol):
    """The record of the runs of effects, by number of the effect and of the run: the log of a
    scope, or the revocations of an upload."""

    @property
    def scope(self) -> str:
        """What distinguishes these effects from others of the same attempt."""

    def failed_run(self, number: int, run: int) -> FailedRun | None: ...

    def record_failed_run(self, number: int, run: int, failed: FailedRun) -> None: ...


class Pinned(Protocol):
    """An entry of the ledger that pins an effect."""

    @property
    def upload(self) -> str: ...

    @property
    def attempt(self) -> int: ...

    @property
    def effect(self) -> Effect: ...

    @property
    def job_prefix(self) -> str: ...


@dataclass(frozen=True, slots=True)
class JobRunner:
    warehouse: Warehouse
    clock: Clock

    def run(self, log: Runs, number: int, entry: Pinned, *, is_new: bool) -> JobResult:
        """Return the result of the entry's job: done, or failed for good. `is_new`: this delivery
        has created the entry. Raises Transient `effect.running` while its outcome is unknown, and
        `effect.again` if the next run may succeed."""
        run, failed = (1, None) if is_new else self._last_run(log, number)
        location = entry.effect.target.location
        job = Job(id=_job_id(entry, log.scope, number, run), location=location)
        if failed is not None:
            return self._failed(job, entry, failed)
        try:
            self.warehouse.start(job, entry.effect)
        except Permanent as refusal:
            failed = self._failure(job, refusal.message, again=False, refused=True)
            log.record_failed_run(number, run, failed)
            return self._failed(job, entry, failed)
        result = self._result(job, entry)
        if result.state == "done":
            if not _changes(result) and (failed := log.failed_run(number, run)) is not None:
                return self._failed(job, entry, failed)
            return result
        failed = self._failure(job, result.reason, again=result.again, refused=False)
        log.record_failed_run(number, run, failed)
        if result.again:
            raise Transient(
                "effect.again",
                f"job {job.id} for upload {entry.upload} failed: {result.reason}; a retry starts "
                "another one",
            )
        return result

    def _last_run(self, log: Runs, number: int) -> tuple[int, FailedRun | None]:
        """Return the first run that is not recorded as failed, or failed for good, and that
        record."""
        run = 1
        while (failed := log.failed_run(number, run)) is not None and failed.again:
            run += 1
        return run, failed

    def _failed(self, job: Job, entry: Pinned, failed: FailedRun) -> JobResult:
        """Return the result of a run that is recorded as failed for good. After a refusal, an
        earlier request for the same job may still be under way. Therefore the id is used up by a
        statement that changes nothing: then no job under this id can take effect any more, unless
        it has already."""
        if failed.refused:
            staged = getattr(entry.effect.statement, "staged", None)
            nothing = Delete(upload="", range=staged.range if staged else None)
            self.warehouse.start(job, Effect(target=entry.effect.target, statement=nothing))
            result = self._result(job, entry)
            if _changes(result):
                return result
        return JobResult(state="failed", reason=failed.reason)

    def _result(self, job: Job, entry: Pinned) -> JobResult:
        """Return the result of a job that has ended. Raises Transient `effect.running`."""
        result = self.warehouse.result(job, WAIT_SECONDS)
        if result is None or result.state == "running":
            raise Transient(
                "effect.running",
                f"job {job.id} for upload {entry.upload} is not done yet; a retry asks again",
            )
        return result

    def _failure(self, job: Job, reason: str, *, again: bool, refused: bool) -> FailedRun:
        return FailedRun(job=job.id, reason=reason, again=again, refused=refused, at=self.clock())


def _changes(result: JobResult) -> int:
    """Return how many rows the job changed; that of another statement under its id changes none."""
    return result.inserted + result.updated + result.deleted


def _job_id(entry: Pinned, scope: str, number: int, run: int) -> str:
    attempt = str(entry.attempt)
    return entry.job_prefix + digest(entry.upload, attempt, scope, str(number), str(run))
