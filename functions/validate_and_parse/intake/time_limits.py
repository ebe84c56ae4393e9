"""Uploads that cannot be read within the function's timeout are rejected, not tried forever."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from csvgate.validation.faults import FileFault

MOST_OVERRUNS: Final = 3
"""Deliveries that may run out of time before the upload is sealed as too slow."""
_RESERVE: Final = timedelta(seconds=40)
"""Kept of the timeout for what follows the reading, and for noting that the time is over."""


@dataclass(frozen=True, slots=True)
class TimeLimits:
    timeout: timedelta
    """When the platform ends a request."""
    bytes_per_second: int | None
    """The most that validate_and_parse reads: only what is impossible is refused at once."""

    def deadline(self, began: datetime) -> datetime:
        """Return until when a delivery may read."""
        return began + self.timeout - _RESERVE

    def infeasible(self, size: int, overruns: int) -> FileFault | None:
        """Return FileFault `file.too_large_to_finish` or `file.too_slow`, or None if reading the
        file may be tried. `size` are the stored bytes, `overruns` the deliveries that ran out of
        time."""
        seconds = (self.timeout - _RESERVE).total_seconds()
        most = int(seconds * self.bytes_per_second) if self.bytes_per_second else size
        if size > most:
            return FileFault(
                "file.too_large_to_finish",
                f"the file has {size:,} bytes; at most {most:,} can be read in the {seconds:.0f} "
                "seconds that the function has. Split the file",
            )
        if overruns >= MOST_OVERRUNS:
            return FileFault(
                "file.too_slow",
                f"the file was not read to its end within {seconds:.0f} seconds, in {overruns} "
                "attempts. Split the file",
            )
        return None
