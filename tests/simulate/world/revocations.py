"""What must hold of uploads that an operator revokes and restores."""

from csvgate.contracts.checks.column_names import INGESTED_AT, UPLOAD_ID
from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.protocol.ledger.revocations import RevocationLedger
from simulate.world import shop
from simulate.world.crash import require, require_equal
from simulate.world.people import People


def note_revocations(people: People) -> None:
    """Rows that jobs have removed are not in the table any more."""
    executed = people.cloud.warehouse.executed
    while people.revocations < len(executed):
        each = executed[people.revocations]
        people.revocations += 1
        if each.table == shop.TABLE:
            people.seen -= each.deleted


def is_revoked(people: People, upload: str) -> bool:
    """Whether the rows of an upload have left the table, and it is not restored."""
    entries = people.cloud.unwatched_ledger().upload(upload)
    current = current_attempt(entries)
    return RevocationLedger(current.entries).removed() is not None


def was_revoked(people: People, upload: str, attempt: int) -> bool:
    entries = people.cloud.unwatched_ledger().upload(upload).attempt(attempt)
    return RevocationLedger(entries).revoked() is not None


def removed(people: People, attempt: AttemptLedger) -> None:
    """It is recorded only after the rows have left the table, unless it is restored since."""
    if attempt.dead() is None:
        _require_gone(people, attempt, "is said to be removed")


def restored(people: People, attempt: AttemptLedger) -> None:
    """A restored attempt has ended, and its rows have left the table."""
    who = f"attempt {attempt.number} of {attempt.upload}"
    require(attempt.finished() is not None, f"{who} is restored, but has not ended")
    decision = attempt.decision()
    if decision is not None and decision.outcome == "commit":
        gone = RevocationLedger(attempt).removed() is not None
        require(gone, f"{who} is restored, but was not removed")
    _require_gone(people, attempt, "is restored")


def revoked(people: People, event: UploadFinished) -> None:
    """A revocation is announced once the rows have left the table."""
    attempt = people.cloud.unwatched_ledger().upload(event.upload.id).attempt(event.attempt)
    if attempt.dead() is None:
        _require_gone(people, attempt, "is announced as revoked")


def _require_gone(people: People, attempt: AttemptLedger, how: str) -> None:
    entries = people.cloud.unwatched_ledger().upload(attempt.upload)
    decision = attempt.decision()
    seal = entries.seal(decision.seal) if decision else None
    assert seal is not None
    load = seal.corrects or attempt.upload, seal.ingested_at
    way = people.sent_as(load[0]).way
    rows = people.cloud.warehouse.rows(f"sales.{way}" if way else shop.TABLE)
    there = sum((row[UPLOAD_ID], row[INGESTED_AT]) == load for row in rows)
    require_equal(0, there, f"rows of {attempt.upload} that are visible although it {how}")
