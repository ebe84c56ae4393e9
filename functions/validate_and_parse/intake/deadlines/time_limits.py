"""Reject uploads that cannot be read within the timeout, instead of retrying them for hours."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from csvgate.light_dataclass import dataclass
from csvgate.protocol.ledger.entries import Overrun
from csvgate.validation.faults import FileFault

MOST_OVERRUNS: Final = 3
"""Deliveries that may run out of time before the upload is sealed as too slow."""
_RESERVE: Final = timedelta(seconds=40)
"""The part of the timeout that is kept for sealing and publishing after the reading, or for noting
that the time is over."""


@dataclass(frozen=True, slots=True)
class TimeLimits:
    timeout: timedelta
    """When the platform ends a request."""
    bytes_per_second: int | None
    """The highest rate at which a file is read. Only a file that would be too large even at this
    rate is refused at once; None refuses no file."""

    def deadline(self, began: datetime) -> datetime:
        """Return the time until which a delivery that began at `began` may read."""
        return began + self.timeout - _RESERVE

    def infeasible(self, size: int, overruns: Sequence[Overrun]) -> FileFault | None:
        """Return FileFault `file.too_large_to_finish` or `file.too_slow`, or None if reading the
        file may be tried. `size` is in stored bytes; `overruns` are the deliveries that ran out of
        time."""
        seconds = (self.timeout - _RESERVE).total_seconds()
        most = int(seconds * self.bytes_per_second) if self.bytes_per_second else size
        if size > most:
            return FileFault(
                "file.too_large_to_finish",
                f"the file has {size:,} bytes; at most {most:,} can be read in the {seconds:.0f} "
                "seconds that the function has. Split the file",
            )
        if len(overruns) >= MOST_OVERRUNS:
            furthest = max(overruns, key=lambda overrun: (overrun.rows, overrun.bytes_read))
            return FileFault(
                "file.too_slow",
                f"the file was not read to its end within {seconds:.0f} seconds, in "
                f"{len(overruns)} attempts; the furthest one read {furthest.bytes_read:,} of "
                f"{furthest.size:,} bytes and judged {furthest.rows:,} rows. Split the file",
            )
        return None
