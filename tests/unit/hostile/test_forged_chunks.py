"""Chunks that were cut or changed anywhere on their way, or have another Arrow schema, end in
a dead letter with a code, and none of their rows becomes visible."""

import random

import pyarrow as pa
import pytest

from csvgate.ports import Message
from unit.hostile.test_messages import chunk_of, stream
from unit.protocol.invariants import loaded
from world import VALIDATED, World, published


def outcome(world: World, message: Message) -> str:
    return world.enrich(published(message, 1))


def test_a_chunk_cut_anywhere_is_malformed() -> None:
    world = World()
    chunk = chunk_of(world)
    for end in range(0, len(chunk.data), 7):
        cut = Message(chunk.data[:end], chunk.attributes)
        assert "dead-lettered: chunk.malformed" == outcome(world, cut)
    world.drain()
    assert 50 == len(loaded(world)), "the true one still loads"


def test_a_chunk_with_any_byte_changed_ends_in_a_name() -> None:
    chance = random.Random(1)  # noqa: S311 - it has to be repeatable
    world = World()
    chunk = chunk_of(world)
    for _ in range(300):
        data = bytearray(chunk.data)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        # With another count: a flip that Arrow cannot notice may not pass for the true chunk.
        found = outcome(world, Message(bytes(data), {**chunk.attributes, "ce-rows": "51"}))
        assert found.startswith("dead-lettered: "), found
    world.drain()
    assert 50 == len(loaded(world)) == len(set(loaded(world)))


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"_line": pa.array([*range(50)], pa.int64())}),
        pa.table({"_line": pa.array(["1"] * 50)}),
        pa.table({"_line": pa.array([*range(50)], pa.int64()), "order_id": pa.array([*range(50)])}),
        pa.table({"nothing": pa.array([*range(50)])}),
        pa.table({}),
    ],
    ids=["no fields", "text lines", "other types", "other columns", "no columns"],
)
def test_a_stream_of_another_shape_is_malformed(table: pa.Table) -> None:
    world = World()
    chunk = chunk_of(world)
    forged = Message(stream(table), chunk.attributes)
    assert "dead-lettered: chunk.malformed" == outcome(world, forged)
    assert [] == loaded(world)


def test_a_marker_of_a_plan_that_nobody_made_ends_nothing() -> None:
    world = World()
    chunk = chunk_of(world)
    marker = world.publisher.topics[VALIDATED][-1]
    forged = Message(marker.data, {**marker.attributes, "ce-plan": "ef" * 8})
    assert "dead-lettered: plan.unknown" == outcome(world, forged)
    assert ([], chunk.attributes["ce-plan"]) == (loaded(world), marker.attributes["ce-plan"])
