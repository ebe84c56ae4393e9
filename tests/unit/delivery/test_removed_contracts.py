"""A contract that is removed or renamed while an upload is under way: the upload was pinned to it,
and is finished under it. Its recipients are those of the pin."""

from collections.abc import Callable

import pytest

from csvgate.contracts.match import Contracts
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.filters import Filter
from fakes.effects import Effect
from unit.delivery.outages import check_completed, codes, failing, replay_all
from unit.operate.dead_letters.contexts import REALLY, letter_world
from unit.protocol.invariants import check
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import World, shipped_contracts

NAME, ROWS, BAD = "orders/a.csv", 100, 2


def _orders() -> Contracts:
    return Contracts(each for each in shipped_contracts() if each.dataset == "orders")


def removed(world: World) -> None:
    world.contracts = Contracts([])
    world.restart()


def renamed(world: World) -> None:
    """The dataset has another name, other objects, another table and other recipients."""
    (contract,) = _orders()
    destination = contract.destination.model_copy(update={"table": "renamed"})
    notify = contract.notify.model_copy(update={"completed": ("new@example.com",)})
    change = {
        "dataset": "renamed",
        "match": ("renamed/*.csv",),
        "destination": destination,
        "notify": notify,
    }
    world.contracts = Contracts([contract.model_copy(update=change)])
    world.restart()


def taken_over(world: World) -> None:
    """Another dataset has the objects now."""
    (contract,) = _orders()
    destination = contract.destination.model_copy(update={"table": "taken_over"})
    change = {"dataset": "taken_over", "destination": destination}
    world.contracts = Contracts([contract.model_copy(update=change)])
    world.restart()


CHANGES = pytest.mark.parametrize("change", [removed, renamed, taken_over])
Change = Callable[[World], None]


def check_emails(world: World) -> None:
    (contract,) = _orders()
    (email,) = [each for each in world.mailer.sent if each.custom_args["outcome"] == "completed"]
    assert contract.notify.completed == email.recipients


class Crash(BaseException):
    """The instance is gone. Not an Exception, which the failure boundary would handle."""


def crash_at(number: int) -> Callable[[Effect], None]:
    left = number

    def step(_: Effect) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash

    return step


def steps_of_validate() -> int:
    world = World()
    world.validate(world.upload(NAME, orders(ROWS, bad=BAD)))
    return len(world.effects.log)


PINNED = 3
"""The copies of two references are made before the pin."""


@CHANGES
@pytest.mark.parametrize("number", range(PINNED + 1, steps_of_validate() + 1))
def test_at_every_step_after_the_pin(number: int, change: Change) -> None:
    world = World()
    event = world.upload(NAME, orders(ROWS, bad=BAD))
    world.effects.before = crash_at(number)
    with pytest.raises(Crash):
        world.validate(event)
    change(world)
    assert world.ledger.upload(upload_id(world)).received() is not None
    assert "sealed: valid" == world.validate(event)
    world.drain()
    check(world, upload_id(world), valid=ROWS, bad=BAD)
    check_emails(world)


@CHANGES
def test_before_the_load(change: Change) -> None:
    world = World()
    world.validate(world.upload(NAME, orders(ROWS, bad=BAD)))
    change(world)
    world.drain()
    check(world, upload_id(world), valid=ROWS, bad=BAD)
    check_emails(world)


@CHANGES
def test_letters_of_the_load_are_replayed_without_the_contract(change: Change) -> None:
    there = letter_world()
    world = there.world
    world.validate(world.upload(NAME, orders(ROWS)))
    world.effects.before = failing("bigquery.create_stream")
    world.drain()
    assert codes(there)
    world.effects.before = lambda _: None
    change(world)
    replay_all(there)
    check_completed(there, ROWS, attempt=1)
    check_emails(world)


@CHANGES
def test_letters_of_the_reading_are_replayed_without_the_contract(change: Change) -> None:
    """The failure is announced to the recipients of the pin; the replay completes it."""
    there = letter_world()
    world = there.world
    event = world.upload(NAME, orders(ROWS))

    def refuse(effect: Effect) -> None:
        if effect.target.startswith("staging/"):
            raise Transient("storage.unavailable", "no answer")

    world.effects.before = refuse
    with pytest.raises(Transient):
        world.validate(event)
    change(world)
    for _ in range(2, 90):
        with pytest.raises(Transient):
            world.validate(event)
    assert "dead-lettered: storage.unavailable" == world.validate(event)
    world.effects.before = lambda _: None
    world.drain()
    (contract,) = _orders()
    assert [contract.notify.failed] == [email.recipients for email in world.mailer.sent]
    report = replay(there.context, Filter(functions=("validate_and_parse",)), REALLY)
    assert 0 == report.count("failed", "skipped")
    assert ["sealed: valid"] == there.deliver()
    check_completed(there, ROWS, attempt=1)


@CHANGES
def test_a_new_file_is_not_read_under_the_old_contract(change: Change) -> None:
    world = World()
    world.validate(world.upload(NAME, orders(ROWS)))
    world.drain()
    change(world)
    again = world.validate(world.upload(NAME, orders(3)))
    assert ("sealed: valid" if change is taken_over else "ignored: no contract") == again
    world.drain()
    assert ROWS == len(world.warehouse.rows("sales.orders"))
