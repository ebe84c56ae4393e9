"""The events csvgate emits, and their JSON payloads.

Identifiers are deterministic, so that a duplicate is recognisable (DESIGN: events).
"""

from datetime import datetime
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from csvgate.protocol.identity import Upload

STORAGE_FINALIZED: Final = "google.cloud.storage.object.v1.finalized"
PUBSUB_MESSAGE: Final = "google.cloud.pubsub.topic.v1.messagePublished"
RECORDS_VALIDATED: Final = "csvgate.records.validated.v1"
UPLOAD_VALIDATED: Final = "csvgate.upload.validated.v1"
UPLOAD_COMPLETED: Final = "csvgate.upload.completed.v1"
UPLOAD_REJECTED: Final = "csvgate.upload.rejected.v1"
UPLOAD_FAILED: Final = "csvgate.upload.failed.v1"
DEAD_LETTER: Final = "csvgate.deadletter.v1"

Outcome = Literal["completed", "rejected", "failed"]
OUTCOME_TYPES: Final[dict[Outcome, str]] = {
    "completed": UPLOAD_COMPLETED,
    "rejected": UPLOAD_REJECTED,
    "failed": UPLOAD_FAILED,
}


class Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class UploadRef(Payload):
    """One generation of one object."""

    id: str
    bucket: str
    name: str
    generation: int

    @classmethod
    def of(cls, upload: Upload) -> Self:
        return cls(
            id=upload.id, bucket=upload.bucket, name=upload.name, generation=upload.generation
        )


class FaultExample(Payload):
    """A fault as a person reads it. `value` is masked for columns marked sensitive."""

    line: int
    column: str | None
    code: str
    value: str | None
    message: str


class Reason(Payload):
    """How many rows were rejected for one code in one column, with the first few."""

    code: str
    column: str | None
    rows: int
    examples: tuple[FaultExample, ...] = ()


class Counts(Payload):
    """Rows, header excluded. `read` = `valid` + `rejected`."""

    read: int = Field(ge=0)
    valid: int = Field(ge=0)
    rejected: int = Field(ge=0)


class ObjectRef(Payload):
    bucket: str
    name: str


class UploadValidated(Payload):
    """The marker: everything of the upload has been published, in `chunks` chunks."""

    upload: UploadRef
    plan: str
    dataset: str
    status: Literal["valid", "over_limit", "file_fault"]
    """Only `valid` is committed."""
    detail: str | None = None
    """In words, why it is not `valid`."""
    counts: Counts
    chunks: int = Field(ge=0)
    reasons: tuple[Reason, ...] = ()
    """Most frequent first; the file fault alone when there is one."""
    rejects: ObjectRef | None = None
    validated_at: datetime


class UploadFinished(Payload):
    """An upload completed, was rejected as a whole, or failed."""

    upload: UploadRef
    plan: str
    dataset: str
    outcome: Outcome
    table: str | None = None
    """`dataset.table` in BigQuery."""
    counts: Counts
    """`valid` rows are in the table if and only if the outcome is completed."""
    reasons: tuple[Reason, ...] = ()
    detail: str | None = None
    """In words, why an upload was rejected or failed."""
    rejects: ObjectRef | None = None
    received_at: datetime
    finished_at: datetime
