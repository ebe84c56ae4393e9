"""One email per outcome: the claim, its lease, its release."""

from datetime import UTC, datetime, timedelta

import pytest

from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.errors import Transient
from fakes.storage import FakeObjectStore
from notification.send_once import LEASE, SendClaims

START = datetime(2026, 11, 21, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def claims(store: FakeObjectStore, clock: Clock, holder: str = "one") -> SendClaims:
    return SendClaims(Ledger(store, "ledger"), "abc", "completed", holder, clock)


@pytest.fixture
def store() -> FakeObjectStore:
    return FakeObjectStore("ledger")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_first_sends_and_nobody_after_it(store: FakeObjectStore, clock: Clock) -> None:
    first = claims(store, clock)
    assert first.acquire() == 0
    first.mark_sent("message-1", 2)
    assert claims(store, clock, "two").acquire() is None
    clock.now += LEASE * 10
    assert claims(store, clock, "two").acquire() is None


def test_while_one_holds_the_claim_others_wait(store: FakeObjectStore, clock: Clock) -> None:
    assert claims(store, clock).acquire() == 0
    clock.now += LEASE - timedelta(seconds=1)
    with pytest.raises(Transient) as caught:
        claims(store, clock, "two").acquire()
    assert caught.value.code == "notify.claimed"


def test_a_crashed_holder_loses_the_claim_after_its_lease(
    store: FakeObjectStore, clock: Clock
) -> None:
    assert claims(store, clock).acquire() == 0
    clock.now += LEASE
    assert claims(store, clock, "two").acquire() == 1
    with pytest.raises(Transient):
        claims(store, clock, "three").acquire()


def test_a_released_claim_is_free_at_once(store: FakeObjectStore, clock: Clock) -> None:
    first = claims(store, clock)
    number = first.acquire()
    assert number == 0
    first.release(number)
    assert claims(store, clock, "two").acquire() == 1
