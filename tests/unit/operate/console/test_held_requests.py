"""The page of a running job keeps a request open, which gives the deployed console a processor."""

import threading

from csvgate_ops.operate.console.jobs import Job, Jobs
from unit.operate.console.test_recorded_jobs import Instance, finished, until, with_letters


class Watched(threading.Event):
    """Remembers how long it was waited for, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        return False


def test_only_a_recorded_job_holds_the_request_that_gives_it_processor_time() -> None:
    there, ids = with_letters()
    recorded = Instance(there, "first").jobs
    for jobs, waits in ((recorded, [1.0]), (Jobs(there.world.clock), [])):
        job = Job("Replay 1 letter", 1, there.world.clock())
        job.over = watched = Watched()
        jobs.hold(job)
        assert waits == watched.waits
    ended = finished(Instance(there, "second").begin(ids))
    until(ended.over.is_set)
    ended.over = watched = Watched()
    recorded.hold(ended)
    assert [] == watched.waits
