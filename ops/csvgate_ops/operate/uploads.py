"""Reads the status of one upload from the ledger: its state, counts, failures and timeline."""

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
    """One line of an upload's timeline."""

    at: datetime
    what: str
    detail: str = ""


class Failed(BaseModel):
    """A failure for which a function sent a dead letter."""

    function: str
    code: str


class UploadStatus(BaseModel):
    """The status of one upload. Fields are None while the ledger does not have them yet."""

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
    """The gs:// address of the reject file."""
    corrects: str | None = None
    """The upload whose rejected rows this one corrects."""
    corrected_by: tuple[str, ...] = ()
    open_rows: int | None = None
    """Rejected rows of a completed upload that no correction has loaded yet."""
    failures: tuple[Failed, ...] = ()
    """Dead-lettered failures; a replay may have succeeded since."""
    emailed: bool = False
    timeline: tuple[Step, ...] = ()


def status(ledger: Ledger, upload_id: str) -> UploadStatus:
    """Return the status of an upload; its state is `unknown` if the ledger has no entry for it."""
    return _Reader(ledger, upload_id).status()


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
            state=(state := self._state(entries, validated, failed=bool(failures))),
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
            emailed=any(s.what.startswith(f"emailed: {state}.") for s in steps),
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
        corrected = [s.counts.valid for s in found if s.counts and s.state == "completed"]
        return validated.counts.rejected - sum(corrected)

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
            yield Step(at=done.at, what=f"chunk {index} written", detail=counted(done.rows, "row"))

    def _end_steps(self, entries: UploadLedger, notes: Notes) -> Iterator[Step]:
        committed, finished = entries.committed(), entries.finished()
        if committed:
            yield Step(at=committed.at, what="committed", detail="all rows visible at once")
        if finished and (claim := entries.outcome_claim()):
            yield Step(at=finished.at, what=claim.outcome, detail="its event is published")
        for _, note in notes:
            yield Step(at=note.at, what=note.code, detail=f"{note.message} ({note.function})")
        for parts in self.ledger.find(paths.EMAIL_CLAIM, upload=self.id):
            if claimed := self.ledger.get(paths.EMAIL_CLAIM, **parts):
                yield Step(at=claimed.at, what=f"email claimed: {parts['end']}")
        for parts in self.ledger.find(paths.EMAIL_SENT, upload=self.id):
            if sent := self.ledger.get(paths.EMAIL_SENT, **parts):
                detail = counted(sent.recipients, "recipient")
                yield Step(at=sent.at, what=f"emailed: {parts['end']}", detail=detail)
