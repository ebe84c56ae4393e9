"""Scenarios of uploads that an operator revokes and restores: step 10 of the delivery protocol."""

from datetime import timedelta
from typing import Any

from csvgate.ports import TableSpec
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.revocations import RevocationLedger
from csvgate.runtime.errors import Transient
from simulate.effect_scenarios import (
    AGAIN,
    FINAL,
    ONE_CHUNK,
    SOME_BAD,
    TWO,
    jobs_fail,
    jobs_take,
    late,
)
from simulate.happenings import all_of, correct, send, unstage, wait
from simulate.sequence import Happening, Scenario, Sequence
from simulate.world import shop
from simulate.world.cloud import Revision
from simulate.world.crash import require_equal
from simulate.world.operator import Action

A = "orders/a.csv"
SMALL = Revision(chunk_bytes=400, request_bytes=5000)


def order(action: Action, which: int = 0) -> Happening:
    """An operator begins to revoke or restore an upload, by its place among those that were
    uploaded; nothing if something went wrong and it is not uploaded yet."""

    def happen(sequence: Sequence) -> None:
        if which < len(sequence.people.sent):
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


def lose_the_commit(sequence: Sequence) -> None:
    """The first commit takes effect, but its answer is lost, and a day later BigQuery has forgotten
    its streams."""
    warehouse: Any = sequence.cloud.warehouse
    original = warehouse.commit

    def commit(spec: TableSpec, streams: list[str]) -> None:
        warehouse.commit = original
        original(spec, streams)
        for stream in streams:
            warehouse.expire(stream)
        sequence.cloud.now += timedelta(hours=26)
        raise Transient("bigquery.unavailable", "its answer is lost")

    warehouse.commit = commit


def must_be_revoked(sequence: Sequence) -> None:
    """Whatever went wrong, the first upload is revoked at the end."""
    current = current_attempt(
        sequence.cloud.unwatched_ledger().upload(sequence.people.sent[0].upload.id)
    )
    gone = RevocationLedger(current.entries).removed() is not None
    is_rejected = current.decision is not None and current.decision.code is not None
    require_equal(True, gone or is_rejected, "whether the upload is revoked")


def must_be_loaded(sequence: Sequence) -> None:
    """Unless something went wrong, the first upload is not revoked at the end. A command that is
    run again may come after the other one."""
    current = current_attempt(
        sequence.cloud.unwatched_ledger().upload(sequence.people.sent[0].upload.id)
    )
    gone = RevocationLedger(current.entries).removed() is not None
    require_equal(False, gone and not sequence.points, "whether the upload is revoked")


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
        after=rows_must_be(0),
    ),
    Scenario(
        "revoke while a small upload stands still",
        send(A, TWO),
        upon_freeze=revoke,
        revision=SMALL,
    ),
    Scenario(
        "revoke while a commit of forgotten streams stands still",
        all_of(lose_the_commit, send(A, shop.file("5", "6", "7"))),
        upon_freeze=revoke,
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
        points="none",
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
    Scenario(
        "restore, and revoke while that stands still",
        send(A, SOME_BAD),
        at={3: correct, 6: revoke},
        last=restore,
        upon_freeze=revoke,
        revision=SMALL,
    ),
    Scenario(
        "revoke a generation, then a newer one",
        send("daily/a.csv", TWO),
        at={3: revoke},
        last=send("daily/a.csv", shop.file("8")),
        revision=ONE_CHUNK,
        versioned=True,
        after=rows_must_be(1, "daily"),
    ),
    Scenario(
        "revoke races with a newer generation",
        send("daily/a.csv", TWO),
        last=all_of(send("daily/a.csv", shop.file("8")), revoke),
        revision=ONE_CHUNK,
        versioned=True,
        after=rows_must_be(1, "daily"),
    ),
    Scenario(
        "revoke the newer generation",
        send("daily/a.csv", TWO),
        last=all_of(send("daily/a.csv", shop.file("8"))),
        at={6: order("revoke", 1)},
        revision=ONE_CHUNK,
        versioned=True,
        after=rows_must_be(0, "daily"),
    ),
    Scenario(
        "revoke and restore a generation and its correction",
        send("daily/a.csv", SOME_BAD),
        at={3: correct, 6: revoke},
        last=restore,
        revision=ONE_CHUNK,
        versioned=True,
        after=all_of(must_be_loaded, rows_must_be(2, "daily")),
    ),
    Scenario(
        "revoke a generation upon a crash",
        send("daily/a.csv", TWO),
        upon_crash=revoke,
        revision=ONE_CHUNK,
        versioned=True,
    ),
    Scenario(
        "revoke by a job that fails, in a log",
        send("daily/a.csv", TWO),
        at={3: jobs_fail(AGAIN, FINAL)},
        last=all_of(revoke, revoke, revoke),
        revision=ONE_CHUNK,
        versioned=True,
        after=must_be_revoked,
        points="none",
    ),
    Scenario(
        "revoke what has replaced the table",
        send("whole/a.csv", TWO),
        last=all_of(revoke, send("whole/b.csv", shop.file("9"))),
        revision=ONE_CHUNK,
        after=rows_must_be(1, "whole"),
    ),
    Scenario(
        "revoke and restore parts",
        all_of(send("parts/a.csv", TWO), send("parts/b.csv", shop.file("8"))),
        at={6: revoke},
        last=restore,
        revision=ONE_CHUNK,
        points="none",
    ),
    Scenario(
        "revoke unique rows, then the same ones again",
        send("codes/a.csv", TWO),
        at={3: revoke},
        last=send("codes/b.csv", TWO),
        revision=ONE_CHUNK,
        after=rows_must_be(2, "codes"),
    ),
    Scenario(
        "revoke merged rows",
        send("stock/a.csv", TWO),
        last=revoke,
        revision=ONE_CHUNK,
        after=all_of(must_be_loaded, rows_must_be(2, "stock")),
        points="none",
    ),
    Scenario(
        "an older generation after the revocation of the newer one",
        all_of(late("daily/a.csv", TWO, hours=1), send("daily/a.csv", shop.file("8"))),
        at={3: order("revoke", 1)},
        revision=ONE_CHUNK,
        versioned=True,
        after=rows_must_be(2, "daily"),
        points="none",
    ),
)
