"""The entries of the ledger: what its objects hold, as JSON. Readers ignore unknown fields."""

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from csvgate.protocol.events import Changes, CheckWarning, Counts, Reason, RejectsRef, UploadRef

INLINE_LINES: Final = 10_000
"""A seal holds up to this many line numbers, about 110 KB; more are in an object of their own."""


class Entry(BaseModel):
    # A model is built at its first use: a delivery uses a few of them.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class PinnedReference(Entry):
    """The generation of a reference that an upload uses."""

    object: str
    generation: int
    snapshot: str
    """The name of the copy in the ledger bucket."""


class Received(Entry):
    """The pin of an upload: everything that decides how it is read and enriched."""

    upload: UploadRef
    plan: str
    """The id of the plan of the first delivery, see `csvgate.protocol.plan`."""
    dataset: str
    contract: str
    """The whole contract as JSON: an upload is finished under it, whatever is deployed."""
    engine: str
    protocol: int
    chunk_bytes: int
    hash_key: str = Field(repr=False)
    """The secret key under which this upload's unique keys are hashed, 32 random bytes in
    hexadecimal. It is drawn after the file was uploaded, and is the same for every delivery."""
    references: dict[str, PinnedReference]
    size: int
    """The number of bytes stored."""
    crc32c: str
    """The CRC32C of these bytes in base64, as Cloud Storage reports it."""
    md5: str = ""
    """The MD5 of these bytes in base64; empty if Cloud Storage has none."""
    created_at: datetime
    """When the object was created; of two uploads of a name, the later object is the newer one."""
    received_at: datetime
    trace: str


class Ignored(Entry):
    """An object in the uploads bucket that is not an upload."""

    upload: UploadRef
    reason: str
    """`no_contract` if no contract matches it, `sidecar` if it states the totals of an upload."""
    detail: str
    at: datetime


class Start(Entry):
    """A delivery of the Storage event started to work on the upload, after the first one."""

    at: datetime
    revision: str


class Overrun(Entry):
    """A start ran out of time, and how far it came until then."""

    at: datetime
    bytes_read: int
    size: int
    """The number of bytes stored."""
    rows: int
    """The rows judged, header excluded."""


class StartEnd(Entry):
    """A start ended in an orderly way, with a failure or after it repeated what others did. A start
    without this and without an overrun has succeeded as the first one, is still running, or was
    silent (its instance was killed)."""

    at: datetime
    code: str = ""
    """The failure's code; empty if it succeeded."""


class StagedChunk(Entry):
    """A chunk in the staging bucket, under a name that contains its digest."""

    rows: int
    bytes: int
    sha256: str
    """In hexadecimal, over the encoded bytes."""


class Lines(Entry):
    """Physical lines of the original file, for an upload with rejected rows and its corrections."""

    rejected: tuple[int, ...]
    loaded: tuple[int, ...] = ()
    """The lines that a correction loads. They are not open any more once it completes."""
    complete: bool = True
    """False when there were too many lines to keep: then the upload cannot be corrected."""


class Bounds(Entry):
    """The least and greatest value of the partition column, as SQL literals without their type."""

    column: str
    low: str
    high: str


class Seal(Entry):
    """What reading the upload found. The file was read to its end and its bytes were intact."""

    plan: str
    """The plan under which it was read, which names the engine."""
    status: Literal["valid", "over_limit", "file_fault", "skipped"]
    """Only `valid` is loaded. `skipped`: the same content is loaded already."""
    identical: UploadRef | None = None
    """Another upload with the same content."""
    detail: str | None = None
    """Why the status is not `valid`, for people."""
    counts: Counts
    stopped_at: int | None = None
    """The line at which the reading of the rows ended, because a limit was certainly exceeded: then
    the counts are those of the rows before it. None if all rows were read."""
    reasons: tuple[Reason, ...] = ()
    """Most frequent first; the file fault alone when there is one."""
    warnings: tuple[CheckWarning, ...] = ()
    """The checks that warn of rows which are loaded; empty unless the status is `valid`."""
    chunks: tuple[StagedChunk, ...] = ()
    """In the order of the file; empty unless the status is `valid`."""
    rejects: RejectsRef | None = None
    lines: Lines | None = None
    """None if there are none, or so many that `lines_digest` names the object that holds them."""
    lines_digest: str | None = None
    corrects: str | None = None
    """The upload whose rejected rows these are, when the upload is a correction."""
    ingested_at: datetime
    """The `_ingested_at` of all its rows, which no other load with this `_upload_id` has."""
    bounds: Bounds | None = None
    at: datetime


class CorrectionLink(Entry):
    """Links a correction to the upload that it corrects."""

    upload: str


class CorrectionSlot(Entry):
    """A numbered place among the corrections of an upload, taken by one of them, or by the
    revocation of the upload itself."""

    upload: str
    """The correction; for a revocation the upload whose corrections these are."""
    attempt: int = 1
    """The attempt that has taken it; a later one if a correction is restored."""
    revokes: int | None = None
    """The attempt whose rows a revocation removes. Corrections in later slots are for rows that
    have been removed, unless the upload was restored since."""
    ingested_at: datetime
    """The `_ingested_at` of its rows: later than that of the original and of the slots before."""


class ChunkStream(Entry):
    """The claim of the pending stream for a chunk, in one attempt to load the upload."""

    stream: str
    rows_per_append: int
    """Pinned, so that a retry by other code appends at the same offsets."""
    at: datetime
    """When the stream was created, or a moment later."""


class ChunkDone(Entry):
    """All rows of the chunk are in its stream."""

    rows: int
    at: datetime


class FailedChunk(Entry):
    """The first chunk of the upload that failed permanently in this attempt."""

    chunk: int
    code: str
    message: str
    at: datetime


class PendingCommit(Entry):
    """The frozen list of the streams that one commit makes visible together."""

    streams: tuple[str, ...]
    oldest: datetime
    """When the oldest of them was created."""


class SharedAppend(Entry):
    """The place of a small upload in a COMMITTED stream that it shares with others."""

    stream: str
    created: datetime
    offset: int
    rows: int
    nonce: str
    """A random value that differs between deliveries, so that each recognises its own claim."""


class Decision(Entry):
    """How one attempt to load an upload ends; there is one for each attempt. A commit has either
    `pending` or `shared`, and neither of them when the upload has no rows."""

    outcome: Literal["commit", "abandoned", "rejected"]
    seal: int
    pending: PendingCommit | None = None
    shared: SharedAppend | None = None
    reason: str = ""
    """Why the attempt was abandoned, or rejected by an operator."""
    code: str | None = None
    """Why it was rejected, if neither the rows nor the file are the reason."""
    at: datetime


class Dead(Entry):
    """Proof that the commit of an attempt can never take effect."""

    reason: str
    at: datetime


class Settled(Entry):
    """What an operator found about a commit whose outcome csvgate could not know."""

    verdict: Literal["committed", "not-loaded"]
    actor: str
    reason: str
    at: datetime


class Finished(Entry):
    """The terminal event of an attempt is published. A completed upload is visible in BigQuery."""

    outcome: Literal["completed", "rejected"]
    code: str | None = None
    """Why the upload was rejected although its rows are valid."""
    detail: str | None = None
    reasons: tuple[Reason, ...] = ()
    """Why rows cannot be added to the table, in addition to the reasons in the seal."""
    changes: Changes | None = None
    """What it changed in its table; None if it only added its rows."""
    bytes_scanned: int = 0
    """What BigQuery read for that."""
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
    """A breaker opened: `letters` of the last `letters` + `handled` uploads had dead letters."""

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
    attempt: int = 1
    """The attempt from which on it owns the name; a later one if it was revoked and restored."""


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
    verified_by: str = ""
    """How the actor's name was proven: `iap` or `id-token`. Empty if it is only claimed, as by the
    command and the local console."""
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
    verified_by: str = ""
    """As in AuditAction."""
    at: datetime
    reason: str
    letter: str
    function: str
    code: str
    upload: str
    outcome: str
    """Where it went (topic and message id), or how it was changed."""
