"""One upload from arrival to email, as the ledger tells it. Reads only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from csvgate.protocol.events import Counts, Reason, UploadRef, UploadValidated
from csvgate.protocol.ledger import paths
from csvgate.protocol.ledger.entries import Note, OutcomeClaim
from csvgate.protocol.ledger.ledger import Ledger, PlanLedger, UploadLedger
from csvgate.protocol.ledger.paths import LedgerPath
from csvgate.text import counted

State = Literal["unknown", "ignored", "validating", "loading", "completed", "rejected", "failed"]
ENDED: frozenset[State] = frozenset(["ignored", "completed", "rejected", "failed"])


class Step(BaseModel):
    at: datetime
    what: str
    detail: str = ""


class Failed(BaseModel):
    function: str
    code: str


class UploadStatus(BaseModel):
    id: str
    state: State
    upload: UploadRef | None = None
    dataset: str | None = None
    table: str | None = None
    size: int | None = None
    detail: str | None = None
    counts: Counts | None = None
    chunks: int | None = None
    chunks_loaded: int = 0
    reasons: tuple[Reason, ...] = ()
    rejects: str | None = None
    """gs:// address of the reject file."""
    corrects: str | None = None
    """The upload whose rejected rows this one brings back mended."""
    corrected_by: tuple[str, ...] = ()
    open_rows: int | None = None
    """Rejected rows of a completed upload that no correction has brought back yet."""
    failures: tuple[Failed, ...] = ()
    """What functions gave up on, with a dead letter; a replay may have mended it since."""
    emailed: bool = False
    timeline: tuple[Step, ...] = ()


def upload_ids(ledger: Ledger) -> list[str]:
    """Every upload the ledger knows."""
    found: dict[str, None] = {}
    for name in ledger.names(paths.UPLOADS):
        found.setdefault(paths.upload_of(name))
    return list(found)


def status(ledger: Ledger, upload_id: str) -> UploadStatus:
    """Where the upload stands; state `unknown` when the ledger has nothing of it."""
    return _Reader(ledger, upload_id).status()


def statuses(ledger: Ledger, most: int | None = None) -> list[UploadStatus]:
    """Uploads, newest first: every one, or the `most` newest."""
    return [status(ledger, upload_id) for _, upload_id, _ in _newest_first(ledger)[:most]]


def find(ledger: Ledger, wanted: str) -> UploadStatus | None:
    """By id, by the start of an id that only one has, or the newest by object name."""
    ids = [upload_id for upload_id in upload_ids(ledger) if upload_id.startswith(wanted)]
    if wanted in ids or len(ids) == 1:
        return status(ledger, wanted if wanted in ids else ids[0])
    named = [upload_id for _, upload_id, name in _newest_first(ledger) if name == wanted]
    return status(ledger, named[0]) if named else None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What never changes about an upload."""

    at: datetime
    upload: UploadRef
    dataset: str
    """Empty for an object that no contract wants."""


def arrival(ledger: Ledger, upload_id: str) -> Arrival | None:
    """One or two reads; None for an upload whose receipt is not written yet."""
    entries = ledger.upload(upload_id)
    if received := entries.received():
        return Arrival(received.received_at, received.upload, received.dataset)
    if ignored := entries.ignored():
        return Arrival(ignored.at, ignored.upload, "")
    return None


def _newest_first(ledger: Ledger) -> list[tuple[datetime, str, str]]:
    """When each upload arrived, its id and its object's name: one or two reads an upload."""
    arrived = (arrival(ledger, upload_id) for upload_id in upload_ids(ledger))
    return sorted(((a.at, a.upload.id, a.upload.name) for a in arrived if a), reverse=True)


Notes = Sequence[tuple[LedgerPath, Note]]


def _failures(notes: Notes) -> Iterator[Failed]:
    for path, note in notes:
        if path is paths.FAILURE_NOTE:
            yield Failed(function=note.function, code=note.code)


@dataclass(slots=True)
class _Reader:
    ledger: Ledger
    id: str

    def status(self) -> UploadStatus:
        entries = self.ledger.upload(self.id)
        ignored = entries.ignored()
        if ignored is not None:
            step = Step(at=ignored.at, what="ignored", detail=ignored.detail)
            return UploadStatus(
                id=self.id,
                state="ignored",
                upload=ignored.upload,
                detail=ignored.detail,
                timeline=(step,),
            )
        received = entries.received()
        if received is None:
            return UploadStatus(id=self.id, state="unknown")
        claim = entries.outcome_claim()
        plan = entries.plan(claim.plan if claim else received.plan)
        validated = plan.validated()
        notes = entries.notes()
        failures = tuple(_failures(notes))
        steps = [
            Step(at=received.received_at, what="received", detail=counted(received.size, "byte")),
            *self._plan_steps(plan, validated),
            *self._end_steps(entries, notes),
        ]
        steps.sort(key=lambda step: step.at)
        rejects = validated.rejects if validated else None
        return UploadStatus(
            id=self.id,
            state=self._state(entries, validated, failed=bool(failures)),
            upload=received.upload,
            dataset=received.dataset,
            size=received.size,
            detail=validated.detail if validated else None,
            counts=validated.counts if validated else None,
            chunks=validated.chunks if validated else None,
            chunks_loaded=plan.done_count(),
            reasons=validated.reasons if validated else (),
            rejects=f"gs://{rejects.bucket}/{rejects.name}" if rejects else None,
            corrects=entries.corrects(),
            corrected_by=(corrections := tuple(entries.corrections())),
            open_rows=self._open_rows(validated, claim, corrections),
            failures=failures,
            emailed=any(s.what.startswith("emailed") for s in steps),
            timeline=tuple(steps),
        )

    def _open_rows(
        self,
        validated: UploadValidated | None,
        claim: OutcomeClaim | None,
        corrections: tuple[str, ...],
    ) -> int | None:
        if validated is None or claim is None or claim.outcome != "completed":
            return None
        found = [status(self.ledger, upload_id) for upload_id in corrections]
        mended = [s.counts.valid for s in found if s.counts and s.state == "completed"]
        return validated.counts.rejected - sum(mended)

    def _state(
        self, entries: UploadLedger, validated: UploadValidated | None, *, failed: bool
    ) -> State:
        claim = entries.outcome_claim()
        if claim is not None and entries.is_finished():
            return claim.outcome
        if failed:
            return "failed"
        return "validating" if validated is None else "loading"

    def _plan_steps(self, plan: PlanLedger, validated: UploadValidated | None) -> Iterator[Step]:
        if validated is not None:
            c = validated.counts
            detail = validated.detail or (
                f"{c.read:,} rows read = {c.valid:,} valid + {c.rejected:,} rejected, "
                f"{counted(validated.chunks, 'chunk')}"
            )
            yield Step(at=validated.validated_at, what="validated", detail=detail)
        for index, done in plan.done_chunks():
            yield Step(at=done.at, what=f"chunk {index} loaded", detail=counted(done.rows, "row"))

    def _end_steps(self, entries: UploadLedger, notes: Notes) -> Iterator[Step]:
        committed, finished = entries.committed(), entries.finished()
        if committed:
            yield Step(at=committed.at, what="committed", detail="all rows visible at once")
        if finished and (claim := entries.outcome_claim()):
            yield Step(at=finished.at, what=claim.outcome, detail="completion event published")
        for _, note in notes:
            yield Step(at=note.at, what=note.code, detail=f"{note.message} ({note.function})")
        for parts in self.ledger.find(paths.EMAIL_CLAIM, upload=self.id):
            if claimed := self.ledger.get(paths.EMAIL_CLAIM, **parts):
                yield Step(at=claimed.at, what=f"email begun: {parts['outcome']}")
        for parts in self.ledger.find(paths.EMAIL_SENT, upload=self.id):
            if sent := self.ledger.get(paths.EMAIL_SENT, **parts):
                detail = counted(sent.recipients, "recipient")
                yield Step(at=sent.at, what=f"emailed: {parts['outcome']}", detail=detail)
