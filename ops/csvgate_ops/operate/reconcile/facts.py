"""Facts from the ledger, the tables and the reject files, and the findings about them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from csvgate.protocol.events import Counts, ObjectRef

Key = tuple[str, datetime]
"""`_upload_id` and `_ingested_at` of a row: the upload's id and when it was received. For a
correction it is the id of the corrected upload, and when the correction itself was received."""


@dataclass(frozen=True, slots=True)
class UploadFacts:
    """One upload according to the ledger."""

    id: str
    name: str
    received_at: datetime
    table: str | None = None
    """`dataset.table`; None if its plan is gone."""
    corrects: str | None = None
    counts: Counts | None = None
    """None while it is being validated."""
    rejects: ObjectRef | None = None
    outcome: Literal["completed", "rejected"] | None = None
    """The outcome that the upload's claim names."""
    committed: bool = False
    finished: bool = False
    failed: bool = False
    """True if a function gave up on it and sent a dead letter."""

    @property
    def key(self) -> Key:
        return self.corrects or self.id, self.received_at


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
        return self.now - upload.received_at > self.stuck_after


class Finding(BaseModel):
    """One discrepancy."""

    code: str
    upload: str
    """The upload's id; empty if the finding is not about one upload."""
    where: str
    """The object's name, the reject file or the table."""
    message: str
