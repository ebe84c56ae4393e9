"""validate_and_parse counts its starts in the ledger, because a Storage event says nothing about
its attempts: the last one dead-letters with the true reason."""

from datetime import timedelta

import pytest
from cloudevents.http import CloudEvent

from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.ledger import Starts
from csvgate.protocol.ledger.paths import START
from csvgate.runtime.errors import Transient
from fakes.effects import Effect
from intake.handler import LAST_START, LAST_START_AFTER
from unit.protocol.invariants import check
from unit.protocol.orders import orders
from world import World

ROWS = 20


def failing_world() -> tuple[World, CloudEvent]:
    """Nothing can be staged."""
    world = World()

    def refuse(effect: Effect) -> None:
        if effect.target.startswith("staging/"):
            raise Transient("storage.unavailable", "the staging bucket does not answer")

    world.effects.before = refuse
    return world, world.upload("orders/a.csv", orders(ROWS))


def upload(world: World) -> str:
    info = world.store.stat("uploads", "orders/a.csv")
    assert info is not None
    return Upload(info.bucket, info.name, info.generation).id


def start(world: World, event: CloudEvent) -> str:
    """One delivery: its outcome, or the code that it raised."""
    world.restart()
    try:
        return world.validate(event)
    except Transient as failure:
        return failure.code


def test_the_limits() -> None:
    """100 attempts of the trigger, of which Cloud Run may answer some itself."""
    assert (90, timedelta(hours=14)) == (LAST_START, LAST_START_AFTER)


def test_the_ninetieth_start_dead_letters_with_the_true_reason() -> None:
    world, event = failing_world()
    raised = [start(world, event) for _ in range(89)]
    assert ["storage.unavailable"] * 89 == raised
    assert ([], []) == (world.letter_codes(), world.finished())
    assert "dead-lettered: storage.unavailable" == start(world, event)
    (letter,) = world.letters("validate_and_parse")
    assert "the staging bucket does not answer" in letter.attributes["csvgate-message"]
    assert "given up after 90 starts" in letter.attributes["csvgate-message"]
    world.drain()
    (finished,) = world.finished()
    assert ("failed", "storage.unavailable") == (finished.outcome, finished.code)
    (email,) = world.mailer.sent
    assert "failed" == email.custom_args["outcome"]


@pytest.mark.parametrize(
    ("starts", "waited", "is_last"),
    [
        (5, LAST_START_AFTER, True),
        (6, LAST_START_AFTER, True),
        (4, LAST_START_AFTER, False),
        (4, timedelta(days=3), False),
        (5, LAST_START_AFTER - timedelta(seconds=1), False),
        (30, LAST_START_AFTER - timedelta(seconds=1), False),
    ],
)
def test_the_fifth_start_or_later_once_fourteen_hours_have_passed(
    starts: int, waited: timedelta, *, is_last: bool
) -> None:
    """After an outage of hours, during which the function did not start, few starts are left."""
    world, event = failing_world()
    for _ in range(starts - 1):
        assert "storage.unavailable" == start(world, event)
    received = world.ledger.upload(upload(world)).received()
    assert received is not None
    world.now = received.received_at + waited
    expected = "dead-lettered: storage.unavailable" if is_last else "storage.unavailable"
    assert expected == start(world, event)


def test_starts_are_counted_beyond_any_number_of_notes() -> None:
    world, event = failing_world()
    for _ in range(60):
        start(world, event)
    assert Starts(60, 0, frozenset(range(1, 61))) == world.ledger.upload(upload(world)).starts()
    names = [n for n in world.store.buckets["ledger"] if START.parse(n)]
    assert 59 == len(names), "the first delivery is not counted: it costs nothing"


def test_two_starts_at_the_same_time_are_two() -> None:
    world, event = failing_world()
    start(world, event)
    started: list[str] = []

    def race(effect: Effect) -> None:
        if "/starts/" in effect.target and not started:
            started.append(effect.target)
            start(world, event)
        elif effect.target.startswith("staging/"):
            raise Transient("storage.unavailable", "no answer")

    world.effects.before = race
    start(world, event)
    assert Starts(3, 0, frozenset({1, 2, 3})) == world.ledger.upload(upload(world)).starts()


def test_a_replay_after_the_last_start_has_an_effect() -> None:
    world, event = failing_world()
    for _ in range(90):
        start(world, event)
    world.effects.before = lambda _: None
    assert "sealed: valid" == start(world, event)
    world.drain()
    world.publisher.topics["enrichment-complete"] = [
        m
        for m in world.publisher.topics["enrichment-complete"]
        if m.attributes["ce-type"] == "csvgate.upload.completed.v1"
    ]
    check(world, upload(world), valid=ROWS, bad=0)


def test_a_finished_upload_is_not_counted() -> None:
    world = World()
    event = world.upload("orders/a.csv", orders(ROWS))
    world.validate(event)
    world.drain()
    assert "finished before" == world.validate(event)
    assert Starts(1, 0) == world.ledger.upload(upload(world)).starts()


def test_a_permanent_failure_does_not_wait_for_the_last_start() -> None:
    world = World()
    world.store.delete("references", "fx_rates.csv")
    event = world.upload("orders/a.csv", orders(ROWS))
    assert "dead-lettered: reference.missing" == world.validate(event)
