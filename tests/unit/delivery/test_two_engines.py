"""Two engine versions work on the same upload, as during a deploy: at every step one takes over
from the other, or runs in between. There is one seal, and the rows are those of one engine only."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from csvgate.protocol.ledger.paths import SEAL
from csvgate.runtime.failure_boundary import FailureBoundary
from fakes.effects import Effect
from intake.handler import Validator
from intake.pin_plan import Pinned
from intake.read_upload import UploadReader, UploadReading
from intake.storage_event import ObjectEvent
from unit.protocol.invariants import check
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import COMPLETE, VALIDATED, World, published

NAME, ROWS, BAD = "orders/a.csv", 100, 3
OURS, THEIRS = "note", None


class OtherReader(UploadReader):
    """Reads other rows than the engine of the repository: it takes all notes for missing values,
    and cuts other chunks."""

    def read(self, pinned: Pinned, began: datetime, overruns: int) -> UploadReading:
        contract = pinned.contract
        notes = tuple(f"note {number}" for number in range(20_000))
        schema = contract.schema_.model_copy(update={"missing_values": ("", *notes)})
        received = pinned.received.model_copy(update={"chunk_bytes": 2048})
        changed = replace(
            pinned, contract=contract.model_copy(update={"schema_": schema}), received=received
        )
        return UploadReader.read(self, changed, began, overruns)


Boundary = FailureBoundary[ObjectEvent]


def newer(world: World) -> Boundary:
    """The function with another engine version."""
    boundary = world.validator()
    handler = boundary.handler
    assert isinstance(handler, Validator)
    fields = {name: getattr(handler.reader, name) for name in UploadReader.__slots__}
    planner = replace(handler.planner, engine="2099.1")
    return replace(
        boundary, handler=replace(handler, planner=planner, reader=OtherReader(**fields))
    )


def older(world: World) -> Boundary:
    return world.validator()


ORDERS = pytest.mark.parametrize(
    ("first", "second"),
    [(older, newer), (newer, older)],
    ids=["deploy", "roll-back"],
)
Engine = Callable[[World], Boundary]


class Crash(BaseException):
    """The instance is gone. Not an Exception, which the failure boundary would handle."""


@dataclass
class AtStep:
    """Does something once, before or after an effect of the run."""

    number: int
    do: Callable[[], None]

    def __call__(self, _: Effect) -> None:
        self.number -= 1
        if self.number == 0:
            self.do()


def crash() -> None:
    raise Crash


def steps() -> Iterator[int]:
    world = World()
    newer(world)(world.upload(NAME, orders(ROWS, bad=BAD)))
    yield from range(1, len(world.effects.log) + 1)


STEPS = list(steps())


def seals(world: World) -> list[int]:
    return [parts["seal"] for parts in world.ledger.find(SEAL, upload=upload_id(world, NAME))]


def drop_unsealed_reject_files(world: World) -> None:
    """Each engine has written one before it tried to seal the upload; nobody is sent to that of the
    other one."""
    found = world.ledger.upload(upload_id(world, NAME)).seal(1)
    assert found is not None
    assert found.rejects is not None
    files = world.store.buckets["rejects"]
    sealed = files[found.rejects.name]
    assert (found.rejects.generation, found.rejects.crc32c) == (
        sealed.info.generation,
        sealed.info.crc32c,
    )
    assert {found.rejects.name} == {e.rejects.name for e in world.finished() if e.rejects}
    for name in set(files) - {found.rejects.name}:
        del files[name]


def check_one_engine(world: World) -> None:
    drop_unsealed_reject_files(world)
    check(world, upload_id(world, NAME), valid=ROWS, bad=BAD)
    assert [1] == seals(world)
    notes = {row["notes"] and "note" for row in world.warehouse.rows("sales.orders")}
    assert len(notes) == 1
    entries = world.ledger.upload(upload_id(world, NAME))
    found, received = entries.seal(1), entries.received()
    assert found is not None
    assert received is not None
    (ours,) = notes
    announced = {message.attributes["ce-plan"] for message in world.publisher.topics[VALIDATED]}
    assert {found.plan} == announced
    assert {found.plan} == {event.plan for event in world.finished()}
    is_other = ours is THEIRS
    pinned_by_other = received.engine == "2099.1"
    assert (found.plan == received.plan) == (is_other == pinned_by_other)
    assert 1 == len(world.mailer.sent)


@ORDERS
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", STEPS)
def test_one_takes_over_from_the_other(
    number: int, when: str, first: Engine, second: Engine
) -> None:
    world = World()
    event = world.upload(NAME, orders(ROWS, bad=BAD))
    setattr(world.effects, when, AtStep(number, crash))
    with suppress(Crash):  # one of them has a few steps less
        first(world)(event)
    setattr(world.effects, when, lambda _: None)
    second(world)(event)
    first(world)(event)
    world.drain()
    assert "finished before" == second(world)(event)
    check_one_engine(world)


@ORDERS
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", STEPS)
def test_both_work_at_the_same_time(number: int, when: str, first: Engine, second: Engine) -> None:
    """The second one begins and ends within a step of the first one."""
    world = World()
    event = world.upload(NAME, orders(ROWS, bad=BAD))

    def other() -> None:
        second(world)(event)

    setattr(world.effects, when, AtStep(number, other))
    first(world)(event)
    setattr(world.effects, when, lambda _: None)
    world.drain()
    check_one_engine(world)


@ORDERS
@pytest.mark.parametrize("number", STEPS[:-1])
def test_one_has_loaded_the_upload_before_the_other_goes_on(
    number: int, first: Engine, second: Engine
) -> None:
    """The first one was frozen, and thaws after the upload has ended."""
    world = World()
    event = world.upload(NAME, orders(ROWS, bad=BAD))

    def other() -> None:
        second(world)(event)
        world.drain()

    world.effects.before = AtStep(number, other)
    first(world)(event)
    world.effects.before = lambda _: None
    world.drain()
    check_one_engine(world)


@ORDERS
def test_seals_of_lost_chunks(first: Engine, second: Engine) -> None:
    """The second engine reads the file again because a staged chunk of the first one is gone: its
    seal is the next one, and nothing of the first one is loaded."""
    world = World()
    event = world.upload(NAME, orders(ROWS, bad=BAD))
    first(world)(event)
    old = list(world.publisher.topics[VALIDATED])
    name = next(iter(world.store.buckets["staging"]))
    world.store.delete("staging", name)
    second(world)(event)
    assert [1, 2] == seals(world)
    chance = [*old, *world.publisher.topics[VALIDATED][len(old) :]]
    for message in chance:
        world.deliver(VALIDATED, message)
    world.drain()
    rows = world.warehouse.rows("sales.orders")
    assert ROWS == len({row["_line"] for row in rows}) == len(rows)
    assert 1 == len({row["notes"] and "note" for row in rows})
    assert {"completed"} == {event.outcome for event in world.finished()}
    assert 1 == len(world.mailer.sent)


@ORDERS
def test_messages_of_the_loser_are_not_published(first: Engine, second: Engine) -> None:
    """What it staged stays in the bucket, unannounced."""
    world = World()
    event = world.upload(NAME, orders(ROWS, bad=BAD))
    first(world)(event)
    announced = list(world.publisher.topics[VALIDATED])
    second(world)(event)
    assert announced * 2 == world.publisher.topics[VALIDATED]
    for message in announced:
        world.enrich(published(message, 1))
    assert 1 == len(world.publisher.topics[COMPLETE])
