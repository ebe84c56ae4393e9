"""What the ledger's objects say, as JSON."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from csvgate.protocol.events import UploadRef


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Received(Entry):
    upload: UploadRef
    plan: str
    dataset: str
    size: int
    received_at: datetime
    trace: str


class Ignored(Entry):
    upload: UploadRef
    reason: str
    detail: str
    at: datetime


class PinnedReference(Entry):
    object: str
    generation: int
    snapshot: str
    """Name of the copy in the ledger bucket."""


class Plan(Entry):
    id: str
    dataset: str
    contract: str
    """The contract as JSON, whole: enrichment never reads another."""
    engine: str
    chunk_bytes: int
    references: dict[str, PinnedReference]
    at: datetime


class Lines(Entry):
    """Physical lines of the original, of an upload with rejected rows and of its corrections."""

    rejected: tuple[int, ...]
    loaded: tuple[int, ...] = ()
    """Of a correction only: the lines that are no longer open once it completed."""
    complete: bool = True
    """False when there were too many to keep: then no correction can be taken."""


class CorrectionLink(Entry):
    """From an upload to the one it corrects, or to one that corrects it."""

    upload: str


class ChunkStream(Entry):
    stream: str
    rows_per_append: int
    at: datetime


class ChunkDone(Entry):
    stream: str
    rows: int
    at: datetime


class OutcomeClaim(Entry):
    plan: str
    outcome: Literal["completed", "rejected"]
    at: datetime


class Timestamp(Entry):
    at: datetime


class Note(Entry):
    at: datetime
    code: str
    message: str
    function: str


class Tripped(Entry):
    """A breaker opened: `letters` of the last `letters` + `handled` messages were dead letters."""

    at: datetime
    since: datetime
    letters: int
    handled: int
    codes: dict[str, int]


class Lifted(Entry):
    at: datetime
    actor: str
    reason: str


class Holder(Entry):
    """An upload that owns an object name."""

    upload: str
    generation: int


class SendClaim(Entry):
    at: datetime
    holder: str
    """The function's revision."""


class SendReleased(Entry):
    """The email was certainly not sent under this claim."""


class Sent(Entry):
    at: datetime
    message_id: str
    recipients: int


class AuditAction(Entry):
    """What an operator did, or set out to do."""

    action: str
    """For example `replay` or `breaker.lift`."""
    actor: str
    at: datetime
    reason: str
    details: dict[str, Any] = {}
    """What was acted upon: identifiers, filters and counts, never row content."""


class ListedOutcome(Entry):
    letter: str
    function: str
    code: str
    upload: str
    result: str
    detail: str


class AuditEnd(Entry):
    """The results of a run on dead letters."""

    at: datetime
    stopped: bool
    done: int
    skipped: int
    failed: int
    outcomes: tuple[ListedOutcome, ...]


class AuditFollowed(Entry):
    by: str
    """The later run."""
    at: datetime


class LetterMark(Entry):
    """One dead letter was replayed, edited or discarded."""

    verb: str
    run: str
    actor: str
    at: datetime
    reason: str
    letter: str
    function: str
    code: str
    upload: str
    outcome: str
    """Where it went (topic and message id), or how it was changed."""
