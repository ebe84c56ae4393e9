"""What the ledger promises and what the tables hold: data without behaviour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from csvgate.protocol.events import Counts, ObjectRef

Key = tuple[str, datetime]
"""`_upload_id` and `_ingested_at`: of an upload its own id and when it was received; of a
correction the id of the upload that it corrects, and when the correction itself was received."""


@dataclass(frozen=True, slots=True)
class UploadFacts:
    """One upload, as the ledger tells it."""

    id: str
    name: str
    received_at: datetime
    table: str | None = None
    """`dataset.table`; None when its plan is gone."""
    corrects: str | None = None
    counts: Counts | None = None
    """None while it is being validated."""
    rejects: ObjectRef | None = None
    outcome: Literal["completed", "rejected"] | None = None
    """What the upload's claim says."""
    committed: bool = False
    finished: bool = False
    failed: bool = False
    """It has a dead letter of a function that gave up on it."""

    @property
    def key(self) -> Key:
        return self.corrects or self.id, self.received_at


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows of one table with the same `_upload_id` and `_ingested_at`."""

    key: Key
    rows: int
    lines: int
    """Distinct `_line`s."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """Lines of one `_upload_id` that a table has more than once."""

    upload: str
    lines: int
    rows: int
    first: int
    """The lowest of those lines."""


@dataclass(frozen=True, slots=True)
class TableFacts:
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
    """None when there is no such object."""
    expired: bool = False
    """Older than the bucket keeps its objects: then it may be gone."""


@dataclass(frozen=True, slots=True)
class Patience:
    now: datetime
    stuck_after: timedelta

    def is_over(self, upload: UploadFacts) -> bool:
        return self.now - upload.received_at > self.stuck_after


class Finding(BaseModel):
    """Something that does not add up."""

    code: str
    upload: str
    """Its id; empty when there is none."""
    where: str
    """The object's name, the reject file or the table."""
    message: str
