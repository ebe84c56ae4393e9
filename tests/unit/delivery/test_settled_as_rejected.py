"""An upload whose rows can never be loaded ends when an operator rejects it: its letters have an
effective replay, and what waits for its end continues."""

import pytest

from csvgate.ports import Column
from csvgate_ops.operate.settle import CannotSettle, Verdict, settle
from fakes.bigquery import Table
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import VALIDATED, World

NAME = "orders/a.csv"


def hopeless(rows: int) -> tuple[World, str]:
    """An upload for a table that cannot hold its rows; its messages are dead-lettered."""
    world = World()
    world.warehouse.tables["sales.orders"] = Table((Column("amount", "STRING"),))
    world.validate(world.upload(NAME, orders(rows)))
    world.drain()
    assert {"failed"} == {event.outcome for event in world.finished()}
    return world, upload_id(world, NAME)


def verdict(world: World, upload: str, which: Verdict) -> None:
    settle(world.ledger, upload, which, actor="ada", reason="no such table", clock=world.clock)


@pytest.mark.parametrize("rows", [5, 120])
def test_a_replay_ends_the_upload_and_says_why(rows: int) -> None:
    world, upload = hopeless(rows)
    verdict(world, upload, "rejected")
    for letter in world.letters("enrich_records"):
        world.deliver(VALIDATED, letter)
    world.drain()
    rejected = [event for event in world.finished() if event.outcome == "rejected"]
    assert {f"{upload}"} == {event.upload.id for event in rejected}
    assert {"settled by ada: no such table"} == {event.detail for event in rejected}
    assert 1 == sum(mail.custom_args["outcome"] == "rejected" for mail in world.mailer.sent)
    assert [] == loaded(world)


def test_it_is_refused_once_the_upload_is_decided() -> None:
    world, upload = hopeless(5)
    verdict(world, upload, "rejected")
    with pytest.raises(CannotSettle, match="decided as rejected"):
        verdict(world, upload, "rejected")


def test_it_is_refused_before_the_file_was_read() -> None:
    world = World()
    event = world.upload(NAME, orders(5))
    del world.store.buckets["staging"]
    with pytest.raises(Exception, match="staging"):
        world.validate(event)
    with pytest.raises(CannotSettle, match="is not sealed"):
        verdict(world, upload_id(world, NAME), "rejected")
