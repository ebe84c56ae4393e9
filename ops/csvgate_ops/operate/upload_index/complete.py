"""Adds to the index by day what the other entries of the ledger say about uploads.

Functions list every upload. Only uploads that were received before the ledger had an index are
missing, and only this command adds them. An entry that exists stays as it is.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import Final

from csvgate.protocol.ledger import paths
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.day_index import (
    index_end,
    index_failed,
    index_ignored,
    index_received,
    index_undo,
)
from csvgate.protocol.ledger.entries import Received
from csvgate.protocol.ledger.ledger import Ledger, UploadLedger
from csvgate.protocol.ledger.revocations import RevocationLedger
from csvgate_ops.operate.upload_index.listing import read_listing, today
from csvgate_ops.operate.upload_list import upload_ids

_WRITERS: Final = 8
_AT_ONCE: Final = 1_000


def missing(ledger: Ledger, now: datetime) -> Iterator[str]:
    """Yield the ids of the uploads that the index does not list, or lists without their end because
    an old revision of enrich_records ended them."""
    listing = read_listing(ledger, until=today(now)).uploads
    known = {upload.id for upload in listing if upload.end or upload.state == "ignored"}
    return (upload_id for upload_id in upload_ids(ledger) if upload_id not in known)


def complete(ledger: Ledger, uploads: Iterator[str]) -> int:
    """List these uploads, which takes about ten reads and two writes each. Return the number of
    those for which an entry was added. Simultaneous calls do no harm. Raises Transient and
    Permanent; what was listed until then stays."""
    done = 0
    with ThreadPoolExecutor(_WRITERS) as writers:
        while portion := list(islice(uploads, _AT_ONCE)):
            done += sum(writers.map(lambda upload: _complete(ledger.upload(upload)), portion))
    return done


def _complete(entries: UploadLedger) -> bool:
    """List one upload. Return False if everything is listed, or if the ledger does not say yet what
    the object is. The last attempt comes first, and its end last, so that an upload of which only a
    part was listed is either complete for lists, or missing."""
    received, ledger = entries.received(), entries.ledger
    if received is None:
        ignored = entries.ignored()
        return ignored is not None and index_ignored(ledger, ignored)
    added = [
        _attempt(entries, received, number)
        for number in range(current_attempt(entries).number, 0, -1)
    ]
    added += [
        index_failed(ledger, received, note.code, note.at)
        for path, note in entries.notes()
        if path is paths.FAILURE_NOTE
    ]
    return index_received(ledger, received) or any(added)


def _attempt(entries: UploadLedger, received: Received, number: int) -> bool:
    attempt = entries.attempt(number)
    decision, finished = attempt.decision(), attempt.finished()
    seal = entries.seal(decision.seal) if decision else None
    if decision is None or finished is None or seal is None:
        return False
    added, revocation = False, RevocationLedger(attempt)
    if restored := revocation.restored():
        added = index_undo(entries.ledger, received, "restored", number, restored.at)
    if removed := revocation.removed():
        added = index_undo(entries.ledger, received, "revoked", number, removed.at) or added
    ended = index_end(
        entries.ledger,
        received,
        finished.outcome,
        number,
        decision.at,
        counts=seal.counts,
        stopped_at=seal.stopped_at,
        code=finished.code,
    )
    return added or ended
