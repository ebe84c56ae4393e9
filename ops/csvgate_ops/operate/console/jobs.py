"""Jobs: runs of actions in the background, one at a time, which can be watched and stopped."""

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from csvgate_ops.operate.dead_letters.runs import Progress, Report, RunOptions

_MOST_KEPT: Final = 50
_LOG: Final = logging.getLogger(__name__)
Work = Callable[[RunOptions], Report]


class Busy(Exception):
    """Another job is running."""

    def __init__(self, job: "Job") -> None:
        super().__init__(job.title)
        self.job = job


@dataclass(slots=True)
class Job:
    """Only its own thread writes it; other threads may see a slightly older state."""

    title: str
    total: int
    """Number of selected letters."""
    started_at: datetime
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    stop: threading.Event = field(default_factory=threading.Event)
    progress: Progress = field(default_factory=lambda: Progress(0, 0, 0, 0))
    report: Report | None = None
    error: str = ""
    ended_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    def watch(self, progress: Progress) -> None:
        self.progress = progress


class Jobs:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self, title: str, total: int, options: RunOptions, work: Work) -> Job:
        """Run `work` in a new thread. It gets the options, extended so that the job can be watched
        and stopped. Raises Busy."""
        with self._lock:
            if running := self._running():
                raise Busy(running)
            job = Job(title, total, self._clock())
            self._jobs[job.id] = job
            while len(self._jobs) > _MOST_KEPT:
                del self._jobs[next(iter(self._jobs))]
            self._thread = threading.Thread(
                target=self._run, args=(job, options, work), name="job", daemon=True
            )
            self._thread.start()
        return job

    def end(self, patience: float) -> None:
        """Stop the running job, and wait up to `patience` seconds until its end is recorded."""
        with self._lock:
            running, thread = self._running(), self._thread
        if running is not None and thread is not None:
            running.stop.set()
            thread.join(patience)

    def get(self, job_id: str) -> Job | None:
        return self._jobs.get(job_id)

    def running(self) -> Job | None:
        with self._lock:
            return self._running()

    def _running(self) -> Job | None:
        return next((job for job in self._jobs.values() if job.is_running), None)

    def _run(self, job: Job, options: RunOptions, work: Work) -> None:
        try:
            job.report = work(replace(options, on_progress=job.watch, stop=job.stop))
        except Exception as error:  # noqa: BLE001 - the outermost frame of the thread
            # What the job had done is recorded. The page shows the error, whatever it is.
            _LOG.exception("%s ended early", job.title)
            job.error = str(error) or type(error).__name__
        finally:
            job.ended_at = self._clock()
