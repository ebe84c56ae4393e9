"""A trace for people to read: one line for each event."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Trace:
    """Records nothing unless `on`: ten thousand runs need no trace."""

    on: bool = False
    lines: list[str] = field(default_factory=list)

    def say(self, at: datetime, who: str, what: str) -> None:
        if self.on:
            self.lines.append(f"{at:%d. %H:%M:%S.%f} {who:<34.34} {what}")
