"""Jobs: runs of actions in the background, one at a time, which can be watched and stopped.

The local console keeps them in memory. The deployed one also records them (`job_records`), so that
another instance continues what an instance that ended had not finished.
"""

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from csvgate.protocol.ledger.job_entries import JobBegun
from csvgate.runtime.errors import Failure
from csvgate_ops.operate.audit import Operator
from csvgate_ops.operate.console.job_records import (
    BEAT,
    NOTHING,
    Claim,
    JobRecords,
    Recorded,
    is_job_id,
    job_id,
    report_of,
    together,
)
from csvgate_ops.operate.console.pace import Pace
from csvgate_ops.operate.dead_letters.runs import Progress, Report, RunOptions

_MOST_KEPT: Final = 50
_HOLD_SECONDS: Final = 1.0
"""Twice as long as a page waits between two requests (job_progress.html), so that an instance has
processor time for most of the job. The page shows progress as often as it gets answers."""
_LOG: Final = logging.getLogger(__name__)
_NOT_CONTINUED: Final = "The console was restarted while this job ran, and nothing continues it"
Work = Callable[[RunOptions], Report]


class Busy(Exception):
    """Another job is running."""

    def __init__(self, job: "Job") -> None:
        super().__init__(job.title)
        self.job = job


@dataclass(frozen=True, slots=True)
class Recipe:
    """What another instance needs to repeat a job: an action on selected letters."""

    action: str
    keys: tuple[tuple[str, str], ...]
    """Topic and id of each letter."""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(letter for _, letter in self.keys)


@dataclass(slots=True)
class Job:
    """Only its own thread writes it; other threads may see a slightly older state."""

    title: str
    total: int
    """Number of selected letters."""
    started_at: datetime
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    stop: threading.Event = field(default_factory=threading.Event)
    progress: Progress = NOTHING
    report: Report | None = None
    error: str = ""
    ended_at: datetime | None = None
    before: Progress = NOTHING
    """What earlier instances had done."""
    is_continued: bool = False
    """An earlier instance has worked on it. Letters that it processed after its last sign of
    life are missing in `before`."""
    over: threading.Event = field(default_factory=threading.Event)
    """Set at the end, if this instance works on it."""
    pace: Pace = field(default_factory=Pace)
    """The rate of the instance that is working on it."""

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    def watch(self, progress: Progress, at: datetime) -> None:
        self.progress = together(self.before, progress)
        self.pace.note(at, progress.processed)

    def pace_words(self, now: datetime) -> str:
        """Return the rate and the remaining time in words."""
        return self.pace.words(max(0, self.total - self.progress.processed), now)


class Jobs:
    def __init__(
        self,
        clock: Callable[[], datetime],
        records: JobRecords | None = None,
        work_of: Callable[[Recipe, Operator], Work | None] | None = None,
        beat: float = BEAT,
    ) -> None:
        """With `records`, jobs are recorded; `work_of` returns the work of a recorded job, for the
        operator who began it, or None if that operator may not do it any more. `beat` is the number
        of seconds between two signs of life."""
        self._clock, self._records, self._work_of, self._beat = clock, records, work_of, beat
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(
        self,
        title: str,
        total: int,
        options: RunOptions,
        work: Work,
        operator: Operator = Operator(""),  # noqa: B008 - it is immutable
        recipe: Recipe | None = None,
    ) -> Job:
        """Run `work` in a new thread. It gets the options, extended so that the job can be watched
        and stopped. Another instance can continue a job with a recipe. Raises Busy, and Transient
        and Permanent when the job cannot be recorded."""
        with self._lock:
            if running := self._running():
                raise Busy(running)
            now = self._clock()
            job, claim = Job(title, total, now), None
            if self._records is not None:
                job.id = job_id(now)
                begun = JobBegun(
                    title=title,
                    action=recipe.action if recipe else "",
                    letters=recipe.keys if recipe else (),
                    total=total,
                    actor=operator.name,
                    verified_by=operator.verified_by,
                    at=now,
                    reason=options.reason,
                    rate=options.rate,
                )
                claim = self._records.begin(job.id, begun)
            self._launch(job, options, work, claim)
        return job

    def _launch(self, job: Job, options: RunOptions, work: Work, claim: Claim | None) -> None:
        self._jobs[job.id] = job
        while len(self._jobs) > _MOST_KEPT:
            del self._jobs[next(iter(self._jobs))]
        self._thread = threading.Thread(
            target=self._run, args=(job, options, work, claim), name="job", daemon=True
        )
        self._thread.start()

    def end(self, patience: float) -> None:
        """Stop the running job, and wait up to `patience` seconds until its end is recorded."""
        with self._lock:
            running, thread = self._running(), self._thread
        if running is not None and thread is not None:
            running.stop.set()
            thread.join(patience)

    def get(self, job_id: str) -> Job | None:
        """Return a job of this console, or a recorded one. An interrupted job is continued. Raises
        Transient and Permanent when the records cannot be read."""
        if (known := self._jobs.get(job_id)) is not None or self._records is None:
            return known
        found = self._records.get(job_id) if is_job_id(job_id) else None
        if found is None:
            return None
        return self._resume(found) or _seen(found)

    def stop(self, job: Job) -> None:
        """Stop the job before its next letter, also if another instance works on it. Raises
        Transient and Permanent when that cannot be recorded."""
        job.stop.set()
        if self._records is not None:
            self._records.stop(job.id)

    def hold(self, job: Job) -> None:
        """Wait a moment, or until the job ends, if jobs are recorded: Cloud Run gives an instance
        processor time only while it answers a request, and an open page sends one after another."""
        if self._records is not None and job.is_running:
            job.over.wait(_HOLD_SECONDS)

    def running(self) -> Job | None:
        with self._lock:
            return self._running()

    def resume_interrupted(self) -> None:
        """Continue the oldest interrupted job; nothing while a job is running. Raises Transient
        and Permanent when the records cannot be read."""
        if self._records is None or self.running() is not None:
            return
        for found in self._records.unfinished():
            if self._resume(found) is not None:
                return

    def _resume(self, found: Recorded) -> Job | None:
        now = self._clock()
        if self._records is None or self._work_of is None or not found.is_interrupted(now):
            return None
        if found.is_stopping or not found.is_resumable(now):
            self._records.end_interrupted(found, "" if found.is_stopping else _NOT_CONTINUED)
            return None
        begun = found.begun
        recipe = Recipe(begun.action, begun.letters)
        work = self._work_of(recipe, Operator(begun.actor, begun.verified_by))
        if work is None:
            self._records.end_interrupted(found, f"{_NOT_CONTINUED}: {begun.actor} has no access")
            return None
        options = RunOptions(dry_run=False, rate=begun.rate, reason=begun.reason)
        with self._lock:
            if self._running() is not None:
                return None
            claim = self._records.take_over(found)
            if claim is None:
                return None
            _LOG.info("continuing job %s, claim %d", found.id, claim.number)
            job = _seen(found)
            job.before, job.pace, job.is_continued = found.progress, Pace(), True
            job.progress = together(job.before, NOTHING)
            self._launch(job, options, work, claim)
        return job

    def _running(self) -> Job | None:
        return next((job for job in self._jobs.values() if job.is_running), None)

    def _run(self, job: Job, options: RunOptions, work: Work, claim: Claim | None) -> None:
        over = threading.Event()
        beats = threading.Thread(
            target=self._give_signs, args=(job, claim, over), name="job-beats", daemon=True
        )
        if claim is not None:
            beats.start()
        try:
            job.pace.note(self._clock(), 0)
            job.report = work(
                replace(
                    options,
                    on_progress=lambda progress: job.watch(progress, self._clock()),
                    stop=job.stop,
                )
            )
        except Exception as error:  # noqa: BLE001 - the outermost frame of the thread
            # What the job had done is recorded. The page shows the error, whatever it is.
            _LOG.exception("%s ended early", job.title)
            job.error = str(error) or type(error).__name__
        finally:
            over.set()
            if claim is not None:
                beats.join()
                self._record_end(job, claim)
            job.ended_at = self._clock()
            job.over.set()

    def _give_signs(self, job: Job, claim: Claim, over: threading.Event) -> None:
        """Record the progress until the work is over. Stop the work when the claim is lost."""
        while not over.wait(self._beat):
            try:
                if not claim.beat(_own(job)):
                    job.stop.set()
            except Failure as failure:
                # Without signs of life another instance continues; that is safe.
                _LOG.warning("the progress of job %s is not recorded: %s", job.id, failure)

    def _record_end(self, job: Job, claim: Claim) -> None:
        try:
            claim.beat(_own(job))
            if not claim.end(job.report, job.error):
                # From now on, the ledger says how the job goes on.
                with self._lock:
                    self._jobs.pop(job.id, None)
        except Failure as failure:
            _LOG.warning("the end of job %s is not recorded: %s", job.id, failure)


def _own(job: Job) -> Progress:
    """Return what this instance has done of the job."""
    now, before = job.progress, job.before
    return Progress(now.seen - before.seen, now.done - before.done, now.skipped, now.failed)


def _seen(found: Recorded) -> Job:
    """Return a job that another instance works on, or has ended, as the ledger shows it."""
    begun, ended = found.begun, found.ended
    job = Job(begun.title, begun.total, begun.at, found.id, progress=found.progress)
    job.is_continued = found.claim > 1
    for at, processed in found.latest:
        job.pace.note(at, processed)
    if found.is_stopping:
        job.stop.set()
    job.report = report_of(found)
    job.error = ended.error if ended else ""
    job.ended_at = ended.at if ended else None
    return job
