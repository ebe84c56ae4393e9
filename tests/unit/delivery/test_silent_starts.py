"""An upload whose starts end silently: killed by the platform, out of memory, or crashed. It
costs a few starts, not a hundred."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cloudevents.http import CloudEvent

from csvgate.protocol.ledger.paths import OVERRUN, START, START_END
from csvgate.runtime.errors import Transient
from csvgate.runtime.failure_boundary import FailureBoundary
from fakes.effects import Effect
from intake.deadlines.silent_starts import MOST_SILENT
from intake.handler import Validator
from intake.storage_event import ObjectEvent
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import World

TIMEOUT = timedelta(seconds=540)
LATER = TIMEOUT + timedelta(seconds=1)
KILLED = "dead-lettered: upload.killed"


class Killed(BaseException):
    """The end of a process: nothing in it can handle that."""


def die(effect: Effect) -> None:
    if effect.kind == "storage.stream":
        raise Killed


def fail(effect: Effect) -> None:
    if effect.kind == "storage.stream":
        raise Transient("storage.unavailable", "no answer")


def live(_: Effect) -> None:
    pass


def uploaded() -> tuple[World, CloudEvent]:
    world = World()
    return world, world.upload("orders/a.csv", orders(20))


def starts(
    world: World, event: CloudEvent, number: int, how: Callable[[Effect], None] = die
) -> list[str]:
    """Start so often, each time after the timeout of the start before: the outcomes."""
    found = []
    world.effects.looking = how
    for _ in range(number):
        world.now += LATER
        world.restart()
        try:
            found.append(world.validate(event))
        except Killed:
            found.append("killed")
        except Transient as failure:
            found.append(failure.code)
    world.effects.looking = live
    return found


def reads(world: World) -> int:
    return sum(look.kind == "storage.stream" for look in world.effects.looks)


def names(world: World) -> list[str]:
    return [n for n in world.store.buckets["ledger"] if START.parse(n) or START_END.parse(n)]


def test_the_start_after_five_silent_ones_gives_up() -> None:
    world, event = uploaded()
    assert [*["killed"] * 5, KILLED] == starts(world, event, 6)
    assert (5, 5) == (MOST_SILENT, reads(world))
    (letter,) = world.letters("validate_and_parse")
    assert "5 starts of revision" in letter.attributes["csvgate-message"]
    assert "stopped at the timeout of 540 seconds" in letter.attributes["csvgate-message"]
    world.drain()
    (finished,) = world.finished()
    assert ("failed", "upload.killed") == (finished.outcome, finished.code)


def test_a_hundred_deliveries_cost_a_few_timeouts() -> None:
    """Every letter ends a run; whatever delivers the event again has five starts."""
    world, event = uploaded()
    found = starts(world, event, 100)
    assert 16 == found.count(KILLED)
    assert reads(world) == 100 - 16


def test_a_replay_has_as_many_starts_again() -> None:
    world, event = uploaded()
    starts(world, event, 6)
    assert [*["killed"] * 5, KILLED] == starts(world, event, 6)
    assert ["sealed: valid"] == starts(world, event, 1, live)


def test_a_new_revision_has_as_many_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world, event = uploaded()
    assert ["killed"] * 5 == starts(world, event, 5)
    validator = world.validator

    def deployed() -> FailureBoundary[ObjectEvent]:
        boundary = validator()
        handler = boundary.handler
        assert isinstance(handler, Validator)
        return replace(boundary, handler=replace(handler, revision="r2"))

    monkeypatch.setattr(world, "validator", deployed)
    assert [*["killed"] * 5, KILLED] == starts(world, event, 6)


def test_an_orderly_end_ends_the_run() -> None:
    world, event = uploaded()
    assert ["killed"] * 4 == starts(world, event, 4)
    assert ["storage.unavailable"] == starts(world, event, 1, fail)
    assert [*["killed"] * 5, KILLED] == starts(world, event, 6)


def test_starts_that_may_still_be_running_are_passed_over() -> None:
    """Five deliveries within the timeout are not a reason to give up."""
    world, event = uploaded()
    world.effects.looking = die
    for _ in range(8):
        world.restart()
        with pytest.raises(Killed):
            world.validate(event)
    assert [KILLED] == starts(world, event, 1)


def test_a_start_exactly_as_old_as_the_timeout_may_still_be_running() -> None:
    world, event = uploaded()
    starts(world, event, 5)
    fifth = world.ledger.upload(upload_id(world)).start(5)
    assert fifth is not None
    world.effects.looking = die
    world.now = fifth.at + TIMEOUT - timedelta(milliseconds=1)
    with pytest.raises(Killed):
        world.validate(event)


def test_overruns_are_not_silent() -> None:
    world, event = uploaded()

    def wait(effect: Effect) -> None:
        if effect.kind == "storage.piece":
            world.now += TIMEOUT

    assert ["deadline.exceeded"] * 3 == starts(world, event, 3, wait)
    assert 3 == sum(OVERRUN.parse(n) is not None for n in world.store.buckets["ledger"])
    assert ["sealed: file_fault"] == starts(world, event, 1, live)


def test_deliveries_of_a_sealed_upload_are_never_silent() -> None:
    """Each of them succeeds, and says so."""
    world, event = uploaded()
    assert ["sealed: valid"] * 20 == starts(world, event, 20, live)


def test_a_publisher_that_dies_after_the_seal_is_given_up_too() -> None:
    world, event = uploaded()

    def die_later(effect: Effect) -> None:
        if effect.kind == "pubsub.publish":
            raise Killed

    world.effects.before = die_later
    assert ["killed"] * 5 == starts(world, event, 5, live)
    world.effects.before = live
    assert [KILLED] == starts(world, event, 1, live)


def test_an_end_that_cannot_be_recorded_hides_nothing() -> None:
    world, event = uploaded()

    def refuse(effect: Effect) -> None:
        if ".ended.json" in effect.target:
            raise Transient("storage.unavailable", "no answer")

    world.effects.before = refuse
    assert ["storage.unavailable"] == starts(world, event, 1, fail)
    assert ["sealed: valid"] == starts(world, event, 1, live)


def test_a_first_start_that_succeeds_writes_nothing_about_itself() -> None:
    world, event = uploaded()
    assert ["sealed: valid"] == starts(world, event, 1, live)
    assert [] == names(world)


def test_a_start_that_fails_writes_its_end_and_reads_nothing_more() -> None:
    world, event = uploaded()
    starts(world, event, 1, fail)
    assert 1 == len(names(world))
    starts(world, event, 1, fail)
    assert 3 == len(names(world))
    read = [look.target for look in world.effects.looks if look.kind == "storage.read"]
    assert [] == [target for target in read if "/starts/" in target]
