"""Find the upload that a corrected reject file belongs to, and the lines it may still load.

Corrections of one upload take numbered slots, each created once, and each waits for the one before
it: a line that two corrections contain is loaded by the first of them only.
"""

from dataclasses import dataclass

from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.entries import OutcomeClaim
from csvgate.protocol.ledger.ledger import Ledger, PlanLedger, UploadLedger
from csvgate.rejects.corrections import name_without_upload_id, upload_id_in_name
from csvgate.runtime.errors import Transient
from csvgate.validation.faults import FileFault


@dataclass(frozen=True, slots=True)
class Origin:
    upload: str
    """The original upload: corrected rows keep its `_upload_id` and their line numbers."""
    open_lines: frozenset[int]
    """Rejected lines that no correction has loaded yet."""


def find_origin(upload: Upload, dataset: str, ledger: Ledger) -> Origin:
    """Raises FileFault when nothing can be corrected, and Transient `origin.waiting` while the
    original or an earlier correction is under way."""
    origin = _origin_id(upload, dataset, ledger)
    claim = _ended(ledger.upload(origin))
    if claim is None:
        raise Transient(
            "origin.waiting", f"upload {origin}, which this file corrects, is still under way"
        )
    if claim.outcome != "completed":
        raise FileFault(
            "correction.nothing_loaded",
            f"nothing of upload {origin} was loaded; correct the original and upload all of it",
        )
    rejected = _plan_of(ledger, origin, claim).lines()
    if rejected is None or not rejected.complete:
        raise FileFault(
            "correction.lines_unknown",
            f"the ledger does not say which lines of upload {origin} were rejected; delete the two "
            "columns that begin with _csvgate_ and upload the rows as a new file",
        )
    loaded = _loaded_before(upload, origin, ledger)
    return Origin(origin, frozenset(rejected.rejected) - loaded)


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


def _loaded_before(upload: Upload, origin: str, ledger: Ledger) -> frozenset[int]:
    """Return the lines that earlier corrections have loaded."""
    loaded: set[int] = set()
    number = 0
    while (owner := ledger.upload(origin).claim_correction_slot(number, upload.id)) != upload.id:
        claim = _ended(ledger.upload(owner))
        if claim is None:
            raise Transient("origin.waiting", f"correction {owner} of upload {origin} is under way")
        if claim.outcome == "completed":
            lines = _plan_of(ledger, owner, claim).lines()
            loaded.update(lines.loaded if lines else ())
        number += 1
    return frozenset(loaded)


def _ended(entries: UploadLedger) -> OutcomeClaim | None:
    """Return the claim of an upload that has ended. A claim to complete it is not enough before its
    rows are committed: if they never are, a correction would be loaded without them."""
    claim = entries.outcome_claim()
    if claim is None or (claim.outcome == "completed" and not entries.is_committed()):
        return None
    return claim


def _plan_of(ledger: Ledger, upload_id: str, claim: OutcomeClaim) -> PlanLedger:
    return ledger.upload(upload_id).plan(claim.plan)
