"""Lists and finds the uploads in the ledger."""

from dataclasses import dataclass
from datetime import datetime

from csvgate.protocol.events import UploadRef
from csvgate.protocol.ledger import paths
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.operate.uploads import UploadStatus, status


@dataclass(frozen=True, slots=True)
class Arrival:
    """The facts about an upload that never change."""

    at: datetime
    upload: UploadRef
    dataset: str
    """Empty for an object that no contract matches."""


def upload_ids(ledger: Ledger) -> list[str]:
    """Return the ids of all uploads, with one listing."""
    found: dict[str, None] = {}
    for name in ledger.names(paths.UPLOADS):
        found.setdefault(paths.upload_of(name))
    return list(found)


def arrival(ledger: Ledger, upload_id: str) -> Arrival | None:
    """Return the arrival of an upload, or None if it is not recorded yet; one or two reads."""
    entries = ledger.upload(upload_id)
    if received := entries.received():
        return Arrival(received.received_at, received.upload, received.dataset)
    if ignored := entries.ignored():
        return Arrival(ignored.at, ignored.upload, "")
    return None


def statuses(ledger: Ledger, most: int | None = None) -> list[UploadStatus]:
    """Return the status of the `most` latest uploads, or of all, latest first."""
    return [status(ledger, upload_id) for _, upload_id, _ in _latest_first(ledger)[:most]]


def find(ledger: Ledger, wanted: str) -> UploadStatus | None:
    """Find an upload by its id, by a unique beginning of its id, or by the name of its object;
    the latest upload of that name wins."""
    ids = [upload_id for upload_id in upload_ids(ledger) if upload_id.startswith(wanted)]
    if wanted in ids or len(ids) == 1:
        return status(ledger, wanted if wanted in ids else ids[0])
    named = [upload_id for _, upload_id, name in _latest_first(ledger) if name == wanted]
    return status(ledger, named[0]) if named else None


def _latest_first(ledger: Ledger) -> list[tuple[datetime, str, str]]:
    """Return arrival, id and object name of every upload; one or two reads per upload."""
    arrived = (arrival(ledger, upload_id) for upload_id in upload_ids(ledger))
    return sorted(((a.at, a.upload.id, a.upload.name) for a in arrived if a), reverse=True)
