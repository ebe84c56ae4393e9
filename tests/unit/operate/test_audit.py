"""The audit log keeps what operators did, by day and in order."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from csvgate.protocol.ledger import Ledger
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.audit import AuditEntry, operator, record
from fakes.storage import FakeObjectStore

NOW = datetime(2026, 11, 21, 23, 30, 1, 5, tzinfo=UTC)


def test_an_entry_says_who_what_when_and_why() -> None:
    ledger = Ledger(FakeObjectStore("ledger"), "ledger")
    name = record(ledger, "breaker.lift", "ada@context", "mended", {"letters": 3}, lambda: NOW)
    assert name.startswith("audit/2026-11-21/233001.000005-breaker.lift-")
    expected = AuditEntry(
        action="breaker.lift", actor="ada@context", at=NOW, reason="mended", details={"letters": 3}
    )
    assert expected == ledger.get(AuditEntry, name)


def test_two_at_the_same_moment_are_both_kept_under_the_day_in_utc() -> None:
    ledger = Ledger(FakeObjectStore("ledger"), "ledger")
    east = NOW.astimezone(timezone(timedelta(hours=5)))
    names = [record(ledger, "../Dlq Replay", "a", "", {}, lambda: east) for _ in range(2)]
    assert sorted(names) == list(ledger.names("audit/2026-11-21/"))
    assert all("233001.000005-.._dlq_replay-" in name for name in names)


def test_what_cannot_be_written_is_raised() -> None:
    with pytest.raises(Transient):
        record(Ledger(FakeObjectStore(), "ledger"), "a", "b", "c", {})


def test_the_operator_has_a_name() -> None:
    user, _, host = operator().partition("@")
    assert user
    assert host
