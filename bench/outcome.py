"""What a contender makes of a file."""

from dataclasses import dataclass, field
from typing import Literal

Finding = tuple[int, str | None, str | None]
"""Place (line or number of the record, from 1), column (none: the row), csvgate's code (none: the
contender has no such thing)."""
Place = Literal["line", "record"]


@dataclass(slots=True)
class Outcome:
    rows: int = 0
    """Read, good or bad."""
    findings: list[Finding] = field(default_factory=list)
    bytes_out: int = 0
    """Of what it would send on."""
