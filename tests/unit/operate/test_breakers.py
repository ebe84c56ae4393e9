"""Listing and lifting breakers."""

from datetime import UTC, datetime, timedelta

import pytest

from csvgate.protocol.ledger.entries import Tripped
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import AUDIT_RECORDED
from csvgate.runtime.breaker_ledger import BreakerLedger
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.breakers import BreakerState, lift, states
from fakes.effects import Effect, Effects
from fakes.storage import FakeObjectStore

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def trip(ledger: Ledger, function: str, revision: str, minute: int = 0, number: int = 1) -> None:
    at = NOW + timedelta(minutes=minute)
    tripped = Tripped(at=at, since=at, letters=50, handled=2, codes={"a.code": 50})
    assert BreakerLedger(ledger, function, revision).trip(number, tripped)


def lifted(ledger: Ledger, function: str) -> list[BreakerState]:
    return list(lift(ledger, function, "ada@laptop", "fixed", lambda: NOW))


def test_every_function_is_listed_in_order() -> None:
    ledger = Ledger(FakeObjectStore("ledger", "audit"), "ledger", "audit")
    trip(ledger, "b", "r1")
    trip(ledger, "b", "r2", minute=5)
    trip(ledger, "retired", "r1")
    found = states(ledger, ["a", "b", "c"])
    assert [
        ("a", "closed", None),
        ("b", "open", "r2"),
        ("b", "open", "r1"),
        ("c", "closed", None),
        ("retired", "open", "r1"),
    ] == [(state.function, state.state, state.revision) for state in found]
    assert "50 of 52 uploads were dead-lettered since 2026-11-21 12:05:00 UTC: 50 a.code" == (
        found[1].tripped_by
    )


def test_a_lift_takes_every_revision_of_the_function_and_no_other() -> None:
    ledger = Ledger(FakeObjectStore("ledger", "audit"), "ledger", "audit")
    for function, revision in (("a", "r1"), ("a", "r2"), ("b", "r1")):
        trip(ledger, function, revision)
    assert ["r1", "r2"] == sorted(str(state.revision) for state in lifted(ledger, "a"))
    now = {(state.function, state.revision): state for state in states(ledger, ["a", "b"])}
    assert ("lifted", "ada@laptop", "fixed") == (
        now["a", "r1"].state,
        now["a", "r1"].lifted_by,
        now["a", "r1"].reason,
    )
    assert "open" == now["b", "r1"].state
    assert [] == lifted(ledger, "a")
    audits = [
        ledger.audit.get(AUDIT_RECORDED, **parts)
        for parts in ledger.audit.find(AUDIT_RECORDED, day="2026-11-21")
    ]
    assert ["r1", "r2"] == sorted(str(a.details["revision"]) for a in audits if a)


def test_it_can_open_and_be_lifted_again() -> None:
    ledger = Ledger(FakeObjectStore("ledger", "audit"), "ledger", "audit")
    for number in (1, 2):
        trip(ledger, "a", "r1", number=number)
        assert [number] == [state.number for state in lifted(ledger, "a")]


def test_what_cannot_be_recorded_is_not_lifted() -> None:
    def full(effect: Effect) -> None:
        if "audit/" in effect.target:
            raise Transient("storage.unavailable", "no answer")

    ledger = Ledger(
        FakeObjectStore("ledger", "audit", effects=Effects(before=full)), "ledger", "audit"
    )
    trip(ledger, "a", "r1")
    with pytest.raises(Transient):
        lifted(ledger, "a")
    assert ["open"] == [state.state for state in states(ledger, ["a"])]
