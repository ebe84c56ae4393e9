"""The invariants hold after a crash before or after any side effect of an upload."""

from collections.abc import Callable

import pytest

from csvgate.protocol.identity import Upload
from csvgate.runtime.errors import Transient
from fakes.effects import Effect, Effects
from unit.protocol.invariants import check
from unit.protocol.orders import orders
from world import World

VALID, BAD = 60, 4


class Crash(Exception):
    """The instance is gone."""


def run(world: World) -> str:
    event = world.upload("orders/a.csv", orders(VALID, bad=BAD))
    info = world.store.stat("uploads", "orders/a.csv")
    assert info is not None
    for _ in range(3):
        try:
            world.validate(event)
            break
        except Transient:  # the failure boundary does not raise what it does not know
            world.restart()
    world.drain()
    return Upload(info.bucket, info.name, info.generation).id


def effects_of_a_clean_run() -> int:
    world = World()
    run(world)
    return len(world.effects.log)


def crash_at(number: int) -> Callable[[Effect], None]:
    seen = 0

    def step(effect: Effect) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            raise Crash

    return step


TOTAL = effects_of_a_clean_run()


def test_there_are_effects_to_crash_at() -> None:
    assert TOTAL > 20


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, TOTAL + 1))
def test_a_crash_at_any_side_effect_loses_and_doubles_nothing(number: int, when: str) -> None:
    effects = Effects(**{when: crash_at(number)})
    world = World(effects=effects)
    upload = run(world)
    # An email that was sent but not marked waits for its lease; the platform delivers again.
    world.now = world.now.replace(hour=14)
    world.drain()
    check(world, upload, valid=VALID, bad=BAD)
    assert len(world.mailer.sent) in (1, 2)
