"""Find the upload that a corrected reject file belongs to, and the lines it may still load.

Corrections of one upload take numbered slots, each created once, and each waits for the one before
it: a line that two corrections contain is loaded by the first of them only. A slot also fixes the
`_ingested_at` of the correction's rows. It distinguishes them from the rows of the original and of
other corrections, whose `_upload_id` they share.
"""

from datetime import datetime, timedelta
from typing import Final

from csvgate.contracts.effects import disposition
from csvgate.contracts.hashing import from_json
from csvgate.light_dataclass import dataclass
from csvgate.protocol.ledger.attempts import End, end_of_upload
from csvgate.protocol.ledger.entries import CorrectionSlot, Received, Seal
from csvgate.protocol.ledger.ledger import Ledger, UploadLedger
from csvgate.rejects.corrections import name_without_upload_id, upload_id_in_name
from csvgate.runtime.errors import Permanent, Transient
from csvgate.validation.faults import FileFault

_STEP: Final = timedelta(microseconds=1)
"""The resolution of a TIMESTAMP in BigQuery."""


@dataclass(frozen=True, slots=True)
class Origin:
    upload: str
    """The original upload: corrected rows keep its `_upload_id` and their line numbers."""
    open_lines: frozenset[int]
    """Rejected lines that no correction has loaded yet."""
    ingested_at: datetime
    """The `_ingested_at` of the correction's rows."""


def find_origin(correction: Received, ledger: Ledger) -> Origin:
    """Return the upload that this one corrects. Raises FileFault if nothing can be corrected, and
    Transient `origin.waiting` while the original or an earlier correction is under way."""
    origin = _original(correction, ledger)
    upload = origin.upload.id
    end = end_of_upload(ledger.upload(upload))
    if end is None:
        raise Transient(
            "origin.waiting", f"upload {upload}, which this file corrects, is still under way"
        )
    if end.finished.outcome != "completed":
        raise FileFault(
            "correction.nothing_loaded",
            f"nothing of upload {upload} was loaded; correct the original and upload all of it",
        )
    rejected = ledger.upload(upload).lines(_seal(upload, end, ledger))
    if rejected is None or not rejected.complete:
        raise FileFault(
            "correction.lines_unknown",
            f"the ledger does not say which lines of upload {upload} were rejected; delete the two "
            "columns that begin with _csvgate_ and upload the rows as a new file",
        )
    loaded, ingested_at = _take_slot(correction, origin, ledger)
    return Origin(upload, frozenset(rejected.rejected) - loaded, ingested_at)


def _original(correction: Received, ledger: Ledger) -> Received:
    named = upload_id_in_name(correction.upload.name)
    received = ledger.upload(named).received() if named else None
    if received is None:
        raise name_without_upload_id()
    if received.dataset != correction.dataset:
        raise FileFault(
            "correction.dataset",
            f"this is a reject file of dataset {received.dataset}, uploaded to "
            f"{correction.dataset}",
        )
    first = ledger.upload(received.upload.id).corrects()
    original = ledger.upload(first).received() if first else received
    if original is None:
        raise Permanent("ledger.incomplete", f"the ledger does not know upload {first}")
    return original


def _take_slot(
    correction: Received, origin: Received, ledger: Ledger
) -> tuple[frozenset[int], datetime]:
    """Take the next slot, or find the one that an earlier delivery took. Return the lines that the
    corrections before it have loaded, and the slot's `_ingested_at`. Where rows of the table are
    changed, that is just after the slot before: a correction is as old as its original then, and
    comes before everything newer."""
    loaded: set[int] = set()
    is_appended = disposition(from_json(correction.contract)) == "append"
    number, before = 0, origin.received_at if is_appended else origin.created_at
    entries = ledger.upload(origin.upload.id)
    while True:
        next_ = before + _STEP
        ingested_at = max(correction.received_at, next_) if is_appended else next_
        ours = CorrectionSlot(upload=correction.upload.id, ingested_at=ingested_at)
        slot = entries.claim_correction_slot(number, ours)
        if slot.upload == correction.upload.id:
            return frozenset(loaded), slot.ingested_at
        if slot.revokes is not None:
            _require_restored(entries, slot.revokes)
            number, before = number + 1, slot.ingested_at
            continue
        end = end_of_upload(ledger.upload(slot.upload))
        if end is None:
            raise Transient(
                "origin.waiting",
                f"correction {slot.upload} of upload {origin.upload.id} is under way",
            )
        if end.finished.outcome == "completed":
            lines = ledger.upload(slot.upload).lines(_seal(slot.upload, end, ledger))
            loaded.update(lines.loaded if lines else ())
        number, before = number + 1, slot.ingested_at


def _require_restored(entries: UploadLedger, attempt: int) -> None:
    """Raises FileFault if the rows of the original were revoked and not restored, and Transient
    while that is under way."""
    from csvgate.protocol.ledger.revocations import RevocationLedger

    revoked = entries.attempt(attempt)
    if revoked.dead() is not None:
        if end_of_upload(entries) is None:
            raise Transient("origin.waiting", f"upload {entries.id} is being restored")
        return
    if RevocationLedger(revoked).removed() is None:
        raise Transient(
            "origin.waiting",
            f"upload {entries.id}, which this file corrects, is being revoked; `csvgate revoke "
            f"{entries.id}` continues that if it was interrupted",
        )
    raise FileFault(
        "correction.revoked",
        f"the rows of upload {entries.id} were revoked by an operator, so none of its rows can be "
        "corrected; ask for `csvgate restore`, or upload the whole file again",
    )


def _seal(upload: str, end: End, ledger: Ledger) -> Seal:
    """Return the seal whose rows the upload's end is about."""
    seal = ledger.upload(upload).seal(end.decision.seal)
    if seal is None:
        raise Permanent(
            "ledger.incomplete", f"the ledger lacks seal {end.decision.seal} of upload {upload}"
        )
    return seal
