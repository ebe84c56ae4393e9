"""Counts the work that reading files takes, so that tests can compare it with the files' sizes.

A file must never cost more than a small multiple of its size, however it is written. Time is too
noisy to assert that, so the readers count what they do: once per call, never per byte or per cell,
which costs nothing that can be measured. Nothing in production reads these numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final


class Work:
    """Totals of this process. Threads may lose a few counts to each other."""

    __slots__ = ("framed", "judged", "scanned")

    def __init__(self) -> None:
        self.scanned = 0
        """Bytes that were decompressed, decoded, searched, split or copied; a byte that is passed
        several times counts several times."""
        self.framed = 0
        """Records and lines that were read one by one."""
        self.judged = 0
        """Cells that were read one by one, with the rules of their field."""


WORK: Final = Work()


@contextmanager
def counted() -> Iterator[Work]:
    """Yield the counts of the work inside the `with` block, which are complete after it."""
    before = WORK.scanned, WORK.framed, WORK.judged
    found = Work()
    yield found
    found.scanned = WORK.scanned - before[0]
    found.framed = WORK.framed - before[1]
    found.judged = WORK.judged - before[2]
