"""The COMMITTED streams that an instance keeps for small uploads: when one is used again, and when
it is dropped for ever."""

from datetime import timedelta

import pyarrow as pa
import pytest

from csvgate.ports import Column, Message, TableSpec
from csvgate.protocol.ledger.entries import Decision
from csvgate.runtime.errors import Transient
from enrichment.shared_streams import IDLE, SharedStreams
from fakes.bigquery import Table
from fakes.effects import Effect
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from world import VALIDATED, World, published

TABLE = TableSpec("sales", "orders", (Column("a", "INT64"),))
SCHEMA = pa.schema({"a": pa.int64()})


@pytest.fixture
def world() -> World:
    return World()


def pool_of(world: World) -> SharedStreams:
    return SharedStreams(world.warehouse, world.clock)


def load(world: World, number: int, rows: int = 5) -> str:
    """Load one small upload; return the outcome of its delivery."""
    return world.enrich(published(sealed(world, number, rows), 1))


def sealed(world: World, number: int, rows: int = 5) -> Message:
    world.validate(world.upload(f"orders/{number}.csv", orders(rows)))
    return world.publisher.topics[VALIDATED][-1]


def places(world: World) -> list[tuple[str, int, int]]:
    """Stream, offset and rows of each claim, in the order of the uploads."""
    found = []
    for message in world.publisher.topics[VALIDATED]:
        decision = world.ledger.upload(message.attributes["ce-uploadid"]).attempt(1).decision()
        if decision is not None and decision.shared is not None:
            place = decision.shared
            found.append((place.stream[-6:], place.offset, place.rows))
    return found


def test_uploads_follow_each_other_on_one_stream(world: World) -> None:
    for number, rows in enumerate((5, 3, 7)):
        assert "completed" == load(world, number, rows)
    assert [("000001", 0, 5), ("000001", 5, 3), ("000001", 8, 7)] == places(world)
    assert 15 == len(set(loaded(world))) == len(loaded(world))
    kinds = [effect.kind for effect in world.effects.log if effect.kind.startswith("bigquery.")]
    assert 1 == kinds.count("bigquery.create_stream")
    assert 3 == kinds.count("bigquery.append")
    assert 0 == kinds.count("bigquery.finalize") + kinds.count("bigquery.commit")


def test_a_stream_is_used_by_one_upload_at_a_time(world: World) -> None:
    """A second upload that is loaded while the first one is gets a stream of its own."""
    first, second = sealed(world, 1), sealed(world, 2)

    def meanwhile(effect: Effect) -> None:
        if effect.kind == "bigquery.append":
            world.effects.before = lambda _: None
            assert "completed" == world.enrich(published(second, 1))

    world.effects.before = meanwhile
    assert "completed" == world.enrich(published(first, 1))
    assert [("000001", 0, 5), ("000002", 0, 5)] == places(world)
    assert 10 == len(set(loaded(world))) == len(loaded(world))
    load(world, 3)
    load(world, 4)
    assert 2 == len(world.warehouse.streams), "both are free again"


def test_an_idle_stream_is_dropped(world: World) -> None:
    load(world, 1)
    world.now += IDLE - timedelta(seconds=5)
    load(world, 2)
    assert 1 == len(world.warehouse.streams), "its last use counts, not its creation"
    world.now += IDLE
    load(world, 3)
    assert [("000001", 0, 5), ("000001", 5, 5), ("000002", 0, 5)] == places(world)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_stream_is_dropped_after_a_doubtful_append(world: World, when: str) -> None:
    """Whether rows are at its end is not known, and whether some still arrive."""
    load(world, 1)

    def fail(effect: Effect) -> None:
        if effect.kind == "bigquery.append":
            raise Transient("bigquery.unavailable", "no answer")

    setattr(world.effects, when, fail)
    doubtful = sealed(world, 2)
    with pytest.raises(Transient, match=r"bigquery\.unavailable"):
        world.enrich(published(doubtful, 1))
    setattr(world.effects, when, lambda _: None)
    load(world, 3)
    assert [("000001", 0, 5), ("000001", 5, 5), ("000002", 0, 5)] == places(world)
    world.now += timedelta(seconds=61)
    assert "completed" == world.enrich(published(doubtful, 1))
    load(world, 4)
    assert ("000002", 5, 5) == places(world)[-1], "the repeated append does not bring it back"
    assert 20 == len(set(loaded(world))) == len(loaded(world))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_stream_is_dropped_after_a_doubtful_claim(world: World, when: str) -> None:
    """The claim may stand, and another delivery may append at its place."""
    load(world, 1)

    def fail(effect: Effect) -> None:
        if effect.target.endswith("decision.json"):
            raise Transient("storage.unavailable", "no answer")

    setattr(world.effects, when, fail)
    doubtful = sealed(world, 2)
    with pytest.raises(Transient, match=r"storage\.unavailable"):
        world.enrich(published(doubtful, 1))
    setattr(world.effects, when, lambda _: None)
    load(world, 3)
    assert ("000002", 0, 5) == places(world)[-1]
    world.now += timedelta(seconds=61)
    assert "completed" == world.enrich(published(doubtful, 1))
    assert 15 == len(set(loaded(world))) == len(loaded(world))


def test_a_stream_is_given_back_after_a_lost_race(world: World) -> None:
    """Nothing was sent, so that the next row still goes where it would have gone."""
    load(world, 1)
    message = sealed(world, 2)
    entries = world.ledger.upload(message.attributes["ce-uploadid"])
    entries.attempt(1).create_decision(
        Decision(outcome="abandoned", seal=1, reason="a test", at=world.clock())
    )
    assert "completed" == world.enrich(published(message, 1))
    decision = entries.attempt(2).decision()
    assert decision is not None
    assert decision.shared is not None
    assert (1, 5) == (len(world.warehouse.streams), decision.shared.offset)


def test_an_append_that_another_delivery_repeated_drops_the_stream(world: World) -> None:
    """Its owner was frozen after the claim: its rows are there already, and so may others be."""
    message = sealed(world, 1)

    def frozen(effect: Effect) -> None:
        if effect.kind == "bigquery.append":
            world.effects.before = lambda _: None
            world.now += timedelta(seconds=61)
            assert "completed" == world.enricher()(published(message, 2))

    world.effects.before = frozen
    assert "completed" == world.enrich(published(message, 1))
    assert 5 == len(set(loaded(world))) == len(loaded(world))
    load(world, 2)
    stream, offset, _ = places(world)[-1]
    assert (0, True) == (offset, stream != "000001")


def test_streams_are_kept_by_table_and_by_schema(world: World) -> None:
    """The service takes the schema of the first request: rows of another one need a new stream."""
    world.warehouse.tables.clear()
    pool = pool_of(world)
    first = pool.take(TABLE, SCHEMA)
    pool.give_back(first, TABLE, SCHEMA)
    other_types = pa.schema({"a": pa.string()})
    other_order = pa.schema({"b": pa.int64(), "a": pa.int64()})
    for schema in (other_types, other_order, pa.schema({"a": pa.int64(), "b": pa.int64()})):
        assert pool.take(TABLE, schema).name != first.name
    other_table = TableSpec("sales", "returns", TABLE.columns)
    assert pool.take(other_table, SCHEMA).name != first.name
    assert first == pool.take(TABLE, SCHEMA)
    assert pool.take(TABLE, SCHEMA).name != first.name, "it is not free any more"


def test_a_table_is_looked_at_only_for_a_new_stream(world: World) -> None:
    load(world, 1)
    looks = len(world.effects.looks)
    load(world, 2)
    assert [] == [e for e in world.effects.looks[looks:] if e.kind == "bigquery.get_table"]


def test_a_lost_stream_takes_the_others_of_its_table_with_it(world: World) -> None:
    """After the table was replaced, only one upload waits until the loss is certain, not one for
    each stream that the instance keeps."""
    first, second = sealed(world, 1), sealed(world, 2)

    def meanwhile(effect: Effect) -> None:
        if effect.kind == "bigquery.append":
            world.effects.before = lambda _: None
            assert "completed" == world.enrich(published(second, 1))

    world.effects.before = meanwhile
    assert "completed" == world.enrich(published(first, 1))
    assert 2 == len(world.warehouse.streams)
    old = world.warehouse.tables["sales.orders"]
    world.warehouse.tables["sales.orders"] = Table(old.columns)
    with pytest.raises(Transient, match=r"stream\.gone"):
        load(world, 3)
    assert "completed" == load(world, 4)
    assert ("000003", 0, 5) == places(world)[-1]
