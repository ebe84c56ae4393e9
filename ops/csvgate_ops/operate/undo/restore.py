"""Load a revoked upload again, from its staged chunks or from its file, and then its corrections.

A restored upload is a new attempt: it ends again, and is announced again. Its corrections follow
once it has completed, because their rows must never be in the table without those of the original.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Literal

from csvgate.contracts.hashing import from_json
from csvgate.light_dataclass import dataclass
from csvgate.protocol.identity import digest
from csvgate.protocol.ledger.attempts import CurrentAttempt, current_attempt, end_of_upload
from csvgate.protocol.ledger.day_index import index_undo
from csvgate.protocol.ledger.effect_entries import Restored
from csvgate.protocol.ledger.entries import CorrectionSlot, Dead, Holder, Received
from csvgate.protocol.ledger.holders import gave_up_name
from csvgate.protocol.ledger.ledger import UploadLedger
from csvgate.protocol.ledger.paths import HOLDER
from csvgate.protocol.ledger.revocations import REVOKED_CODE, RevocationLedger, is_removed
from csvgate.protocol.messages.publish import publish_all
from csvgate.protocol.staging import staged_folder, staged_name
from csvgate_ops.operate.audit import record
from csvgate_ops.operate.storage_notification import object_finalized
from csvgate_ops.operate.undo.announce import publish_marker
from csvgate_ops.operate.undo.examine import upload_of
from csvgate_ops.operate.undo.services import CannotUndo, NotYet, Services
from csvgate_ops.operate.undo.twins import require_no_twin

_STEP: Final = timedelta(microseconds=1)
Source = Literal["staged chunks", "file"]


@dataclass(frozen=True, slots=True)
class Restoration:
    """What was done, or would be."""

    upload: str
    attempt: int
    """The attempt that loads the upload again."""
    source: Source | None
    """Where its rows come from; None if it is loaded again already."""
    corrections: tuple[str, ...] = ()
    """Corrections that are loaded again now."""
    waiting: tuple[str, ...] = ()
    """Corrections that are loaded again once the upload has completed."""


def plan_restore(services: Services, upload: str) -> Restoration:
    """Return what restoring would do. Raises CannotUndo, Transient and Permanent."""
    ledger = services.ledger
    entries = ledger.upload(upload)
    received, contract, current = upload_of(ledger, upload)
    if origin := entries.corrects():
        raise CannotUndo(
            f"upload {upload} corrects {origin}: `csvgate restore {origin}` loads it again with "
            "its corrections"
        )
    removed = tuple(_corrections(services, entries))
    if _is_revoked(current):
        require_no_twin(ledger, received, contract)
        source = _source(services, entries, received)
        return Restoration(upload, current.number + 1, source, (), removed)
    if not _was_restored(current):
        raise CannotUndo(f"upload {upload} is not revoked; `csvgate status {upload}` shows it")
    end = end_of_upload(entries)
    if end is None:
        return Restoration(
            upload, current.number, _source(services, entries, received), (), removed
        )
    if end.finished.outcome != "completed":
        raise CannotUndo(
            f"upload {upload} was restored, and ended as rejected: {end.finished.detail or ''}"
        )
    if not removed:
        raise CannotUndo(f"upload {upload} is restored already")
    return Restoration(upload, current.number, None, removed)


def restore(services: Services, upload: str, *, actor: str, reason: str) -> Restoration:
    """Restore an upload, by its whole id; or continue a restoration. The audit entry is written
    first. Raises CannotUndo, Transient and Permanent; the same command continues later."""
    plan = plan_restore(services, upload)
    details = {"upload": upload, "attempt": plan.attempt, "corrections": list(plan.corrections)}
    record(services.ledger, "upload.restore", actor, reason, details, services.clock)
    entries = services.ledger.upload(upload)
    received, _, current = upload_of(services.ledger, upload)
    restored = Restored(actor=actor, reason=reason, at=services.clock())
    if current.number < plan.attempt:
        _hold_name(services, received, plan.attempt)
        _open_next(services, current, restored)
    if plan.source is not None:
        _send(services, entries, received)
    for correction in plan.corrections:
        _restore_correction(services, entries, correction, plan.attempt, restored)
    return plan


def _is_revoked(current: CurrentAttempt) -> bool:
    """Return whether the upload's rows are revoked, or its current attempt was decided so. Raises
    NotYet while that is under way."""
    decision, finished = current.decision, None
    if decision is not None:
        finished = current.entries.finished()
    who = f"upload {current.entries.upload}"
    if decision is not None and decision.code == REVOKED_CODE:
        if finished is None:
            raise NotYet(f"that {who} is revoked is not announced yet; try again later")
        return True
    revocation = RevocationLedger(current.entries)
    if finished is None or revocation.revoked() is None:
        return False
    if revocation.removed() is None:
        raise NotYet(
            f"{who} is being revoked: `csvgate revoke {current.entries.upload}` continues that"
        )
    return True


def _was_restored(current: CurrentAttempt) -> bool:
    """Return whether an attempt before this one was revoked and restored."""
    upload = current.entries.ledger.upload(current.entries.upload)
    earlier = (RevocationLedger(upload.attempt(n)) for n in range(1, current.number))
    return any(each.restored() is not None for each in earlier)


def _corrections(services: Services, entries: UploadLedger) -> Iterator[str]:
    """Yield the corrections whose rows were removed with those of their original, and those whose
    restoration may have been interrupted."""
    for upload in entries.corrections():
        there = services.ledger.upload(upload)
        end = end_of_upload(there)
        if end is None:
            if _was_restored(current_attempt(there)):
                yield upload
        elif end.finished.outcome == "completed" and is_removed(there, end):
            yield upload


def _source(services: Services, entries: UploadLedger, received: Received) -> Source:
    """Return where the rows can be read. Raises CannotUndo if they are nowhere any more."""
    standing = entries.standing_seal()
    if standing is not None:
        there = set(services.store.names(services.staging_bucket, staged_folder(entries.id)))
        chunks = standing[1].chunks
        if all(staged_name(entries.id, chunk.sha256) in there for chunk in chunks):
            return "staged chunks"
    ref = received.upload
    if services.store.stat(ref.bucket, ref.name, ref.generation) is None:
        raise CannotUndo(
            f"the staged chunks of upload {entries.id} and its file gs://{ref.bucket}/{ref.name}#"
            f"{ref.generation} are gone: upload the file again"
        )
    return "file"


def _hold_name(services: Services, received: Received, attempt: int) -> None:
    """Own the object name again, if it must not be loaded twice. Raises CannotUndo if another
    upload owns it."""
    if from_json(received.contract).on_overwrite != "refuse":
        return
    ref, ledger, number = received.upload, services.ledger, 0
    ours = Holder(upload=ref.id, generation=ref.generation, attempt=attempt)
    name = digest(ref.bucket, ref.name)
    while True:
        holder = ledger.create_or_get(HOLDER, ours, object=name, number=number)
        if (holder.upload, holder.attempt) == (ref.id, attempt):
            return
        end = end_of_upload(ledger.upload(holder.upload))
        if not gave_up_name(holder, end, ledger):
            raise CannotUndo(
                f"{ref.name} is loaded from another file, generation {holder.generation}, and the "
                f"contract refuses to load a name twice: revoke upload {holder.upload} first"
            )
        number += 1


def _open_next(services: Services, current: CurrentAttempt, restored: Restored) -> None:
    """End the revoked attempt, so that the next one begins."""
    standing = RevocationLedger(current.entries).restore(restored)
    upload, number = current.entries.upload, current.number
    if received := services.ledger.upload(upload).received():
        index_undo(services.ledger, received, "restored", number, standing.at)
    reason = f"revoked, and restored by {standing.actor}: {standing.reason}"
    current.entries.mark_dead(Dead(reason=reason, at=services.clock()))


def _send(services: Services, entries: UploadLedger, received: Received) -> None:
    """Publish the message that makes the functions load the upload. enrich_records publishes all
    others for an attempt after the first."""
    standing = entries.standing_seal()
    ref = received.upload
    if standing is not None and _source(services, entries, received) == "staged chunks":
        publish_marker(services, received, standing[0])
        return
    info = services.store.stat(ref.bucket, ref.name, ref.generation)
    message = object_finalized(
        bucket=ref.bucket,
        name=ref.name,
        generation=ref.generation,
        size=received.size,
        crc32c=received.crc32c,
        created=received.created_at,
        content_encoding=info.content_encoding if info else None,
    )
    publish_all(services.publisher, services.storage_topic, [message])


def _restore_correction(
    services: Services, entries: UploadLedger, correction: str, epoch: int, restored: Restored
) -> None:
    """Load a correction again. It takes the next slot first, so that a revocation that comes later
    waits for it. Raises CannotUndo if one came before."""
    there = services.ledger.upload(correction)
    received = there.received()
    if received is None:
        raise CannotUndo(f"the ledger does not know correction {correction}")
    current = current_attempt(there)
    if _is_revoked(current):
        _take_slot(entries, correction, current.number + 1, epoch)
        _open_next(services, current, restored)
    _send(services, there, received)


def _take_slot(entries: UploadLedger, correction: str, attempt: int, epoch: int) -> None:
    """Take the next place among the corrections of an upload, or find the one that was taken
    before."""
    slots = entries.slots()
    while True:
        for slot in slots:
            if slot.revokes is not None and slot.revokes >= epoch:
                raise CannotUndo(f"upload {entries.id} was revoked again in the meantime")
            if (slot.upload, slot.attempt) == (correction, attempt):
                return
        at = slots[-1].ingested_at + _STEP
        ours = CorrectionSlot(upload=correction, attempt=attempt, ingested_at=at)
        slots.append(entries.claim_correction_slot(len(slots), ours))
