"""Which upload a mended reject file belongs to, and which of its lines may still be loaded.

Corrections of one upload take numbered slots, each created once, and each waits for the one before
it: a line that two of them bring is loaded by the first alone.
"""

from dataclasses import dataclass

from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger import Ledger, PlanLedger, UploadLedger
from csvgate.protocol.ledger_entries import OutcomeClaim
from csvgate.rejects.corrections import name_without_upload_id, upload_id_in_name
from csvgate.runtime.errors import Transient
from csvgate.validation.faults import FileFault


@dataclass(frozen=True, slots=True)
class Origin:
    upload: str
    """Id of the first upload: its rows keep this `_upload_id` and their lines."""
    open_lines: frozenset[int]


def find_origin(upload: Upload, dataset: str, ledger: Ledger) -> Origin:
    """Raises FileFault naming what to do, Transient `origin.waiting` while an earlier
    correction of the same upload is under way."""
    origin = _origin_id(upload, dataset, ledger)
    claim = _ended(ledger.upload(origin))
    if claim is None:
        raise Transient("origin.waiting", f"upload {origin} itself is still under way")
    if claim.outcome != "completed":
        raise FileFault(
            "correction.nothing_loaded",
            f"nothing of upload {origin} was loaded; mend the original and upload it whole",
        )
    rejected = _lines_of(ledger, origin, claim).lines()
    if rejected is None or not rejected.complete:
        raise FileFault(
            "correction.lines_unknown",
            f"the ledger does not say which lines of upload {origin} were rejected; delete the two "
            "columns that begin with _csvgate_ and upload the rows as a file of their own",
        )
    taken = _taken(upload, origin, ledger)
    return Origin(origin, frozenset(rejected.rejected) - taken)


def _origin_id(upload: Upload, dataset: str, ledger: Ledger) -> str:
    named = upload_id_in_name(upload.name)
    received = ledger.upload(named).received() if named else None
    if received is None:
        raise name_without_upload_id()
    if received.dataset != dataset:
        raise FileFault(
            "correction.dataset",
            f"this is a reject file of dataset {received.dataset}, uploaded to {dataset}",
        )
    return ledger.upload(received.upload.id).corrects() or received.upload.id


def _taken(upload: Upload, origin: str, ledger: Ledger) -> frozenset[int]:
    """Lines that earlier corrections loaded."""
    taken: set[int] = set()
    number = 0
    while (holder := ledger.upload(origin).correction(number, upload.id)) != upload.id:
        claim = _ended(ledger.upload(holder))
        if claim is None:
            raise Transient(
                "origin.waiting", f"correction {holder} of upload {origin} is under way"
            )
        if claim.outcome == "completed":
            lines = _lines_of(ledger, holder, claim).lines()
            taken.update(lines.loaded if lines else ())
        number += 1
    return frozenset(taken)


def _ended(entries: UploadLedger) -> OutcomeClaim | None:
    """How it ended. A claim to complete it is no end before its rows are there: should they never
    come, a correction would be loaded without the rest."""
    claim = entries.claim()
    if claim is None or (claim.outcome == "completed" and not entries.is_committed()):
        return None
    return claim


def _lines_of(ledger: Ledger, upload_id: str, claim: OutcomeClaim) -> PlanLedger:
    return ledger.upload(upload_id).plan(claim.plan)
