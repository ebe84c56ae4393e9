"""The entries of the ledger: what its objects hold, as JSON. Readers ignore unknown fields."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from csvgate.protocol.events import UploadRef


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Received(Entry):
    """The pin of an upload."""

    upload: UploadRef
    plan: str
    dataset: str
    size: int
    """The bytes stored."""
    received_at: datetime
    trace: str


class Ignored(Entry):
    """An object in the uploads bucket that no contract matches."""

    upload: UploadRef
    reason: str
    detail: str
    at: datetime


class PinnedReference(Entry):
    """The generation of a reference that a plan uses."""

    object: str
    generation: int
    snapshot: str
    """The name of the copy in the ledger bucket."""


class Plan(Entry):
    """Everything that decides how an upload is read and enriched."""

    id: str
    dataset: str
    contract: str
    """The whole contract as JSON: enrichment never reads a deployed one."""
    engine: str
    chunk_bytes: int
    references: dict[str, PinnedReference]
    at: datetime


class Lines(Entry):
    """Physical lines of the original file, for an upload with rejected rows and its corrections."""

    rejected: tuple[int, ...]
    loaded: tuple[int, ...] = ()
    """The lines that a correction loads. They are not open any more once it completes."""
    complete: bool = True
    """False when there were too many lines to keep: then the upload cannot be corrected."""


class CorrectionLink(Entry):
    """From an upload to the one it corrects, or to one that corrects it."""

    upload: str


class ChunkStream(Entry):
    """The claim of the write stream for a chunk."""

    stream: str
    rows_per_append: int
    """Pinned, so that a retry by other code appends at the same offsets."""
    at: datetime


class ChunkDone(Entry):
    """All rows of the chunk are in its stream, which is finalized."""

    stream: str
    rows: int
    at: datetime


class OutcomeClaim(Entry):
    """The one plan that ends the upload, and how."""

    plan: str
    outcome: Literal["completed", "rejected"]
    at: datetime


class Timestamp(Entry):
    """When something happened that needs no further explanation."""

    at: datetime


class Note(Entry):
    """Something that happened to the upload, for `csvgate status`."""

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
    """An operator lifted a breaker."""

    at: datetime
    actor: str
    reason: str


class Holder(Entry):
    """An upload that owns an object name."""

    upload: str
    generation: int


class SendClaim(Entry):
    """A delivery is about to send an email."""

    at: datetime
    holder: str
    """The function's revision."""


class SendReleased(Entry):
    """The email was certainly not sent under this claim."""


class Sent(Entry):
    """The mail service accepted the email."""

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
    """What a run did to one dead letter."""

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
    """A later run has waited for the letters of an interrupted one."""

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
