"""Foreign or changed messages on csvgate's topics end in a dead letter with the reason, and none of
their rows is loaded."""

import json
from collections.abc import Mapping

import pyarrow as pa
import pytest

from csvgate.ports import Message
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from world import COMPLETE, VALIDATED, World

IDS = {"ce-uploadid": "0123456789abcdef0123", "ce-plan": "0123456789abcdef"}
OURS = {
    "ce-id": "1",
    "ce-source": "//csvgate/validate_and_parse",
    "ce-specversion": "1.0",
    "ce-type": "csvgate.records.validated.v1",
    "ce-chunk": "0",
    "ce-rows": "1",
    **IDS,
}
STRANGE: dict[str, tuple[Mapping[str, str], str]] = {
    "no event": ({}, "event.malformed"),
    "another version": ({**OURS, "ce-specversion": "9.9"}, "event.malformed"),
    "another type": ({**OURS, "ce-type": "com.example.x"}, "event.malformed"),
    "no upload": ({k: v for k, v in OURS.items() if k != "ce-uploadid"}, "event.malformed"),
    "traversal": ({**OURS, "ce-uploadid": "../../references/x"}, "event.malformed"),
    "capitals": ({**OURS, "ce-plan": "ABCDEF"}, "event.malformed"),
    "a negative chunk": ({**OURS, "ce-chunk": "-1"}, "event.malformed"),
    "a huge chunk": ({**OURS, "ce-chunk": "9" * 1_000}, "event.malformed"),
    "no rows": ({**OURS, "ce-rows": ""}, "event.malformed"),
    "rows of another": ({**OURS, "ce-corrects": "x/../y"}, "event.malformed"),
    "of nobody": (OURS, "plan.unknown"),
    "a marker of nobody": ({**OURS, "ce-type": "csvgate.upload.validated.v1"}, "plan.unknown"),
}


@pytest.mark.parametrize(("attributes", "code"), STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"<script>", b"[" * 100_000])
def test_not_ours(attributes: Mapping[str, str], code: str, data: bytes) -> None:
    world = World()
    message = Message(data, attributes)
    assert f"dead-lettered: {code}" == world.deliver(VALIDATED, message)
    (letter,) = world.letters("enrich_records")
    assert (data, code) == (letter.data, letter.attributes["csvgate-code"])
    assert attributes.items() <= letter.attributes.items()
    assert [] == list(world.ledger.names("uploads/"))


def chunk_of(world: World) -> Message:
    world.validate(world.upload("orders/a.csv", orders(50)))
    return world.publisher.topics[VALIDATED][0]


def stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def swollen(data: bytes) -> bytes:
    """Return the same stream with a compressed buffer that claims to be a terabyte."""
    magic = data.index(b"\x28\xb5\x2f\xfd")
    return data[: magic - 8] + (1 << 40).to_bytes(8, "little") + data[magic:]


@pytest.mark.parametrize(
    "forge",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda _: b"",
        lambda _: stream(pa.table({"_line": pa.array([2], pa.int64())})),
        lambda _: stream(pa.table({"order_id": ["ORD-00000001"]})),
        swollen,
    ],
    ids=["cut", "half", "empty", "another", "no lines", "a terabyte"],
)
def test_a_forged_chunk(forge: object) -> None:
    assert callable(forge)
    world = World()
    message = chunk_of(world)
    forged = Message(forge(message.data), message.attributes)
    outcome = world.deliver(VALIDATED, forged)
    assert outcome.startswith("dead-lettered: chunk."), outcome
    assert [] == loaded(world)
    world.drain()
    assert 50 == len(loaded(world)), "the true one still loads"


def test_more_rows_than_the_chunk_has() -> None:
    world = World()
    message = chunk_of(world)
    attributes = {**message.attributes, "ce-rows": "1000000"}
    assert "dead-lettered: chunk.malformed" == world.deliver(
        VALIDATED, Message(message.data, attributes)
    )


def finished_message(world: World) -> Message:
    world.validate(world.upload("orders/a.csv", orders(5)))
    world.drain()
    return world.publisher.topics[COMPLETE][0]


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "failed"},
        {"outcome": "promoted"},
        {"counts": {"read": "many"}},
        {"upload": {"bucket": "b", "name": "n", "generation": 1, "id": "../../x"}},
        {"dataset": None},
    ],
    ids=["another outcome", "no outcome", "no counts", "traversal", "no dataset"],
)
def test_a_forged_outcome(change: dict[str, object]) -> None:
    world = World()
    message = finished_message(world)
    world.mailer.sent.clear()
    data = json.dumps({**json.loads(message.data), **change}).encode()
    outcome = world.deliver(COMPLETE, Message(data, message.attributes))
    assert "dead-lettered: event.malformed" == outcome
    assert [] == world.mailer.sent


def test_an_outcome_of_an_unknown_dataset() -> None:
    """The recipients are those of our contracts, never of the message."""
    world = World()
    message = finished_message(world)
    data = json.dumps({**json.loads(message.data), "dataset": "x@evil.example"}).encode()
    outcome = world.deliver(COMPLETE, Message(data, message.attributes))
    assert "dead-lettered: notify.no_contract" == outcome
