"""What must hold of the index of uploads by day, once nothing is under way any more."""

from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate.protocol.ledger.ledger import UploadLedger
from csvgate.protocol.ledger.revocations import RevocationLedger
from csvgate_ops.operate.upload_index.listed import Listed
from csvgate_ops.operate.upload_index.listing import read_listing, today
from simulate.world.crash import require, require_equal
from simulate.world.people import People


def check_index(people: People) -> None:
    """Every upload that has ended is listed once, in the state and with the rows that the other
    entries of the ledger say. Raises Violation."""
    ledger = people.cloud.unwatched_ledger()
    listing = read_listing(ledger, until=today(people.cloud.now))
    listed = {upload.id: upload for upload in listing.uploads}
    for sent in people.sent:
        entries = ledger.upload(sent.upload.id)
        expected = _expected(entries)
        if expected is None:
            continue
        found = listed.get(entries.id)
        require(found is not None, f"{entries.id} is {expected[0]}, and is not in the index")
        assert found is not None
        require_equal(expected, _said(found), f"what the index says of {entries.id}")


def _said(found: Listed) -> tuple[str, int, int]:
    return found.state, found.read, found.rejected


def _expected(entries: UploadLedger) -> tuple[str, int, int] | None:
    """The state and the rows of an upload that has ended; None if it has not."""
    received, end = entries.received(), end_of_upload(entries)
    if received is None:
        return ("ignored", 0, 0) if entries.ignored() else None
    if end is None:
        return None
    seal = entries.seal(end.decision.seal)
    assert seal is not None
    removed = RevocationLedger(entries.attempt(end.attempt)).removed()
    state = "revoked" if removed else end.finished.outcome
    return state, seal.counts.read, seal.counts.rejected
