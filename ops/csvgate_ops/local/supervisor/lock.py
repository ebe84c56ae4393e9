"""One supervisor per data directory: a lock that the kernel lets go of however a process ends."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from csvgate_ops.local.cloud.errors import CloudError, Fault
from csvgate_ops.local.cloud.files import DataDir

LOOK_SECONDS = 1.0
"""Who merely looks whether it is taken has it for an instant."""


@contextmanager
def hold_lock(data_dir: DataDir) -> Iterator[None]:
    """Raises CloudError when another process has it."""
    data_dir.root.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + LOOK_SECONDS
    with data_dir.lock.open("a") as file:
        while not _take(file, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise CloudError(
                    Fault("supervisor", f"another local cloud uses {data_dir.root}", "stop it")
                )
            time.sleep(0.02)
        yield


def is_running(data_dir: DataDir) -> bool:
    """True while a supervisor lives, be it starting or stopping."""
    try:
        with data_dir.lock.open("a") as file:
            # Shared, so that two who look do not see each other.
            return not _take(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        return False


def _take(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
