"""Copies of reference objects in the ledger.

Every chunk of an upload must be enriched with the same generation of a reference, and the
references bucket may not keep it. An upload therefore pins a copy, which later uploads of the
reference do not change. A reference is copied again each month: the ledger's lifecycle deletes
objects by their age, and a copy that is pinned must outlive the upload.
"""

from datetime import datetime

from csvgate.ports import CREATE_BYTES
from csvgate.protocol.identity import digest
from csvgate.protocol.ledger.entries import Received
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import REFERENCE
from csvgate.runtime.errors import Permanent

_CSV = "text/csv"


def snapshot_name(bucket: str, name: str, generation: int, now: datetime) -> str:
    """Return the name of this month's copy of this generation."""
    digested = digest(f"gs://{bucket}/{name}", str(generation))
    return REFERENCE.name(month=f"{now:%Y-%m}", snapshot=digested)


def has_snapshot(ledger: Ledger, snapshot: str) -> bool:
    return ledger.store.stat(ledger.bucket, snapshot) is not None


def write_snapshot(ledger: Ledger, snapshot: str, data: bytes) -> None:
    """Create the copy. Deliveries that do this at the same time write the same bytes, so it does
    not matter which one succeeds."""
    if len(data) <= CREATE_BYTES:
        ledger.store.create(ledger.bucket, snapshot, data, _CSV)
        return
    with ledger.store.writer(ledger.bucket, snapshot, _CSV) as copy:
        copy.write(data)
        copy.finish()


def read_snapshot(ledger: Ledger, received: Received, reference: str) -> bytes:
    """Return the copy that the upload has pinned, by the reference's name in the contract. Raises
    Permanent `reference.gone`."""
    snapshot = received.references[reference].snapshot
    data = ledger.store.read(ledger.bucket, snapshot)
    if data is None:
        raise Permanent(
            "reference.gone",
            f"reference {reference}: its copy gs://{ledger.bucket}/{snapshot} is gone",
        )
    return data
