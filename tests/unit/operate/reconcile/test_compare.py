"""Every discrepancy between ledger, tables and reject files, and the finding for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from csvgate.protocol.events import Counts, RejectsRef
from csvgate_ops.operate.reconcile.compare import compare
from csvgate_ops.operate.reconcile.facts import (
    Deadline,
    RejectFacts,
    Repeated,
    RowGroup,
    TableFacts,
    UploadFacts,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(hours=5), NOW - timedelta(minutes=5)
DEADLINE = Deadline(NOW, timedelta(hours=1))
TABLE = "sales.orders"
COUNTS = Counts(read=10, valid=8, rejected=2)
DONE = UploadFacts(
    id="a",
    name="orders/a.csv",
    received_at=OLD,
    table=TABLE,
    ingested_at=OLD,
    counts=COUNTS,
    rejects=RejectsRef(bucket="rejects", name="a.rejects.csv", generation=1, crc32c="AAAAAA=="),
    decision="commit",
    finished="completed",
)
GROUP = RowGroup(("a", OLD), rows=8, lines=8)
LOADED = TableFacts(TABLE, (GROUP,))
EMPTY = TableFacts(TABLE)
REJECTED = RejectFacts(2)
CORRECTION = replace(
    DONE,
    id="b",
    corrects="a",
    received_at=YOUNG,
    ingested_at=YOUNG,
    counts=Counts(read=2, valid=2, rejected=0),
    rejects=None,
)
REFUSED = replace(DONE, decision="rejected", finished="rejected")
COMMITTING = replace(DONE, finished=None)
LOADING = replace(COMMITTING, decision=None)
RECEIVED = replace(LOADING, counts=None, rejects=None, ingested_at=None)
FAILED = frozenset(["table.contradicts"])
UNEQUAL = Counts(read=11, valid=8, rejected=2)


def found(
    uploads: list[UploadFacts],
    table: TableFacts = EMPTY,
    rejects: RejectFacts = REJECTED,
) -> list[str]:
    """Return the codes of the findings; every upload with a reject file has this one."""
    files = {u.id: rejects for u in uploads if u.rejects is not None}
    return [f.code for f in compare(uploads, [table], files, DEADLINE)]


@pytest.mark.parametrize(
    ("uploads", "table"),
    [
        pytest.param([], EMPTY, id="nothing yet"),
        pytest.param([], TableFacts(TABLE, missing=True), id="no table yet"),
        pytest.param([DONE], LOADED, id="a completed upload"),
        pytest.param([REFUSED], EMPTY, id="a rejected upload"),
        pytest.param([replace(RECEIVED, received_at=YOUNG)], EMPTY, id="being validated"),
        pytest.param([replace(LOADING, received_at=YOUNG)], EMPTY, id="being loaded"),
        pytest.param(
            [replace(LOADING, failures=FAILED)], EMPTY, id="failed, waiting for an operator"
        ),
        pytest.param(
            [replace(COMMITTING, received_at=YOUNG)], LOADED, id="committed, not finished yet"
        ),
        pytest.param([replace(COMMITTING, received_at=YOUNG)], EMPTY, id="about to be committed"),
        pytest.param(
            [DONE, CORRECTION],
            TableFacts(TABLE, (GROUP, RowGroup(("a", YOUNG), 2, 2))),
            id="with its correction",
        ),
        pytest.param(
            [replace(DONE, counts=Counts(read=2, valid=0, rejected=2))], EMPTY, id="no valid row"
        ),
        pytest.param([replace(DONE, may_lose_rows=True)], EMPTY, id="replaced since"),
    ],
)
def test_no_discrepancy(uploads: list[UploadFacts], table: TableFacts) -> None:
    assert [] == found(uploads, table)


@pytest.mark.parametrize(
    ("uploads", "table", "expected"),
    [
        pytest.param([replace(DONE, counts=UNEQUAL)], LOADED, ["counts.unequal"], id="counts"),
        pytest.param([DONE], EMPTY, ["rows.missing"], id="all missing"),
        pytest.param(
            [DONE],
            TableFacts(TABLE, (replace(GROUP, lines=7, rows=7),)),
            ["rows.missing"],
            id="one",
        ),
        pytest.param(
            [DONE],
            TableFacts(TABLE, (replace(GROUP, lines=9, rows=9),)),
            ["rows.surplus"],
            id="more",
        ),
        pytest.param(
            [DONE],
            TableFacts(TABLE, (replace(GROUP, rows=9),), (Repeated("a", 1, 2, 5),)),
            ["rows.duplicate"],
            id="a line twice",
        ),
        pytest.param(
            [DONE],
            TableFacts(TABLE, (replace(GROUP, lines=7),), (Repeated("a", 1, 2, 5),)),
            ["rows.missing", "rows.duplicate"],
            id="one twice, one missing, the count right",
        ),
        pytest.param(
            [DONE, CORRECTION],
            TableFacts(TABLE, (GROUP, RowGroup(("a", YOUNG), 2, 2)), (Repeated("a", 2, 4, 3),)),
            ["rows.duplicate"],
            id="a correction brought loaded lines",
        ),
        pytest.param([DONE, CORRECTION], LOADED, ["rows.missing"], id="of a correction"),
        pytest.param(
            [replace(DONE, may_lose_rows=True)],
            TableFacts(TABLE, (RowGroup(("a", OLD), 9, 9),)),
            ["rows.surplus"],
            id="too many that may be replaced",
        ),
        pytest.param([], LOADED, ["rows.orphan"], id="unknown upload"),
        pytest.param(
            [DONE],
            TableFacts(TABLE, (GROUP, RowGroup(("a", YOUNG), 2, 2))),
            ["rows.orphan"],
            id="known upload, another time",
        ),
        pytest.param([REFUSED], LOADED, ["rows.uncommitted"], id="rows of a rejected upload"),
        pytest.param(
            [replace(LOADING, failures=FAILED)], LOADED, ["rows.uncommitted"], id="never committed"
        ),
        pytest.param(
            [replace(DONE, table="sales.other")], LOADED, ["rows.uncommitted"], id="another table"
        ),
        pytest.param(
            [DONE], TableFacts(TABLE, missing=True), ["table.missing"], id="the table dropped"
        ),
        pytest.param(
            [COMMITTING],
            LOADED,
            ["upload.unfinished", "rows.uncommitted"],
            id="committed, not announced",
        ),
        pytest.param([COMMITTING], EMPTY, ["upload.unfinished"], id="decided, not committed"),
        pytest.param(
            [replace(COMMITTING, failures=FAILED)],
            LOADED,
            ["rows.uncommitted"],
            id="rows visible, waiting for an operator",
        ),
        pytest.param([RECEIVED], EMPTY, ["upload.stuck"], id="received, no progress"),
        pytest.param([LOADING], EMPTY, ["upload.stuck"], id="validated, no progress"),
    ],
)
def test_discrepancies(uploads: list[UploadFacts], table: TableFacts, expected: list[str]) -> None:
    assert expected == found(uploads, table)


@pytest.mark.parametrize(
    ("rejects", "expected"),
    [
        (RejectFacts(2), []),
        (RejectFacts(1), ["rejects.rows"]),
        (RejectFacts(3), ["rejects.rows"]),
        (RejectFacts(None), ["rejects.missing"]),
        (RejectFacts(None, expired=True), []),
    ],
)
def test_reject_files(rejects: RejectFacts, expected: list[str]) -> None:
    assert expected == found([DONE], LOADED, rejects)


def test_what_commits_during_the_reading_is_not_an_orphan() -> None:
    assert [] == compare([], [LOADED], {}, DEADLINE, in_progress={("a", OLD)})


def test_an_upload_with_a_dead_letter_is_not_stuck() -> None:
    """Pub/Sub forwards a message without a note of the failure in the ledger."""
    for upload in (RECEIVED, LOADING, COMMITTING):
        assert [] == compare([upload], [EMPTY], {}, DEADLINE, with_letters={"a"})
        (stuck,) = compare([upload], [EMPTY], {}, DEADLINE, with_letters={"b"})
        assert stuck.code.startswith("upload.")


def test_a_finding_names_the_place() -> None:
    (missing,) = compare([DONE, CORRECTION], [LOADED], {"a": REJECTED}, DEADLINE)
    assert ("b", TABLE, "0 of its lines are in the table, but 2 were committed") == (
        missing.upload,
        missing.where,
        missing.message,
    )
