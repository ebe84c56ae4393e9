"""One supervisor per data directory: a lock that the kernel releases when the process ends."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from csvgate_ops.local.cloud.errors import CloudError, Fault
from csvgate_ops.local.cloud.files import DataDir

RETRY_SECONDS = 1.0
"""How long to retry: `is_running` holds the lock for an instant."""


@contextmanager
def hold_lock(data_dir: DataDir) -> Iterator[None]:
    """Hold the lock. Raises CloudError when another supervisor holds it."""
    data_dir.root.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + RETRY_SECONDS
    with data_dir.lock.open("a") as file:
        while not _take(file, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise CloudError(
                    Fault(
                        "supervisor", f"another local cloud uses {data_dir.root}", "`csvgate down`"
                    )
                )
            time.sleep(0.02)
        yield


def is_running(data_dir: DataDir) -> bool:
    """Return whether a supervisor is running, starting or stopping."""
    try:
        with data_dir.lock.open("a") as file:
            # Shared, so that two callers of is_running do not see each other.
            return not _take(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        return False


def _take(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
