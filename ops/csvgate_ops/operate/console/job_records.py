"""Jobs in the ledger, so that they survive the instance that works on them.

Every entry is created once. An instance works on a job under a numbered claim and writes how far it
has come every few seconds. When it has not done so for `LEASE`, another instance may claim the next
number. Only one can, because the claim is created once.

The earlier instance may still be alive, for example because the platform had frozen it. It stops
as soon as it sees the later claim. Until then both work, which is safe: Pub/Sub leases a letter to
one of them, the audit log's mark on a letter is created once and found by the other, and a letter
that both replay has the same identifiers, so the pipeline accepts it once. A job only repeats
actions for which this holds.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from csvgate.protocol.ledger.entries import ListedOutcome, Timestamp
from csvgate.protocol.ledger.job_entries import JobBegun, JobClaim, JobEnded, JobPart
from csvgate.protocol.ledger.job_paths import JOB_BEGUN, JOB_CLAIM, JOB_ENDED, JOB_PART, JOB_STOP
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.operate.dead_letters.audit import listed_outcome
from csvgate_ops.operate.dead_letters.runs import Outcome, Progress, Report, Result

BEAT: Final = 5.0
"""Seconds between two signs of life."""
LEASE: Final = timedelta(seconds=60)
"""A job whose claim has given no sign of life for this long is interrupted."""
MOST_LISTED: Final = 200
_DAYS: Final = 2
"""Days within which an interrupted job is continued: its letters expire, and nobody expects an old
job to start again."""
NOTHING: Final = Progress(0, 0, 0, 0)


def job_id(at: datetime) -> str:
    """Return a new id, which sorts by time."""
    return f"{at.astimezone(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


def is_job_id(text: str) -> bool:
    """Return whether the text can be an id. Anything else could name another object."""
    parts = text.split("-")
    return len(text) == 24 and len(parts) == 3 and all(p.isascii() and p.isalnum() for p in parts)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A job as the ledger has it."""

    id: str
    begun: JobBegun
    claim: int
    """The number of the latest claim."""
    alive_at: datetime
    """When its instance gave the last sign of life."""
    progress: Progress
    """What all claims have done together (`together`)."""
    is_stopping: bool
    ended: JobEnded | None
    latest: tuple[tuple[datetime, int], ...] = ()
    """When the latest claim began, and how many letters its instance had processed later."""

    def is_interrupted(self, now: datetime) -> bool:
        return self.ended is None and now - self.alive_at >= LEASE

    def is_resumable(self, now: datetime) -> bool:
        begun = self.begun
        return bool(begun.action) and now - begun.at < timedelta(days=_DAYS)


@dataclass(slots=True)
class Claim:
    """The right of this instance to work on a job, and its signs of life."""

    ledger: Ledger
    job: str
    number: int
    clock: Callable[[], datetime]
    _parts: int = field(default=0)

    def beat(self, progress: Progress) -> bool:
        """Record the progress. Return False when the work has to stop: an operator stopped the job,
        or another instance has claimed it. Raises Transient and Permanent."""
        part = JobPart(
            at=self.clock(),
            seen=progress.seen,
            done=progress.done,
            skipped=progress.skipped,
            failed=progress.failed,
        )
        self._parts += 1
        self.ledger.create(JOB_PART, part, job=self.job, claim=self.number, number=self._parts)
        return self.is_held() and self.ledger.get(JOB_STOP, job=self.job) is None

    def is_held(self) -> bool:
        """Return whether no other instance has claimed the job since."""
        return self.ledger.get(JOB_CLAIM, job=self.job, claim=self.number + 1) is None

    def end(self, report: Report | None, error: str) -> bool:
        """Record the end of the job. Return False, and record nothing, when another instance works
        on it. Raises Transient and Permanent."""
        if not self.is_held():
            return False
        outcomes = report.outcomes if report else ()
        left = [o for o in outcomes if o.result in ("skipped", "failed")][:MOST_LISTED]
        ended = JobEnded(
            at=self.clock(),
            run=report.run if report else "",
            stopped=report.stopped if report else False,
            error=error,
            not_done=tuple(listed_outcome(outcome) for outcome in left),
        )
        self.ledger.create(JOB_ENDED, ended, job=self.job)
        return True


@dataclass(frozen=True, slots=True)
class JobRecords:
    ledger: Ledger
    clock: Callable[[], datetime]
    instance: str
    """Names this instance in its claims."""

    def begin(self, job: str, begun: JobBegun) -> Claim:
        """Record a new job, and claim it. Raises Transient and Permanent; the job must then not
        start."""
        self.ledger.create(JOB_BEGUN, begun, job=job)
        self._claim(job, 1)
        return Claim(self.ledger, job, 1, self.clock)

    def take_over(self, found: Recorded) -> Claim | None:
        """Claim an interrupted job; None when another instance was faster."""
        number = found.claim + 1
        if not self._claim(found.id, number):
            return None
        return Claim(self.ledger, found.id, number, self.clock)

    def stop(self, job: str) -> None:
        """Let the job stop, wherever it runs."""
        self.ledger.create(JOB_STOP, Timestamp(at=self.clock()), job=job)

    def end_interrupted(self, found: Recorded, error: str) -> None:
        """Record the end of a job that nobody continues."""
        self.ledger.create(JOB_ENDED, JobEnded(at=self.clock(), error=error), job=found.id)

    def get(self, job: str) -> Recorded | None:
        """Return the job, from one listing and about four reads."""
        begun = self.ledger.get(JOB_BEGUN, job=job)
        if begun is None:
            return None
        names = list(self.ledger.names(JOB_BEGUN.folder(job=job)))
        claims = [parts["claim"] for name in names if (parts := JOB_CLAIM.parse(name))]
        claim = max(claims, default=0)
        last: dict[int, int] = {}
        for name in names:
            if parts := JOB_PART.parse(name):
                last[parts["claim"]] = max(last.get(parts["claim"], 0), parts["number"])
        parts_of = self._parts(job, last)
        claimed = self.ledger.get(JOB_CLAIM, job=job, claim=claim)
        signs = [begun.at, *(p.at for p in parts_of.values()), *([claimed.at] if claimed else [])]
        return Recorded(
            id=job,
            begun=begun,
            claim=claim,
            alive_at=max(signs),
            progress=_progress([parts_of.get(number) for number in range(1, claim + 1)]),
            is_stopping=JOB_STOP.name(job=job) in names,
            ended=self.ledger.get(JOB_ENDED, job=job),
            latest=_latest(claimed, parts_of.get(claim)),
        )

    def unfinished(self) -> Iterator[Recorded]:
        """Yield the jobs of the last days that have not ended, from one listing a day."""
        now = self.clock().astimezone(UTC)
        names = set[str]()
        for back in range(_DAYS + 1):
            day = f"{now - timedelta(days=back):%Y%m%d}-"
            names.update(self.ledger.names(JOB_BEGUN.prefix() + day))
        for name in sorted(names):
            parts = JOB_BEGUN.parse(name)
            if parts and JOB_ENDED.name(**parts) not in names:
                found = self.get(parts["job"])
                if found is not None and found.ended is None:
                    yield found

    def _claim(self, job: str, number: int) -> bool:
        claim = JobClaim(instance=self.instance, at=self.clock())
        return self.ledger.create(JOB_CLAIM, claim, job=job, claim=number)

    def _parts(self, job: str, last: Mapping[int, int]) -> dict[int, JobPart]:
        found = {
            claim: self.ledger.get(JOB_PART, job=job, claim=claim, number=number)
            for claim, number in last.items()
        }
        return {claim: part for claim, part in found.items() if part is not None}


def report_of(found: Recorded) -> Report | None:
    """Return the report of a job that has ended without an error."""
    ended = found.ended
    if ended is None or ended.error:
        return None
    outcomes = tuple(_outcome(listed) for listed in ended.not_done)
    return Report(ended.run, found.begun.action, False, ended.stopped, outcomes)


def together(before: Progress, own: Progress) -> Progress:
    """Add what a claim has done to what earlier claims had done. A letter that was skipped or has
    failed stays in its queue, and the later claim looks at it again: only that one counts it."""
    return Progress(before.seen + own.seen, before.done + own.done, own.skipped, own.failed)


def _latest(claimed: JobClaim | None, part: JobPart | None) -> tuple[tuple[datetime, int], ...]:
    if claimed is None or part is None:
        return ()
    return (claimed.at, 0), (part.at, part.done + part.skipped + part.failed)


def _progress(parts: Iterable[JobPart | None]) -> Progress:
    """Return the progress of claims in their order; None for one without a sign of life."""
    total = NOTHING
    for part in parts:
        own = Progress(part.seen, part.done, part.skipped, part.failed) if part else NOTHING
        total = together(total, own)
    return total


def _outcome(listed: ListedOutcome) -> Outcome:
    result: Result = "failed" if listed.result == "failed" else "skipped"
    return Outcome(
        listed.letter, listed.function, listed.code, listed.upload, result, listed.detail
    )
