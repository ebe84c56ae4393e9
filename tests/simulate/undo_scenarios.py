"""Scenarios of uploads that an operator revokes and restores: step 10 of the delivery protocol."""

from csvgate.effects.model import JobResult
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.revocations import RevocationLedger
from simulate.effect_scenarios import AGAIN, FINAL, ONE_CHUNK, SOME_BAD, TWO, jobs_fail, jobs_take
from simulate.happenings import all_of, correct, send, unstage, wait
from simulate.sequence import Happening, Scenario, Sequence
from simulate.world import shop
from simulate.world.cloud import Revision
from simulate.world.crash import require_equal
from simulate.world.operator import Action

A = "orders/a.csv"
SMALL = Revision(chunk_bytes=400, request_bytes=5000)
REFUSED = JobResult(state="failed", reason="invalidQuery")


def order(action: Action, which: int = 0) -> Happening:
    """An operator begins to revoke or restore an upload, by its place among those that were
    uploaded."""

    def happen(sequence: Sequence) -> None:
        sequence.people.order(action, sequence.people.sent[which].upload.id)

    return happen


revoke, restore = order("revoke"), order("restore")


def rows_must_be(number: int, way: str = "orders") -> Happening:
    """Unless something went wrong, the table has so many rows at the end."""

    def happen(sequence: Sequence) -> None:
        if not sequence.points:
            found = len(sequence.cloud.warehouse.rows(f"sales.{way}"))
            require_equal(number, found, f"rows of {way}")

    return happen


def must_be_revoked(sequence: Sequence) -> None:
    """Whatever went wrong, the first upload is revoked at the end."""
    current = current_attempt(
        sequence.cloud.unwatched_ledger().upload(sequence.people.sent[0].upload.id)
    )
    gone = RevocationLedger(current.entries).removed() is not None
    is_rejected = current.decision is not None and current.decision.code is not None
    require_equal(True, gone or is_rejected, "whether the upload is revoked")


def must_be_loaded(sequence: Sequence) -> None:
    """Whatever went wrong, the first upload is not revoked at the end."""
    current = current_attempt(
        sequence.cloud.unwatched_ledger().upload(sequence.people.sent[0].upload.id)
    )
    gone = RevocationLedger(current.entries).removed() is not None
    require_equal(False, gone, "whether the upload is revoked")


UNDO = (
    Scenario(
        "revoke a small upload",
        send(A, TWO),
        last=revoke,
        revision=SMALL,
        after=all_of(must_be_revoked, rows_must_be(0)),
        points="pairs",
    ),
    Scenario(
        "revoke several chunks",
        all_of(send(A, shop.file("5", "6", "7")), send("orders/b.csv", TWO)),
        last=revoke,
        after=all_of(must_be_revoked, rows_must_be(2)),
    ),
    Scenario(
        "revoke an upload under way",
        all_of(send(A, shop.file("5", "6", "7")), wait(seconds=1)),
        at={1: revoke},
        after=must_be_revoked,
    ),
    Scenario(
        "revoke while a small upload stands still",
        send(A, TWO),
        upon_freeze=revoke,
        revision=SMALL,
    ),
    Scenario(
        "revoke upon a crash",
        send(A, TWO),
        upon_crash=revoke,
        revision=SMALL,
    ),
    Scenario(
        "revoke an upload and its correction",
        send(A, SOME_BAD),
        then=None,
        at={3: correct},
        last=revoke,
        revision=SMALL,
        after=all_of(must_be_revoked, rows_must_be(0)),
    ),
    Scenario(
        "revoke races with a correction",
        send(A, SOME_BAD),
        last=all_of(correct, revoke),
        revision=SMALL,
        after=must_be_revoked,
    ),
    Scenario(
        "revoke before a correction",
        send(A, SOME_BAD),
        last=all_of(revoke, correct),
        revision=SMALL,
        after=all_of(must_be_revoked, rows_must_be(0)),
    ),
    Scenario(
        "revoke while a correction stands still",
        send(A, SOME_BAD),
        last=correct,
        upon_freeze=revoke,
        revision=SMALL,
    ),
    Scenario(
        "revoke twice at once",
        send(A, TWO),
        last=all_of(revoke, revoke),
        revision=SMALL,
        after=must_be_revoked,
    ),
    Scenario(
        "revoke by a slow job",
        all_of(jobs_take(minutes=3), send(A, TWO)),
        last=revoke,
        revision=SMALL,
        after=must_be_revoked,
    ),
    Scenario(
        "revoke by a job that fails",
        all_of(jobs_fail(AGAIN, FINAL, FINAL), send(A, TWO)),
        last=all_of(revoke, revoke, revoke),
        revision=SMALL,
        after=must_be_revoked,
    ),
    Scenario(
        "revoke and restore",
        send(A, TWO),
        last=all_of(revoke, restore),
        revision=SMALL,
        after=all_of(must_be_loaded, rows_must_be(2)),
    ),
    Scenario(
        "revoke and restore several chunks",
        send(A, shop.file("5", "6", "7")),
        last=all_of(revoke, restore),
        after=all_of(must_be_loaded, rows_must_be(3)),
    ),
    Scenario(
        "revoke and restore an upload and its correction",
        send(A, SOME_BAD),
        at={3: correct, 6: revoke},
        last=restore,
        revision=ONE_CHUNK,
        after=all_of(must_be_loaded, rows_must_be(2)),
    ),
    Scenario(
        "restore from the file",
        all_of(send(A, TWO)),
        at={3: all_of(revoke, unstage)},
        last=restore,
        revision=SMALL,
        after=all_of(must_be_loaded, rows_must_be(2)),
    ),
    Scenario(
        "restore races with a correction",
        send(A, SOME_BAD),
        at={3: revoke},
        last=all_of(restore, correct),
        revision=SMALL,
    ),
    Scenario(
        "restore races with a revocation",
        send(A, SOME_BAD),
        at={3: correct, 6: revoke},
        last=all_of(restore, revoke),
        revision=SMALL,
    ),
)
