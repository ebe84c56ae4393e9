"""Reads the status of one upload from the ledger: its state, counts, failures and timeline."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from csvgate.protocol.events import Changes, CheckWarning, Counts, Reason, UploadRef
from csvgate.protocol.ledger import paths
from csvgate.protocol.ledger.attempts import CurrentAttempt, current_attempt
from csvgate.protocol.ledger.entries import Decision, Finished, Note, Received, Seal
from csvgate.protocol.ledger.ledger import Ledger, UploadLedger
from csvgate.protocol.ledger.paths import LedgerPath
from csvgate.protocol.ledger.revocations import RevocationLedger
from csvgate_ops.operate.timeline import Step, timeline

State = Literal[
    "unknown",
    "ignored",
    "validating",
    "loading",
    "committing",
    "completed",
    "rejected",
    "failed",
    "revoking",
    "revoked",
]
"""An upload is `validating` until its seal stands, `loading` until its current attempt is decided,
and `committing` until its terminal event is published: then its rows may be visible already. It is
`revoking` from the record of its revocation until its rows have certainly left the table."""
ENDED: frozenset[State] = frozenset(["ignored", "completed", "rejected", "failed", "revoked"])


class Failed(BaseModel):
    """A failure for which a function sent a dead letter."""

    function: str
    code: str


class Attempt(BaseModel):
    """One attempt to load the upload. The last one is the current one."""

    number: int
    state: Literal["loading", "commit", "rejected", "abandoned", "dead", "revoked"]
    """`commit` is decided, but whether BigQuery has carried it out is known only once the upload is
    finished. An `abandoned` attempt committed nothing; the commit of a `dead` one never took
    effect. A `revoked` one was restored since, by the next attempt."""
    reason: str = ""
    """Why it was abandoned or is dead."""
    settled: Literal["committed", "not-loaded"] | None = None
    """What an operator found about its commit."""


class Revoked(BaseModel):
    """An operator has revoked the rows of the upload after they were loaded."""

    state: Literal["revoking", "revoked"]
    actor: str
    reason: str
    at: datetime
    removed: int | None = None
    """How many rows have left the table, those of corrections included; None while that is not
    known."""
    with_upload: str | None = None
    """For a correction, the upload with which its rows were removed."""


class UploadStatus(BaseModel):
    """The status of one upload. Fields are None while the ledger does not have them yet."""

    id: str
    state: State
    upload: UploadRef | None = None
    dataset: str | None = None
    size: int | None = None
    starts: int = 1
    """How many deliveries have started to read the upload."""
    overruns: int = 0
    """How many of them ran out of time."""
    seal: int | None = None
    """The number of the standing seal: the file was read to its end and is intact."""
    detail: str | None = None
    code: str | None = None
    """Why it was rejected although its rows are valid."""
    counts: Counts | None = None
    identical: UploadRef | None = None
    """Another upload with the same content."""
    changes: Changes | None = None
    """What it changed in its table; None if it only added its rows."""
    bytes_scanned: int = 0
    """What BigQuery read to change the table."""
    stopped_at: int | None = None
    """The line at which the reading of the rows ended, because a limit was certainly exceeded: then
    the counts are those of the rows before it."""
    chunks: int | None = None
    chunks_loaded: int = 0
    """In the current attempt."""
    attempts: tuple[Attempt, ...] = ()
    """In order; empty until the upload is sealed."""
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[CheckWarning, ...] = ()
    """The checks that warn of rows which are loaded."""
    rejects: str | None = None
    """The gs:// address of the reject file."""
    corrects: str | None = None
    """The upload whose rejected rows this one corrects."""
    corrected_by: tuple[str, ...] = ()
    open_rows: int | None = None
    """Rejected rows of a completed upload that no correction has loaded yet."""
    revoked: Revoked | None = None
    """Who revoked the rows of the current attempt."""
    failures: tuple[Failed, ...] = ()
    """Dead-lettered failures; a replay may have succeeded since."""
    ignored: str | None = None
    """Why the object is not an upload: `no_contract`, or `sidecar`."""
    emailed: bool = False
    """The email about this state is sent."""
    timeline: tuple[Step, ...] = ()


def failure_message(status: UploadStatus, failure: Failed) -> str:
    """Return the message of the failure, which names what is wrong; empty if it is not known."""
    said = [step.detail for step in status.timeline if step.what == failure.code]
    return said[-1].removesuffix(f" ({failure.function})") if said else ""


def status(ledger: Ledger, upload_id: str) -> UploadStatus:
    """Return the status of an upload; its state is `unknown` if the ledger has no entry for it."""
    entries = ledger.upload(upload_id)
    received = entries.received()
    if received is not None:
        return _received(entries, received)
    ignored = entries.ignored()
    if ignored is None:
        return UploadStatus(id=upload_id, state="unknown")
    return UploadStatus(
        id=upload_id,
        state="ignored",
        upload=ignored.upload,
        detail=ignored.detail,
        ignored=ignored.reason,
        timeline=(Step(at=ignored.at, what="ignored", detail=ignored.detail),),
    )


Notes = Sequence[tuple[LedgerPath, Note]]


def _received(entries: UploadLedger, received: Received) -> UploadStatus:
    current = current_attempt(entries)
    decision = current.decision
    finished = current.entries.finished() if decision else None
    sealed = _seal(entries, decision)
    number, seal = sealed or (None, None)
    notes, starts = entries.notes(), entries.starts()
    failures = tuple(
        Failed(function=note.function, code=note.code)
        for path, note in notes
        if path is paths.FAILURE_NOTE
    )
    steps = timeline(entries, received, seal, current, notes)
    rejects = seal.rejects if seal else None
    revoked = _revoked(current, finished)
    state = revoked.state if revoked else _state(seal, decision, finished, failed=bool(failures))
    return UploadStatus(
        id=entries.id,
        state=state,
        upload=received.upload,
        dataset=received.dataset,
        size=received.size,
        starts=starts.number,
        overruns=starts.overruns,
        seal=number,
        detail=_detail(seal, decision, finished, revoked),
        revoked=revoked,
        code=finished.code if finished else None,
        counts=seal.counts if seal else None,
        identical=seal.identical if seal else None,
        changes=finished.changes if finished else None,
        bytes_scanned=finished.bytes_scanned if finished else 0,
        stopped_at=seal.stopped_at if seal else None,
        chunks=len(seal.chunks) if seal else None,
        chunks_loaded=_chunks_loaded(sealed, current, finished),
        attempts=_attempts(entries, current) if seal or decision or current.number > 1 else (),
        reasons=(*(finished.reasons if finished else ()), *(seal.reasons if seal else ())),
        warnings=seal.warnings if seal else (),
        rejects=f"gs://{rejects.bucket}/{rejects.name}" if rejects else None,
        corrects=entries.corrects(),
        corrected_by=(corrections := tuple(entries.corrections())),
        open_rows=_open_rows(entries.ledger, seal, finished, corrections) if not revoked else None,
        failures=failures,
        emailed=any(step.what.startswith(_emailed(state, current)) for step in steps),
        timeline=steps,
    )


def _seal(entries: UploadLedger, decision: Decision | None) -> tuple[int, Seal] | None:
    """Return the seal that the current attempt was decided by, or else the standing one."""
    found = entries.seal(decision.seal) if decision else None
    return (decision.seal, found) if decision and found else entries.standing_seal()


def _revoked(current: CurrentAttempt, finished: Finished | None) -> Revoked | None:
    """Return who has revoked the rows of a completed attempt; None if nobody has."""
    if finished is None or finished.outcome != "completed":
        return None
    entries = RevocationLedger(current.entries)
    revoked = entries.revoked()
    if revoked is None:
        return None
    removed = entries.removed()
    return Revoked(
        state="revoked" if removed else "revoking",
        actor=revoked.actor,
        reason=revoked.reason,
        at=removed.at if removed else revoked.at,
        removed=removed.rows if removed else None,
        with_upload=revoked.upload if revoked.upload != current.entries.upload else None,
    )


def _detail(
    seal: Seal | None,
    decision: Decision | None,
    finished: Finished | None,
    revoked: Revoked | None,
) -> str | None:
    if revoked is not None:
        of = (
            f" with upload {revoked.with_upload}, which it corrects," if revoked.with_upload else ""
        )
        return f"revoked{of} by {revoked.actor}: {revoked.reason}"
    if decision is not None and decision.code is not None:
        return decision.reason
    return (finished and finished.detail) or (seal.detail if seal else None)


def _state(
    seal: Seal | None, decision: Decision | None, finished: Finished | None, *, failed: bool
) -> State:
    if finished is not None:
        return finished.outcome
    if failed:
        return "failed"
    if decision is not None and decision.outcome == "commit":
        return "committing"
    return "validating" if seal is None else "loading"


def _emailed(state: State, current: CurrentAttempt) -> str:
    """Return how the step begins that says that the email about this state is sent."""
    return "emailed: failed." if state == "failed" else f"emailed: {state}.{current.number}"


def _chunks_loaded(
    sealed: tuple[int, Seal] | None, current: CurrentAttempt, finished: Finished | None
) -> int:
    if sealed is None:
        return 0
    number, seal = sealed
    if finished is not None:
        return len(seal.chunks)  # a small upload has no entry of its only chunk
    return current.entries.done_count(number, len(seal.chunks))


def _attempts(entries: UploadLedger, current: CurrentAttempt) -> tuple[Attempt, ...]:
    return tuple(_attempt(entries, n) for n in range(1, current.number + 1))


def _attempt(entries: UploadLedger, number: int) -> Attempt:
    attempt = entries.attempt(number)
    decision = attempt.decision()
    if decision is None:
        return Attempt(number=number, state="loading")
    if decision.outcome == "abandoned":
        return Attempt(number=number, state="abandoned", reason=decision.reason)
    if decision.outcome == "rejected" and decision.code is None:
        return Attempt(number=number, state="rejected")
    dead, settled = attempt.dead(), attempt.settled()
    if dead and RevocationLedger(attempt).restored():
        return Attempt(number=number, state="revoked", reason=dead.reason)
    return Attempt(
        number=number,
        state="dead" if dead else "commit" if decision.outcome == "commit" else "rejected",
        reason=dead.reason if dead else "",
        settled=settled.verdict if settled else None,
    )


def _open_rows(
    ledger: Ledger, seal: Seal | None, finished: Finished | None, corrections: tuple[str, ...]
) -> int | None:
    if seal is None or finished is None or finished.outcome != "completed":
        return None
    found = [status(ledger, upload_id) for upload_id in corrections]
    corrected = [s.counts.valid for s in found if s.counts and s.state == "completed"]
    return seal.counts.rejected - sum(corrected)


__all__ = ["ENDED", "Attempt", "Failed", "State", "Step", "UploadStatus", "status"]
