"""Waits for SIGTERM or SIGINT without a signal handler.

A handler may deadlock on a lock held by the code it interrupts, and a signal delivered to another
thread does not wake the thread that waits. A signal that all threads block stays pending.
"""

import signal
from typing import Final

_ENDING: Final = frozenset([signal.SIGTERM, signal.SIGINT])


def block_ending() -> None:
    """Block the signals in this thread and in all threads and processes it starts afterwards."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)


def wait_for_ending() -> None:
    """Return when one of the signals has arrived since they were blocked."""
    signal.sigwait(_ENDING)
