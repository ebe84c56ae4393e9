"""Finds one upload in the ledger."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby, islice

from csvgate.protocol.identity import is_identifier
from csvgate.protocol.ledger import paths
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.operate.upload_index.lines import reader, stream
from csvgate_ops.operate.upload_index.listing import read_listing, today
from csvgate_ops.operate.uploads import UploadStatus, status


def upload_ids(ledger: Ledger, start: str = "") -> Iterator[str]:
    """Yield the ids of all uploads that begin so, from one listing."""
    found = (paths.upload_of(name) for name in ledger.names(paths.UPLOADS + start))
    yield from (upload_id for upload_id, _ in groupby(found))


def find(ledger: Ledger, wanted: str, now: datetime | None = None) -> UploadStatus | None:
    """Find an upload by its id, by a unique beginning of its id, or by the name of its object;
    the latest upload of that name wins. A name is looked for in the index by day, newest first, and
    then among the uploads that are not in the index, because they were received before there was
    one. `now` is the current time."""
    if is_identifier(wanted):
        ids = list(islice(upload_ids(ledger, wanted), 2))
        if wanted in ids or len(ids) == 1:
            return status(ledger, ids[0])
    listing = read_listing(ledger, until=today(now or datetime.now(UTC)))
    for line in stream(reader(ledger), listing.uploads):
        if line.upload is not None and line.upload.name == wanted:
            return status(ledger, line.id)
    known = {upload.id for upload in listing.uploads}
    return _unlisted(ledger, wanted, known)


def _unlisted(ledger: Ledger, wanted: str, known: set[str]) -> UploadStatus | None:
    """Return the latest upload of that name among those that are not `known`; one or two reads for
    each of them."""
    found: list[tuple[datetime, str]] = []
    for upload_id in upload_ids(ledger):
        if upload_id in known:
            continue
        entries = ledger.upload(upload_id)
        if received := entries.received():
            if received.upload.name == wanted:
                found.append((received.received_at, upload_id))
        elif (ignored := entries.ignored()) and ignored.upload.name == wanted:
            found.append((ignored.at, upload_id))
    return status(ledger, max(found)[1]) if found else None
