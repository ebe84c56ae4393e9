"""Types of the events that csvgate receives and emits, and their JSON payloads."""

from datetime import datetime
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from csvgate.protocol.identity import Upload

STORAGE_FINALIZED: Final = "google.cloud.storage.object.v1.finalized"
PUBSUB_MESSAGE: Final = "google.cloud.pubsub.topic.v1.messagePublished"
RECORDS_VALIDATED: Final = "csvgate.records.validated.v1"
UPLOAD_VALIDATED: Final = "csvgate.upload.validated.v1"
UPLOAD_COMPLETED: Final = "csvgate.upload.completed.v1"
UPLOAD_REJECTED: Final = "csvgate.upload.rejected.v1"
UPLOAD_FAILED: Final = "csvgate.upload.failed.v1"
UPLOAD_REVOKED: Final = "csvgate.upload.revoked.v1"
DEAD_LETTER: Final = "csvgate.deadletter.v1"

Outcome = Literal["completed", "rejected", "failed", "revoked"]
OUTCOME_TYPES: Final[dict[Outcome, str]] = {
    "completed": UPLOAD_COMPLETED,
    "rejected": UPLOAD_REJECTED,
    "failed": UPLOAD_FAILED,
    "revoked": UPLOAD_REVOKED,
}

CODE: Final = r"^[a-z0-9_]+(\.[a-z0-9_]+)*$"
"""The pattern of failure codes. A code becomes a part of object names in the ledger."""
CODE_LENGTH: Final = 64


class Payload(BaseModel):
    """A part of an event. Readers ignore fields that they do not know: during a deploy, events of
    a newer version reach an older reader."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


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
    """A fault as users see it. `value` is masked if a sensitive field could have it."""

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


class CheckWarning(Payload):
    """A check of the contract that warns of rows which are loaded."""

    message: str
    """That of the check."""
    rows: int = Field(ge=1)
    lines: tuple[int, ...] = ()
    """The lines of the first few rows."""


class Counts(Payload):
    """Rows, header excluded. `read` = `valid` + `rejected`."""

    read: int = Field(ge=0)
    valid: int = Field(ge=0)
    rejected: int = Field(ge=0)


class Changes(Payload):
    """How many rows of its table an upload changed, where that is not simply its valid rows."""

    inserted: int = Field(0, ge=0)
    updated: int = Field(0, ge=0)
    deleted: int = Field(0, ge=0)


class ObjectRef(Payload):
    bucket: str
    name: str


class RejectsRef(ObjectRef):
    """The reject file as it was when the upload was sealed."""

    generation: int
    crc32c: str
    """In base64, as Cloud Storage reports it."""


class ChunkAddress(Payload):
    """The data of the event of one chunk, whose rows are in the staging bucket."""

    index: int = Field(ge=0)
    rows: int = Field(ge=1)
    sha256: str
    dataref: str
    """The URI of the staged object (CloudEvents' claim check). A reader computes it itself."""


class UploadValidated(Payload):
    """The marker: the upload was read and verified, and its seal says what was found."""

    upload: UploadRef
    plan: str
    seal: int = Field(ge=1)
    dataset: str
    status: Literal["valid", "over_limit", "file_fault", "skipped"]
    """Only `valid` is loaded."""
    counts: Counts
    stopped_at: int | None = Field(None, ge=1)
    """As in UploadFinished."""
    chunks: int = Field(ge=0)
    chunk: ChunkAddress | None = None
    """The only chunk of an upload that has one: then there is no other event."""
    validated_at: datetime


class UploadFinished(Payload):
    """The upload completed, was rejected, or failed for now, or its rows were revoked."""

    upload: UploadRef
    plan: str
    dataset: str
    outcome: Outcome
    attempt: int = Field(1, ge=1, le=9999)
    """The load attempt that ended. An upload that was revoked and restored ends again."""
    code: str | None = Field(None, pattern=CODE, max_length=CODE_LENGTH)
    """The failure's code; required if the outcome is failed. A rejected upload has one if it was
    rejected although its rows are valid."""
    table: str | None = None
    """`dataset.table` in BigQuery."""
    counts: Counts
    """If and only if the outcome is completed, the `valid` rows are in the table; a merge leaves
    out those for which it has newer ones."""
    changes: Changes | None = None
    """What the upload changed in its table; None if it only added its rows."""
    identical: UploadRef | None = None
    """Another upload with the same content."""
    stopped_at: int | None = Field(None, ge=1)
    """The line at which the reading of the rows ended, because a limit was certainly exceeded: then
    the counts are those of the rows before it, and more rows may be faulty."""
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[CheckWarning, ...] = ()
    """In the order of the contract."""
    detail: str | None = None
    """Why the upload was rejected or failed, for people."""
    rejects: ObjectRef | None = None
    received_at: datetime
    finished_at: datetime

    @model_validator(mode="after")
    def _has_code(self) -> Self:
        if self.outcome == "failed" and self.code is None:
            # Messages name the type of an error, because its words may quote the data.
            raise PydanticCustomError("missing_code", "a failed upload needs the failure's code")
        return self
