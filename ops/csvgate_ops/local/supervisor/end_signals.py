"""The signals that ask a process to end: waited for, not handled.

A handler can meet the lock of what it sets, and a signal that goes to another thread leaves the
one that waits asleep. Blocked in all threads, it stays until it is asked for.
"""

import signal
from typing import Final

_ENDING: Final = frozenset([signal.SIGTERM, signal.SIGINT])


def block_ending() -> None:
    """In this thread and all that it starts from here on, and in its processes."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)


def wait_for_ending() -> None:
    """Returns when there has been one since they were blocked."""
    signal.sigwait(_ENDING)
