"""One email per end: the claim, its lease, its release, and what they cost."""

from datetime import UTC, datetime, timedelta

import pytest

from csvgate.ports import SEND_SECONDS
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.errors import Transient
from fakes.effects import Effect
from fakes.storage import FakeObjectStore
from notification.send_once import LEASE, SendClaims

START = datetime(2026, 11, 21, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Calls:
    """Every call of the object store from now on: its kind and the object's last name."""

    def __init__(self, store: FakeObjectStore) -> None:
        self.made: list[str] = []
        store.effects.before = store.effects.looking = self._note

    def _note(self, effect: Effect) -> None:
        self.made.append(f"{effect.kind} {effect.target.rpartition('/')[2]}")


def claims(store: FakeObjectStore, clock: Clock, holder: str = "one") -> SendClaims:
    return SendClaims(Ledger(store, "ledger"), "abc", "completed.1", holder, clock)


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


def test_a_claim_costs_one_create_and_no_read(store: FakeObjectStore, clock: Clock) -> None:
    calls = Calls(store)
    claimed = claims(store, clock)
    number = claimed.acquire()
    assert number is not None
    claimed.mark_sent("message-1", 2)
    assert ["storage.create claim-0000.json", "storage.create sent.json"] == calls.made


def test_a_refused_claim_looks_for_the_mark_the_claim_and_its_release(
    store: FakeObjectStore, clock: Clock
) -> None:
    claims(store, clock).acquire()
    calls = Calls(store)
    with pytest.raises(Transient):
        claims(store, clock, "two").acquire()
    assert [
        "storage.create claim-0000.json",
        "storage.read sent.json",
        "storage.read claim-0000.json",
        "storage.read released-0000.json",
    ] == calls.made


def test_the_mark_is_read_again_after_a_later_claim_is_won(
    store: FakeObjectStore, clock: Clock
) -> None:
    """A slow holder marks the email after another delivery looked for the mark, and its lease ends
    before that delivery reads the claim."""
    first = claims(store, clock)
    assert 0 == first.acquire()

    def mark(effect: Effect) -> None:
        if effect.target.endswith("claim-0000.json"):
            store.effects.looking = lambda _: None
            first.mark_sent("message-1", 2)
            clock.now += LEASE

    store.effects.looking = mark
    assert claims(store, clock, "two").acquire() is None


def test_a_claim_that_took_too_long_is_released(store: FakeObjectStore, clock: Clock) -> None:
    """Its lease might end while the email is being sent."""

    def slow(effect: Effect) -> None:
        store.effects.before = lambda _: None
        clock.now += LEASE - timedelta(seconds=2 * SEND_SECONDS - 1)

    store.effects.before = slow
    with pytest.raises(Transient, match="too long for its lease") as caught:
        claims(store, clock).acquire()
    assert "notify.claimed" == caught.value.code
    assert 1 == claims(store, clock, "two").acquire()


def test_each_end_has_its_own_claim(store: FakeObjectStore, clock: Clock) -> None:
    ledger = Ledger(store, "ledger")
    for end in ("completed.1", "completed.2", "failed.table.contradicts", "failed.unexpected"):
        mine = SendClaims(ledger, "abc", end, "one", clock)
        assert 0 == mine.acquire()
        mine.mark_sent("message", 1)
        assert mine.acquire() is None
