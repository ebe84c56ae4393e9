"""Carry out the effect of a log's entry by a BigQuery job, exactly once.

A job id never runs twice, so whoever does not know whether a job was started starts the same id
again and then asks for it. The next run, under another id, begins only once the failure of the one
before is in the ledger.
"""

from typing import Final

from csvgate.effects.model import Job, JobResult
from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, Warehouse
from csvgate.protocol.identity import digest
from csvgate.protocol.ledger.effect_entries import FailedRun, ScopeEntry
from csvgate.protocol.ledger.scope_log import ScopeLog
from csvgate.runtime.errors import Transient

JOB_PREFIX: Final = "csvgate-effect-"
WAIT_SECONDS: Final = 60
"""The most seconds that a delivery waits for a job. A longer job is looked at again by a retry, so
that it does not hold a function until its timeout of 540 s."""


@dataclass(frozen=True, slots=True)
class JobRunner:
    warehouse: Warehouse
    clock: Clock

    def run(self, log: ScopeLog, number: int, entry: ScopeEntry, *, is_new: bool) -> JobResult:
        """Return the result of the entry's job: done, or failed for good. `is_new`: no other
        delivery can have run it before. Raises Transient `effect.running` while its outcome is
        unknown, and `effect.again` if the next run may succeed."""
        run = 1 if is_new else self._next_run(log, number)
        job = Job(id=_job_id(entry, log.scope, number, run), location=entry.effect.target.location)
        self.warehouse.start(job, entry.effect)
        result = self.warehouse.result(job, WAIT_SECONDS)
        if result is None or result.state == "running":
            raise Transient(
                "effect.running",
                f"job {job.id} for upload {entry.upload} is not done yet; a retry asks again",
            )
        if result.state == "done":
            return result
        failed = FailedRun(job=job.id, reason=result.reason, again=result.again, at=self.clock())
        log.record_failed_run(number, run, failed)
        if result.again:
            raise Transient(
                "effect.again",
                f"job {job.id} for upload {entry.upload} failed: {result.reason}; a retry starts "
                "another one",
            )
        return result

    def _next_run(self, log: ScopeLog, number: int) -> int:
        """Return the first run without a recorded failure. A run that failed for good is repeated:
        its id has no effect any more, and its result is the same."""
        run = 1
        while (failed := log.failed_run(number, run)) is not None and failed.again:
            run += 1
        return run


def _job_id(entry: ScopeEntry, scope: str, number: int, run: int) -> str:
    attempt = str(entry.attempt)
    return entry.job_prefix + digest(entry.upload, attempt, scope, str(number), str(run))
