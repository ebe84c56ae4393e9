"""Write streams in memory, which are kept for as long as BigQuery documents."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from csvgate.ports import Column, StreamKind

FINALIZED = timedelta(hours=4)
"""A finalized pending stream keeps its data for this long."""
PENDING = timedelta(hours=24)
"""A pending stream must be committed this long after its creation."""
IDLE = timedelta(days=4)
"""A committed stream that nobody uses lives for this long."""


@dataclass(slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: list[dict[str, Any]] = field(default_factory=list)
    """Visible rows, by column name."""
    created: datetime | None = None
    """None if the table is older than every test."""
    expires: datetime | None = None
    """When the service deletes it."""
    seen: tuple[Column, ...] | None = None
    """The earlier columns that the Storage Write API still has after ALTER TABLE; None if it has
    the present ones."""

    @property
    def writable(self) -> tuple[Column, ...]:
        """The columns that the Storage Write API knows."""
        return self.columns if self.seen is None else self.seen


@dataclass(slots=True)
class Stream:
    table: str
    home: Table
    """The table that it was created for. Another table of this name does not have the stream."""
    kind: StreamKind
    created: datetime
    used: datetime
    state: Literal["open", "finalized", "committed"] = "open"
    """Only a pending stream becomes committed."""
    rows: list[dict[str, Any]] = field(default_factory=list)
    finalized: datetime | None = None
    committed: datetime | None = None


@dataclass
class Lifetimes:
    """`remembered` is how long a committed pending stream still answers, which is undocumented.
    `young` is how long after its creation a stream or a table may be reported as NOT_FOUND;
    `unseen` is asked with its name for each call in that time, and returns whether it is."""

    remembered: timedelta = timedelta(hours=24)
    young: timedelta = timedelta(0)
    unseen: Callable[[str], bool] = lambda _name: True

    def lost(self, stream: Stream, now: datetime) -> bool:
        """Return whether the service has deleted the stream because of its age."""
        if stream.kind == "committed":
            return now >= stream.used + IDLE
        if stream.committed is not None:
            return now >= stream.committed + self.remembered
        expired = now >= stream.created + PENDING
        return expired or (stream.finalized is not None and now >= stream.finalized + FINALIZED)

    def hidden(self, name: str, created: datetime | None, now: datetime) -> bool:
        """Return whether the service does not find what was created so recently."""
        return created is not None and now < created + self.young and self.unseen(name)
