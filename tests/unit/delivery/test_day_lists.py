"""An upload is in the list of its day before a delivery returns, whatever fails in between."""

from datetime import timedelta

import pytest

from csvgate.ports import Column
from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.upload_index.lines import Line, lines, reader
from csvgate_ops.operate.upload_index.listing import read_listing, today
from fakes.bigquery import Table
from fakes.effects import Effect
from unit.delivery.simple import contracts, table
from unit.protocol.orders import orders
from world import VALIDATED, World, published


def listed(world: World) -> list[Line]:
    listing = read_listing(world.ledger, until=today(world.now))
    assert listing.is_complete
    return lines(reader(world.ledger), listing.uploads)


def failing(world: World, stage: str) -> None:
    """Cloud Storage does not create entries of this stage."""

    def refuse(effect: Effect) -> None:
        if effect.target.startswith("ledger/days/") and f".{stage}" in effect.target:
            raise Transient("storage.unavailable", "a test")

    world.effects.before = refuse


def working(world: World) -> None:
    world.effects.before = lambda _: None


def test_nothing_is_announced_before_the_upload_is_listed() -> None:
    world = World(contracts=contracts())
    event = world.upload("plain/ada.csv", table(3))
    failing(world, "received")
    with pytest.raises(Transient, match=r"storage\.unavailable"):
        world.validate(event)
    assert [] == world.publisher.topics[VALIDATED]
    working(world)
    assert "sealed: valid" == world.validate(event)
    assert [("under way", "plain/ada.csv")] == [
        (line.state, line.upload.name if line.upload else "") for line in listed(world)
    ]


def test_an_upload_has_not_ended_before_its_end_is_listed() -> None:
    world = World(contracts=contracts())
    world.validate(world.upload("plain/ada.csv", table(3, bad=1)))
    message = world.publisher.topics[VALIDATED][0]
    failing(world, "completed")
    with pytest.raises(Transient, match=r"storage\.unavailable"):
        world.enrich(published(message, 1))
    (line,) = listed(world)
    assert "under way" == line.state
    assert end_of_upload(world.ledger.upload(line.id)) is None
    working(world)
    world.now += timedelta(hours=13)
    assert "completed" == world.enrich(published(message, 2))
    (line,) = listed(world)
    assert line.counts is not None
    assert ("completed", 3, 4, 1) == (
        line.state,
        line.loaded,
        line.counts.read,
        line.counts.rejected,
    )


def test_a_failure_is_listed_with_its_code_until_a_replay_succeeds() -> None:
    world = World()
    world.warehouse.tables["sales.orders"] = Table((Column("amount", "STRING"),))
    world.validate(world.upload("orders/ada.csv", orders(3)))
    world.drain()
    (line,) = listed(world)
    assert ("failed", ("table.contradicts",)) == (line.state, line.codes)
    del world.warehouse.tables["sales.orders"]
    world.enrich(published(world.publisher.topics[VALIDATED][0], 1))
    (line,) = listed(world)
    assert ("completed", (), 3) == (line.state, line.codes, line.loaded)


def test_an_ignored_object_is_listed_with_the_reason() -> None:
    world = World()
    event = world.upload("notes/grace.txt", orders(1))
    for _ in range(2):
        world.validate(event)
    (line,) = listed(world)
    assert ("ignored", ("no_contract",), "") == (line.state, line.codes, line.dataset)
