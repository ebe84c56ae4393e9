"""The time that one delivery has for reading an upload, and how far it came in that time.

The time is checked for every stored piece, every step of the decompression and every batch. One of
these alone is not enough: a few stored bytes can expand to a file that takes hours.
"""

from datetime import datetime

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock
from csvgate.protocol.ledger.entries import Overrun
from csvgate.runtime.errors import Transient


class OutOfTime(Transient):
    """The delivery has used up its time, and came as far as `overrun` says."""

    def __init__(self, code: str, message: str, overrun: Overrun) -> None:
        super().__init__(code, message)
        self.overrun = overrun


@dataclass(slots=True)
class TimeBudget:
    """The time that one delivery has. The thread that reads sets `bytes_read`, the thread that
    validates sets `rows`, and both check the time."""

    clock: Clock
    deadline: datetime
    name: str
    """The address of the upload, for messages."""
    size: int
    """The number of bytes stored."""
    bytes_read: int = 0
    """How many of them were read."""
    rows: int = 0
    """The rows judged, header excluded."""

    def check(self) -> None:
        """Raises OutOfTime `deadline.exceeded` after the deadline."""
        now = self.clock()
        if now <= self.deadline:
            return
        overrun = Overrun(at=now, bytes_read=self.bytes_read, size=self.size, rows=self.rows)
        raise OutOfTime(
            "deadline.exceeded",
            f"{self.name}: the function's time ended after {self.bytes_read:,} of {self.size:,} "
            f"bytes were read and {self.rows:,} rows were judged",
            overrun,
        )
