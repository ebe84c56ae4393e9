"""The state of an upload, from the names of its entries in the index."""

from datetime import UTC, datetime

import pytest

from csvgate.protocol.ledger.day_index import Stage, entry_name
from csvgate_ops.operate.upload_index.listed import Listed, ListState, listed

AT = datetime(2026, 11, 29, 8, 15, tzinfo=UTC)


def judged(*stages: str) -> Listed:
    parsed = [stage for text in stages if (stage := Stage.parse(text))]
    assert len(parsed) == len(stages)
    (found,) = listed(sorted(entry_name("5cef49", AT, stage) for stage in parsed))
    return found


@pytest.mark.parametrize(
    ("stages", "state", "decisive"),
    [
        (("received",), "under way", "received"),
        (("ignored",), "ignored", "ignored"),
        (("ignored", "received"), "under way", "received"),
        (("received", "failed-stream.gone"), "failed", "failed-stream.gone"),
        (("failed-stream.gone",), "failed", "failed-stream.gone"),
        (("received", "completed-1-9-2"), "completed", "completed-1-9-2"),
        (("failed-rows.lost", "received", "completed-1-9-2"), "completed", "completed-1-9-2"),
        (("received", "rejected-1-9-9"), "rejected", "rejected-1-9-9"),
        (("received", "completed-1-9-2", "revoked-1"), "revoked", "revoked-1"),
        (("received", "revoked-1"), "revoked", "revoked-1"),
        (
            ("received", "completed-1-9-2", "revoked-1", "restored-1"),
            "under way",
            "restored-1",
        ),
        (
            ("received", "completed-1-9-2", "revoked-1", "restored-1", "failed-stream.gone"),
            "failed",
            "failed-stream.gone",
        ),
        (
            ("received", "completed-1-9-2", "revoked-1", "restored-1", "completed-2-9-2"),
            "completed",
            "completed-2-9-2",
        ),
        (("received", "completed-9-9-2", "completed-10-8-0"), "completed", "completed-10-8-0"),
    ],
)
def test_the_highest_attempt_decides(
    stages: tuple[str, ...], state: ListState, decisive: str
) -> None:
    found = judged(*stages)
    assert (state, decisive) == (found.state, found.stage.text)
    assert (AT, "5cef49") == (found.received_at, found.id)


@pytest.mark.parametrize(
    ("stages", "numbers"),
    [
        (("completed-1-9-2",), (9, 7, 2, 2, False)),
        (("rejected-1-9x-2",), (9, 0, 2, 9, True)),
        (("completed-1-9-2", "revoked-1"), (9, 0, 2, 2, False)),
        (("received",), (0, 0, 0, 0, False)),
    ],
)
def test_rows(stages: tuple[str, ...], numbers: tuple[int, int, int, int, bool]) -> None:
    u = judged(*stages)
    assert numbers == (u.read, u.loaded, u.rejected, u.not_loaded, u.is_partial)


def test_the_codes_of_all_failures_are_named() -> None:
    assert ("rows.lost", "stream.gone") == judged("failed-stream.gone", "failed-rows.lost").codes


def test_other_names_are_passed_over() -> None:
    name = entry_name("5cef49", AT, Stage("received"))
    names = ["days/2026-11-29/readme.txt", name.replace("received", "loaded"), name]
    assert ["5cef49"] == [upload.id for upload in listed(names)]
