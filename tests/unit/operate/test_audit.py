"""The audit log keeps what operators did, by day and in order."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from csvgate.protocol.ledger.entries import AuditAction
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import AUDIT_RECORDED
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.audit import operator, record, run_parts
from fakes.storage import FakeObjectStore

NOW = datetime(2026, 11, 21, 23, 30, 1, 5, tzinfo=UTC)


def test_an_entry_says_who_what_when_and_why() -> None:
    ledger = Ledger(FakeObjectStore("ledger", "audit"), "ledger", "audit")
    run = record(ledger, "breaker.lift", "ada@laptop", "fixed", {"letters": 3}, lambda: NOW)
    assert run.startswith("2026-11-21/233001.000005-breaker.lift-")
    expected = AuditAction(
        action="breaker.lift", actor="ada@laptop", at=NOW, reason="fixed", details={"letters": 3}
    )
    assert expected == ledger.audit.get(AUDIT_RECORDED, **run_parts(run))


def test_two_at_the_same_moment_are_both_kept_under_the_day_in_utc() -> None:
    ledger = Ledger(FakeObjectStore("ledger", "audit"), "ledger", "audit")
    east = NOW.astimezone(timezone(timedelta(hours=5)))
    runs = [record(ledger, "../Dlq Replay", "a", "", {}, lambda: east) for _ in range(2)]
    names = [AUDIT_RECORDED.name(**run_parts(run)) for run in runs]
    assert sorted(names) == list(ledger.audit.names("audit/2026-11-21/"))
    assert all("233001.000005-.._dlq_replay-" in name for name in names)


def test_what_cannot_be_written_is_raised() -> None:
    with pytest.raises(Transient):
        record(Ledger(FakeObjectStore(), "ledger", "audit"), "a", "b", "c", {})


def test_the_operator_has_a_name() -> None:
    user, _, host = operator().partition("@")
    assert user
    assert host
