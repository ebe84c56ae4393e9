"""Messages on our topics that are not ours, cut or forged: each ends in a dead letter with a name,
untouched, and nothing becomes visible."""

import random
from collections.abc import Mapping

import pyarrow as pa
import pytest

from csvgate.events import RECORDS_VALIDATED, UPLOAD_COMPLETED
from csvgate.ports import Message
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from world import COMPLETE, VALIDATED, World, published

OURS = {"ce-id": "1", "ce-source": "s", "ce-specversion": "1.0", "ce-type": RECORDS_VALIDATED}
IDS = {"ce-uploadid": "ab" * 10, "ce-plan": "cd" * 8}
CHUNK = {**OURS, **IDS, "ce-chunk": "0", "ce-rows": "1"}


def outcome(world: World, topic: str, message: Message) -> str:
    return world.edge_of(topic)(published(message, 1))


@pytest.mark.parametrize("topic", [VALIDATED, COMPLETE])
@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({}, "event.malformed"),
        ({"eventType": "OBJECT_FINALIZE", "bucketId": "b"}, "event.malformed"),
        ({**OURS, "ce-specversion": "9.9"}, "event.malformed"),
        ({**OURS, "ce-type": ""}, "event.malformed"),
        ({**OURS, "ce-uploadid": "../../x", "ce-plan": "1"}, "event.malformed"),
        ({**OURS, "ce-uploadid": "AB" * 10, "ce-plan": "cd" * 8}, "event.malformed"),
        ({**OURS, "ce-uploadid": "a" * 65, "ce-plan": "cd" * 8}, "event.malformed"),
        ({**OURS, **IDS, "ce-plan": "a/b"}, "event.malformed"),
    ],
)
@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"{}", b"null", b'{"upload": []}'])
def test_a_message_that_is_not_ours(
    topic: str, attributes: Mapping[str, str], code: str, data: bytes
) -> None:
    world, message = World(), Message(data, attributes)
    assert f"dead-lettered: {code}" == outcome(world, topic, message)
    (letter,) = world.letters("enrich_records" if topic == VALIDATED else "notify_stakeholders")
    kept = {k: v for k, v in letter.attributes.items() if not k.startswith("csvgate-")}
    assert (data, dict(attributes)) == (letter.data, kept)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ce-type": "csvgate.records.validated.v2"}, "event.malformed"),
        ({"ce-type": UPLOAD_COMPLETED}, "event.malformed"),
        ({"ce-chunk": "-1"}, "event.malformed"),
        ({"ce-chunk": "1e3"}, "event.malformed"),
        ({"ce-chunk": "９"}, "event.malformed"),
        ({"ce-chunk": "9" * 1000}, "event.malformed"),
        ({"ce-rows": ""}, "event.malformed"),
        ({"ce-corrects": "../x"}, "event.malformed"),
        ({}, "plan.unknown"),
    ],
)
def test_a_chunk_that_names_what_is_not_there(changed: Mapping[str, str], code: str) -> None:
    world = World()
    message = Message(b"no Arrow", {**CHUNK, **changed})
    assert f"dead-lettered: {code}" == outcome(world, VALIDATED, message)
    assert [] == loaded(world)


def chunk_of(world: World) -> Message:
    """A real one, of an upload that is under way."""
    world.validate(world.upload("orders/a.csv", orders(3)))
    return world.publisher.topics[VALIDATED][0]


def test_a_chunk_cut_anywhere_is_malformed() -> None:
    world = World()
    chunk = chunk_of(world)
    for end in range(0, len(chunk.data), 7):
        cut = Message(chunk.data[:end], chunk.attributes)
        assert "dead-lettered: chunk.malformed" == outcome(world, VALIDATED, cut)
    world.drain()
    assert 3 == len(loaded(world)), "the true one still loads"


def test_a_chunk_with_any_byte_changed_ends_in_a_name() -> None:
    chance = random.Random(1)  # noqa: S311 - it has to be repeatable
    world = World()
    chunk = chunk_of(world)
    for _ in range(300):
        data = bytearray(chunk.data)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        # Of a plan that is not there for the others: nothing forged gets near the true rows.
        found = outcome(
            world, VALIDATED, Message(bytes(data), {**chunk.attributes, "ce-rows": "4"})
        )
        assert found.startswith("dead-lettered: "), found
    world.drain()
    assert 3 == len(loaded(world)) == len(set(loaded(world)))


def stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"_line": pa.array([1, 2, 3], pa.int64())}),
        pa.table({"_line": pa.array(["1", "2", "3"])}),
        pa.table({"_line": pa.array([1, 2, 3], pa.int64()), "order_id": pa.array([1, 2, 3])}),
        pa.table({"nothing": pa.array([1, 2, 3])}),
        pa.table({}),
    ],
    ids=["no fields", "text lines", "other types", "other columns", "no columns"],
)
def test_a_stream_of_another_shape_is_malformed(table: pa.Table) -> None:
    world = World()
    chunk = chunk_of(world)
    forged = Message(stream(table), chunk.attributes)
    assert "dead-lettered: chunk.malformed" == outcome(world, VALIDATED, forged)
    assert [] == loaded(world)


def test_a_marker_of_a_plan_that_nobody_made_ends_nothing() -> None:
    world = World()
    chunk = chunk_of(world)
    marker = world.publisher.topics[VALIDATED][-1]
    forged = Message(marker.data, {**marker.attributes, "ce-plan": "ef" * 8})
    assert "dead-lettered: plan.unknown" == outcome(world, VALIDATED, forged)
    assert ([], chunk.attributes["ce-plan"]) == (loaded(world), marker.attributes["ce-plan"])
