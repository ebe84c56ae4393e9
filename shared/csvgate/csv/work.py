"""Counts the work that reading files takes, so that tests can compare it with the files' sizes.

A file must never cost more than a small multiple of its size, however it is written. Time is too
noisy to assert that, so the readers count what they do: once per call, never per byte or per cell,
which costs nothing that can be measured. Nothing in production reads these numbers.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final


class Work:
    """Counts of work."""

    __slots__ = ("framed", "judged", "scanned")

    def __init__(self) -> None:
        self.scanned = 0
        """Bytes that were decompressed, decoded, searched, split or copied; a byte that is passed
        several times counts several times."""
        self.framed = 0
        """Records and lines that were read one by one."""
        self.judged = 0
        """Cells that were read one by one, with the rules of their field."""


class WorkOfThread(threading.local):
    """The totals of the current thread. Each thread has its own, because two threads that add to
    one number lose counts. A thread that works for another one hands its totals over."""

    def __init__(self) -> None:
        self.scanned = self.framed = self.judged = 0

    def hand_over_to(self, other: Work) -> None:
        """Move the totals of the current thread to `other`, which no other thread may use now."""
        other.scanned += self.scanned
        other.framed += self.framed
        other.judged += self.judged
        self.scanned = self.framed = self.judged = 0

    def add(self, work: Work) -> None:
        """Add what other threads have handed over."""
        self.scanned += work.scanned
        self.framed += work.framed
        self.judged += work.judged


WORK: Final = WorkOfThread()


@contextmanager
def counted() -> Iterator[Work]:
    """Yield the counts of this thread's work inside the `with` block, which are complete after
    it."""
    before = WORK.scanned, WORK.framed, WORK.judged
    found = Work()
    yield found
    found.scanned = WORK.scanned - before[0]
    found.framed = WORK.framed - before[1]
    found.judged = WORK.judged - before[2]
