"""The timeline of one upload: every ledger entry that says when something happened."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel

from csvgate.protocol.ledger import paths
from csvgate.protocol.ledger.attempts import CurrentAttempt
from csvgate.protocol.ledger.entries import Decision, Note, Received, Seal
from csvgate.protocol.ledger.ledger import AttemptLedger, UploadLedger
from csvgate.protocol.ledger.paths import LedgerPath
from csvgate.protocol.ledger.revocations import RevocationLedger
from csvgate.text import changed, counted

_MOST_CHUNKS: Final = 100
"""The most chunks of an attempt that have a line each: reading 10,000 entries takes minutes."""


class Step(BaseModel):
    """One line of an upload's timeline."""

    at: datetime
    what: str
    detail: str = ""


def timeline(
    entries: UploadLedger,
    received: Received,
    seal: Seal | None,
    current: CurrentAttempt,
    notes: Sequence[tuple[LedgerPath, Note]],
) -> tuple[Step, ...]:
    """Return the steps in the order of their times."""
    steps = [
        Step(at=received.received_at, what="received", detail=counted(received.size, "byte")),
        *_starts(entries),
        *_sealed(seal),
        *_attempts(entries, current),
        *_failed(entries),
        *(
            Step(at=note.at, what=note.code, detail=f"{note.message} ({note.function})")
            for _, note in notes
        ),
        *_emails(entries),
    ]
    return tuple(sorted(steps, key=lambda step: step.at))


def _starts(entries: UploadLedger) -> Iterator[Step]:
    for found in entries.ledger.find(paths.START, upload=entries.id):
        if start := entries.ledger.get(paths.START, **found):
            detail = f"start {found['number']} of validate_and_parse ({start.revision})"
            yield Step(at=start.at, what="delivered again", detail=detail)
    for found in entries.ledger.find(paths.OVERRUN, upload=entries.id):
        if overrun := entries.ledger.get(paths.OVERRUN, **found):
            detail = (
                f"start {found['number']} of validate_and_parse, after {overrun.bytes_read:,} of "
                f"{counted(overrun.size, 'byte')} and {counted(overrun.rows, 'row')}"
            )
            yield Step(at=overrun.at, what="ran out of time", detail=detail)
    for found in entries.ledger.find(paths.START_END, upload=entries.id):
        if (end := entries.ledger.get(paths.START_END, **found)) and end.code:
            detail = f"start {found['number']} of validate_and_parse: {end.code}"
            yield Step(at=end.at, what="start failed", detail=detail)


def _sealed(seal: Seal | None) -> Iterator[Step]:
    if seal is not None:
        c = seal.counts
        detail = seal.detail or (
            f"{c.read:,} rows read = {c.valid:,} valid + {c.rejected:,} rejected, "
            f"{counted(len(seal.chunks), 'chunk')}"
        )
        yield Step(at=seal.at, what="sealed", detail=detail)


def _failed(entries: UploadLedger) -> Iterator[Step]:
    for found in entries.ledger.find(paths.FAILED_CHUNK, upload=entries.id):
        if failed := entries.ledger.get(paths.FAILED_CHUNK, **found):
            what = f"chunk {failed.chunk} failed, attempt {found['attempt']}"
            detail = f"{failed.code}: {failed.message}; the other chunks wait for it"
            yield Step(at=failed.at, what=what, detail=detail)


def _attempts(entries: UploadLedger, current: CurrentAttempt) -> Iterator[Step]:
    chunks: dict[int, list[dict[str, int]]] = {}
    for found in entries.ledger.find(paths.CHUNK_DONE, upload=entries.id):
        chunks.setdefault(found["attempt"], []).append(found)
    for number in range(1, current.number + 1):
        attempt = entries.attempt(number)
        suffix = f", attempt {number}" if current.number > 1 else ""
        for found in chunks.get(number, [])[:_MOST_CHUNKS]:
            if done := attempt.chunk_done(found["seal"], found["chunk"]):
                what = f"chunk {found['chunk']} written{suffix}"
                yield Step(at=done.at, what=what, detail=counted(done.rows, "row"))
        yield from _attempt(attempt, suffix)


def _attempt(attempt: AttemptLedger, suffix: str) -> Iterator[Step]:
    decision = attempt.decision()
    if decision is None:
        return
    if decision.outcome == "commit":
        yield Step(at=decision.at, what=f"decided to commit{suffix}", detail=_loaded_by(decision))
    elif decision.code is not None:
        yield Step(at=decision.at, what=f"decided as revoked{suffix}", detail=decision.reason)
    elif decision.outcome == "abandoned":
        yield Step(at=decision.at, what=f"abandoned{suffix}", detail=decision.reason)
    if settled := attempt.settled():
        detail = f"by {settled.actor}: {settled.reason}"
        yield Step(at=settled.at, what=f"settled as {settled.verdict}{suffix}", detail=detail)
    if dead := attempt.dead():
        yield Step(at=dead.at, what=f"dead{suffix}", detail=dead.reason)
    if finished := attempt.finished():
        visible = "all rows are visible; " if finished.outcome == "completed" else ""
        if finished.changes is not None:
            c = finished.changes
            visible = f"{changed(c.inserted, c.updated, c.deleted)}; "
        why = f"{finished.code}; " if finished.code else ""
        detail = f"{visible}{why}its event is published"
        yield Step(at=finished.at, what=f"{finished.outcome}{suffix}", detail=detail)
        yield from _revoked(RevocationLedger(attempt), suffix)


def _revoked(entries: RevocationLedger, suffix: str) -> Iterator[Step]:
    revoked = entries.revoked()
    if revoked is not None:
        detail = f"by {revoked.actor}: {revoked.reason}"
        if revoked.upload != entries.attempt.upload:
            detail = f"with upload {revoked.upload}, {detail}"
        yield Step(at=revoked.at, what=f"revoked{suffix}", detail=detail)
    if removed := entries.removed():
        rows = counted(removed.rows, "row")
        detail = f"{rows} removed, those of corrections included; BigQuery read "
        detail += counted(removed.bytes_scanned, "byte")
        yield Step(at=removed.at, what=f"rows removed{suffix}", detail=detail)
    if restored := entries.restored():
        detail = f"by {restored.actor}: {restored.reason}"
        yield Step(at=restored.at, what=f"restored{suffix}", detail=detail)


def _loaded_by(decision: Decision) -> str:
    if decision.shared is not None:
        rows = counted(decision.shared.rows, "row")
        return f"{rows} at offset {decision.shared.offset:,} of a shared stream"
    streams = decision.pending.streams if decision.pending else ()
    return f"{counted(len(streams), 'stream')} together" if streams else "no row to load"


def _emails(entries: UploadLedger) -> Iterator[Step]:
    for parts in entries.ledger.find(paths.EMAIL_CLAIM, upload=entries.id):
        if claimed := entries.ledger.get(paths.EMAIL_CLAIM, **parts):
            yield Step(at=claimed.at, what=f"email claimed: {parts['end']}")
    for parts in entries.ledger.find(paths.EMAIL_SENT, upload=entries.id):
        if sent := entries.ledger.get(paths.EMAIL_SENT, **parts):
            detail = counted(sent.recipients, "recipient")
            yield Step(at=sent.at, what=f"emailed: {parts['end']}", detail=detail)
