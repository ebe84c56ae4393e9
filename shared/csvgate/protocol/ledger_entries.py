"""What the ledger's objects say, as JSON."""

from datetime import datetime
from typing import Literal

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
