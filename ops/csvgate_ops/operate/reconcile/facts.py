"""Facts from the ledger, the tables and the reject files, and the findings about them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from csvgate.protocol.events import Counts, RejectsRef

Key = tuple[str, datetime]
"""`_upload_id` and `_ingested_at` of a row: the upload's id and the time in its seal. For a
correction it is the id of the corrected upload, and the time in the correction's seal."""


@dataclass(frozen=True, slots=True)
class UploadFacts:
    """One upload according to the ledger."""

    id: str
    name: str
    received_at: datetime
    table: str
    """`dataset.table`."""
    corrects: str | None = None
    ingested_at: datetime | None = None
    """The `_ingested_at` of its rows; None while it is being validated."""
    counts: Counts | None = None
    """None while it is being validated."""
    rejects: RejectsRef | None = None
    decision: Literal["commit", "rejected"] | None = None
    """How the current attempt to load it was decided."""
    finished: Literal["completed", "rejected"] | None = None
    """How it ended, once its terminal event is published."""
    may_lose_rows: bool = False
    """Later uploads may have replaced or updated its rows, so that fewer than its valid rows in the
    table are no discrepancy."""
    replaced: bool | None = None
    """Where a generation of an object replaces the earlier ones: whether another one has replaced
    the rows of this completed one. None if that is not known, or otherwise."""
    changes_others: bool = False
    """It may have replaced or updated rows of any earlier upload, also of one that was appended
    when the contract did not say so yet."""
    revoked: Literal["begun", "removed"] | None = None
    """Whether an operator has revoked its rows, and whether they have left the table."""
    revoked_at: datetime | None = None
    failures: frozenset[str] = frozenset()
    """The codes with which functions gave up on it and sent a dead letter."""

    @property
    def key(self) -> Key | None:
        """None while the upload has no row that could be loaded."""
        return None if self.ingested_at is None else (self.corrects or self.id, self.ingested_at)

    @property
    def committed(self) -> bool:
        """Return whether its rows are certainly visible."""
        return self.finished == "completed" and self.revoked is None

    @property
    def may_be_committed(self) -> bool:
        """Return whether its rows may be visible: the commit is decided, and its outcome is not
        recorded yet; or the rows are being removed."""
        is_open = self.finished is None or self.revoked == "begun"
        return self.decision == "commit" and is_open

    @property
    def awaits_operator(self) -> bool:
        return bool(self.failures) and self.finished is None


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows of one table with the same `_upload_id` and `_ingested_at`."""

    key: Key
    rows: int
    lines: int
    """Distinct values of `_line`."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """The lines of one `_upload_id` that a table has more than once."""

    upload: str
    lines: int
    rows: int
    first: int
    """The lowest of those lines."""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What a table holds."""

    id: str
    """`dataset.table`."""
    groups: tuple[RowGroup, ...] = ()
    repeated: tuple[Repeated, ...] = ()
    missing: bool = False
    bytes_read: int = 0


@dataclass(frozen=True, slots=True)
class RejectFacts:
    """The reject file of an upload."""

    rows: int | None
    """None if the object does not exist."""
    expired: bool = False
    """True if it is old enough for the bucket's lifecycle rule to have deleted it."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """How old an unfinished upload may be before it counts as stuck."""

    now: datetime
    stuck_after: timedelta

    def has_passed(self, upload: UploadFacts) -> bool:
        return self.is_over(upload.received_at)

    def is_over(self, at: datetime) -> bool:
        """Return whether this time is so long ago that something must have happened since."""
        return self.now - at > self.stuck_after


class Finding(BaseModel):
    """One discrepancy."""

    code: str
    upload: str
    """The upload's id; empty if the finding is not about one upload."""
    where: str
    """The object's name, the reject file or the table."""
    message: str
