"""Objects that are not for us: each ends in a named outcome, none in an exception."""

from csvgate.contracts.match import Contracts
from csvgate.ports import Clock
from csvgate.protocol.events import UploadRef
from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.entries import Ignored
from csvgate.protocol.ledger.ledger import Ledger


def out_of_scope(upload: Upload, *, uploads_bucket: str, rejects_bucket: str) -> str | None:
    """The outcome's name for an object nobody meant as an upload; None for an upload."""
    if upload.bucket == rejects_bucket:
        return "ignored: reject file"
    if upload.bucket != uploads_bucket:
        return "ignored: other bucket"
    if upload.name.endswith("/"):
        return "ignored: folder"
    return None


def ignore_unmatched(upload: Upload, contracts: Contracts, ledger: Ledger, clock: Clock) -> str:
    """Record that no contract matches, so that `csvgate status` can tell the uploader."""
    patterns = ", ".join(sorted(p for c in contracts for p in c.match)) or "none"
    ledger.upload(upload.id).ignore(
        Ignored(
            upload=UploadRef.of(upload),
            reason="no_contract",
            detail=f"no contract matches {upload.name}; the contracts match: {patterns}",
            at=clock(),
        )
    )
    return "ignored: no contract"
