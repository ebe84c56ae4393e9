"""The names of the index by day: newest first, parsed back, and refused if they are not ours."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from csvgate.protocol.ledger.day_index import Stage, day_of, entry_name, left_of, received_at
from csvgate.protocol.ledger.day_paths import DAY_STAGE

STAGES = {
    "received": Stage("received"),
    "ignored": Stage("ignored"),
    "failed-stream.gone": Stage("failed", code="stream.gone"),
    "completed-1-120-3": Stage("completed", attempt=1, read=120, rejected=3),
    "rejected-2-7x-5": Stage("rejected", attempt=2, read=7, rejected=5, is_partial=True),
    "revoked-1": Stage("revoked", attempt=1),
    "restored-12": Stage("restored", attempt=12),
}


@pytest.mark.parametrize(("text", "stage"), STAGES.items())
def test_a_stage_is_parsed_back(text: str, stage: Stage) -> None:
    assert text == stage.text
    assert stage == Stage.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "completed", "completed-1", "completed-1-2-3-4", "completed-a-1-1", "completed-1-x-1",
        "completed-1-2-3x", "revoked", "revoked-²", "revoked-1x", "failed", "failed-a-b",
        "received-1", "loaded-1", "completed--1-2",
    ],
)  # fmt: skip
def test_another_text_is_not_a_stage(text: str) -> None:
    assert Stage.parse(text) is None


def test_a_later_upload_of_a_day_comes_first() -> None:
    first = datetime(2026, 11, 29, tzinfo=UTC)
    times = [first, first + timedelta(microseconds=1), first + timedelta(hours=23.99)]
    names = [entry_name("5cef49", at, Stage("received")) for at in times]
    assert sorted(names) == names[::-1]
    assert "days/2026-11-29/86400000000-5cef49.received.json" == names[0]


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 29, tzinfo=UTC),
        datetime(2026, 11, 29, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 11, 30, 0, 30, tzinfo=timezone(timedelta(hours=2))),
        datetime(2024, 2, 29, 12, tzinfo=UTC),
    ],
)
def test_the_time_is_that_of_the_name(at: datetime) -> None:
    parts = DAY_STAGE.parse(entry_name("5cef49", at, STAGES["completed-1-120-3"]))
    assert parts is not None
    assert (at, day_of(at)) == (received_at(parts["day"], parts["left"]), at.astimezone(UTC).date())
    assert 0 < left_of(at) <= 86_400_000_000
    assert ("5cef49", "completed-1-120-3") == (parts["upload"], parts["stage"])
