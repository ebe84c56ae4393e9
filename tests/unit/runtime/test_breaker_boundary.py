"""A function that dead-letters nearly everything stops, however its instances share the work."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from cloudevents.http import CloudEvent

from csvgate.protocol.cloudevents_pubsub import Delivery, raw_delivery
from csvgate.protocol.dead_letters import DeadLetterTopic
from csvgate.protocol.ledger.entries import Lifted
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.breaker import Limits
from csvgate.runtime.breaker_guard import Breaker
from csvgate.runtime.breaker_ledger import BreakerLedger, breakers
from csvgate.runtime.errors import Failure, Permanent, Transient
from csvgate.runtime.failure_boundary import FailureBoundary, Unfinished
from fakes.effects import Effect, Effects
from fakes.pubsub import FakePublisher
from fakes.storage import FakeObjectStore

LETTERS = 5
MAX_ATTEMPTS = 5


class Handler:
    """Handles `good` messages, and gives up on all others."""

    def __init__(self) -> None:
        self.given_up = 0
        self.error: Failure = Permanent("table.contradicts", "a bad deploy")

    def decode(self, event: CloudEvent, delivery: Delivery) -> CloudEvent:
        return event

    def context(self, work: CloudEvent) -> Mapping[str, str]:
        return {"upload": work["upload"]} if "upload" in work else {}

    def handle(self, work: CloudEvent, delivery: Delivery) -> str:
        if work["type"] == "good":
            return "done"
        if work["type"] == "waiting":
            return Unfinished("waiting")
        raise self.error

    def object_name(self, work: CloudEvent) -> str:
        return "orders/a.csv"

    def give_up(self, work: CloudEvent, failure: Failure) -> None:
        self.given_up += 1


class Deployed:
    """A function with one ledger, one dead-letter topic and any number of instances."""

    def __init__(self, effects: Effects | None = None) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.store = FakeObjectStore("ledger", effects=effects)
        self.ledger = Ledger(self.store, "ledger")
        self.publisher = FakePublisher("letters")
        self.handler = Handler()
        self._ids = 0

    def clock(self) -> datetime:
        return self.now

    def instance(
        self, revision: str = "r1", attempt: int | None = 1
    ) -> FailureBoundary[CloudEvent]:
        def receive(event: CloudEvent) -> Delivery:
            raw = raw_delivery(event)
            return Delivery(raw.message, attempt, self.now, "")

        limits = Limits(timedelta(minutes=10), LETTERS, 0.9)
        return FailureBoundary(
            self.handler,
            receive,
            DeadLetterTopic(self.publisher, "letters", "f", revision, self.clock),
            MAX_ATTEMPTS,
            Breaker(self.entries(revision), limits, self.clock),
        )

    def entries(self, revision: str = "r1") -> BreakerLedger:
        return BreakerLedger(self.ledger, "f", revision)

    def event(self, kind: str = "bad", **attributes: str) -> CloudEvent:
        self._ids += 1
        return CloudEvent({"type": kind, "source": "s", "id": str(self._ids), **attributes}, {})

    def fail(self, boundary: FailureBoundary[CloudEvent], count: int) -> None:
        for _ in range(count):
            assert boundary(self.event()).startswith("dead-lettered: ")

    def letters(self) -> int:
        return len(self.publisher.topics["letters"])


def refusal(boundary: FailureBoundary[CloudEvent], event: CloudEvent) -> Transient:
    with pytest.raises(Transient) as caught:
        boundary(event)
    return caught.value


def test_a_bad_deploy_stops_dead_lettering() -> None:
    world = Deployed()
    boundary = world.instance()
    world.fail(boundary, LETTERS)
    refused = refusal(boundary, world.event())
    assert "breaker.open" == refused.code
    assert "5 of 5 uploads were dead-lettered" in refused.message
    assert "5 table.contradicts" in refused.message
    assert "csvgate breaker lift f" in refused.message
    assert LETTERS == world.letters()
    assert LETTERS == world.handler.given_up
    assert "done" == boundary(world.event("good"))


def test_many_instances_each_see_few() -> None:
    world = Deployed()
    for _ in range(LETTERS):
        world.fail(world.instance(), 1)
    assert "breaker.open" == refusal(world.instance(), world.event()).code


def test_what_is_handled_elsewhere_counts() -> None:
    world = Deployed()
    for _ in range(3 * LETTERS):
        boundary = world.instance()
        boundary(world.event("good"))
        world.fail(boundary, 1)
    assert 3 * LETTERS == world.letters()
    assert [] == breakers(world.ledger)


def test_redeliveries_of_few_messages_do_not_count() -> None:
    world = Deployed()
    boundary, event = world.instance(), world.event()
    for _ in range(3 * LETTERS):
        boundary(event)
    assert [] == breakers(world.ledger)


def test_many_messages_of_one_upload_count_once() -> None:
    world = Deployed()
    boundary = world.instance()
    for _ in range(3 * LETTERS):
        boundary(world.event(upload="a"))
    assert 3 * LETTERS == world.letters()
    assert [] == breakers(world.ledger)
    for number in range(LETTERS - 1):
        boundary(world.event(upload=f"b{number}"))
    assert "breaker.open" == refusal(boundary, world.event(upload="c")).code


def test_letters_of_one_upload_do_not_hide_those_of_the_slot_before() -> None:
    world = Deployed()
    world.now -= timedelta(seconds=30)
    world.fail(world.instance(), LETTERS - 2)
    world.now += timedelta(seconds=60)
    boundary = world.instance()
    for _ in range(LETTERS):
        world.now += timedelta(seconds=1)
        boundary(world.event(upload="a"))
    world.fail(boundary, 1)
    assert "breaker.open" == refusal(world.instance(), world.event()).code


def test_what_leaves_an_upload_to_other_messages_does_not_count() -> None:
    """Nine chunks of a failed upload that give way to the first failure are not good work."""
    world = Deployed()
    boundary = world.instance()
    for number in range(LETTERS):
        boundary(world.event(upload=str(number)))
        for _ in range(9):
            assert "waiting" == boundary(world.event("waiting", upload=str(number)))
    assert "breaker.open" == refusal(boundary, world.event()).code


def test_a_trickle_does_not_trip_it() -> None:
    world = Deployed()
    boundary = world.instance()
    for _ in range(3 * LETTERS):
        world.fail(boundary, 1)
        world.now += timedelta(minutes=3)
    assert [] == breakers(world.ledger)


def test_letters_on_both_sides_of_a_slot_count() -> None:
    world = Deployed()
    world.now -= timedelta(seconds=30)
    world.fail(world.instance(), LETTERS - 1)
    world.now += timedelta(seconds=60)
    world.fail(world.instance(), 1)
    assert "breaker.open" == refusal(world.instance(), world.event()).code


@pytest.mark.parametrize(
    "error", [Transient("bigquery.missing", "for now"), Permanent("table.contradicts", "bad")]
)
def test_the_last_attempt_keeps_its_reason(error: Failure) -> None:
    """The platform would forward the message now, without the reason."""
    world = Deployed()
    world.fail(world.instance(), LETTERS)
    world.handler.error = error
    boundary = world.instance(attempt=MAX_ATTEMPTS)
    assert f"dead-lettered: {error.code}" == boundary(world.event())
    letter = world.publisher.topics["letters"][-1]
    assert (error.code, error.message, "open") == (
        letter.attributes["csvgate-code"],
        letter.attributes["csvgate-message"],
        letter.attributes["csvgate-breaker"],
    )
    assert LETTERS + 1 == world.letters()


def test_the_last_attempt_announces_nothing_and_does_not_count() -> None:
    world = Deployed()
    world.fail(world.instance(), LETTERS)
    before = sorted(world.ledger.names(""))
    for _ in range(2 * LETTERS):
        world.instance(attempt=MAX_ATTEMPTS)(world.event())
    assert LETTERS == world.handler.given_up
    assert before == sorted(world.ledger.names(""))


@pytest.mark.parametrize("attempt", [None, 1, MAX_ATTEMPTS - 1])
def test_any_earlier_attempt_waits(attempt: int | None) -> None:
    world = Deployed()
    world.fail(world.instance(), LETTERS)
    refused = refusal(world.instance(attempt=attempt), world.event())
    assert "breaker.open" == refused.code
    assert world.handler.error is refused.__cause__
    assert LETTERS == world.letters()


def test_letters_of_a_closed_breaker_do_not_say_that_it_was_open() -> None:
    world = Deployed()
    world.fail(world.instance(attempt=MAX_ATTEMPTS), 1)
    assert "csvgate-breaker" not in world.publisher.topics["letters"][0].attributes


def test_malformed_messages_of_strangers_do_not_count() -> None:
    world = Deployed()
    world.handler.error = Permanent("event.malformed", "not ours")
    world.fail(world.instance(), 3 * LETTERS)
    assert [] == breakers(world.ledger)
    world.handler.error = Permanent("table.contradicts", "a bad deploy")
    world.fail(world.instance(), LETTERS)
    assert "breaker.open" == refusal(world.instance(), world.event()).code


def test_malformed_messages_do_not_hide_what_was_handled() -> None:
    """Handled messages between two letters keep the share low, whatever strangers send."""
    world = Deployed()
    boundary = world.instance()
    for _ in range(2 * LETTERS):
        boundary(world.event("good"))
        world.handler.error = Permanent("event.malformed", "not ours")
        world.fail(boundary, 1)
        world.handler.error = Permanent("table.contradicts", "one bad table")
        world.fail(boundary, 1)
    assert [] == breakers(world.ledger)


def test_what_cannot_be_received_waits_too() -> None:
    world = Deployed()
    boundary = world.instance()
    world.fail(boundary, LETTERS)

    def refuse(event: CloudEvent) -> Delivery:
        raise Permanent("event.malformed", "no message inside")

    deaf = FailureBoundary(
        boundary.handler, refuse, boundary.dead_letters, MAX_ATTEMPTS, boundary.breaker
    )
    assert "breaker.open" == refusal(deaf, world.event()).code


def test_what_is_retried_anyway_does_not_count() -> None:
    world = Deployed()
    world.handler.error = Transient("bigquery.missing", "for now")
    boundary = world.instance()
    for _ in range(3 * LETTERS):
        assert "bigquery.missing" == refusal(boundary, world.event()).code
    assert [] == list(world.ledger.names("breaker"))


def test_a_lifted_breaker_counts_from_zero() -> None:
    world = Deployed()
    boundary = world.instance()
    world.fail(boundary, LETTERS)
    assert world.entries().lift(1, Lifted(at=world.now, actor="ada", reason="fixed"))
    world.fail(boundary, LETTERS)
    assert "breaker.open" == refusal(boundary, world.event()).code
    standing = world.entries().standing()
    assert (2, True) == (standing.number, standing.is_open)


def test_another_revision_starts_with_a_closed_breaker() -> None:
    world = Deployed()
    world.fail(world.instance("r1"), LETTERS)
    world.fail(world.instance("r2"), 1)
    assert "breaker.open" == refusal(world.instance("r1"), world.event()).code


def test_dead_letters_are_sent_when_the_ledger_cannot_be_read() -> None:
    def gone(effect: Effect) -> None:
        raise Transient("storage.unavailable", "no answer")

    world = Deployed(Effects(before=gone))
    world.fail(world.instance(), 2 * LETTERS)
    del world.store.buckets["ledger"]
    world.fail(world.instance(), LETTERS)
    assert 3 * LETTERS == world.letters()


def test_success_costs_no_call() -> None:
    world = Deployed()
    del world.store.buckets["ledger"]
    assert "done" == world.instance()(world.event("good"))


def test_threads_of_one_instance_lose_no_count() -> None:
    """Handled messages are counted once across all threads of an instance."""
    world = Deployed()
    boundary = world.instance()

    def work() -> None:
        for _ in range(200):
            boundary.breaker.handled()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.fail(boundary, 2)
    found = world.entries().letters(1, world.now, timedelta(minutes=10), LETTERS)
    assert [0, 1600] == sorted(letter.handled for letter in found)
