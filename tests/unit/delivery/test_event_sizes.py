"""Eventarc delivers at most 512 KB. No message of csvgate comes near, however large the file, its
contract and its faults are."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.contracts.match import Contracts
from csvgate.ports import Message
from csvgate.protocol.messages.event_size import MAX_PUSH_BYTES, push_bytes
from csvgate.protocol.messages.publish import publish_all
from csvgate.runtime.errors import Permanent
from unit.delivery.simple import contract, contracts, table
from world import COMPLETE, FUNCTIONS, VALIDATED, World

FIELDS = {1: ["a"], 500: [f"{n:03}_{'n' * 100}" for n in range(500)]}
LONG_NAME = "plain/" + "ü" * 506 + "x.csv"
"""1,023 bytes, of which most are escaped in JSON."""


def sizes(world: World) -> list[tuple[int, str]]:
    """Size and kind of each message on each topic, the dead letters included."""
    topics = [VALIDATED, COMPLETE, *(f"{f.replace('_', '-')}-dead-letter" for f in FUNCTIONS)]
    messages = [message for topic in topics for message in world.publisher.topics[topic]]
    return [(push_bytes(message), kind(message)) for message in messages]


def kind(message: Message) -> str:
    return message.attributes.get("csvgate-code") or message.attributes["ce-type"]


def run(found: Contracts, data: bytes, *, name: str = LONG_NAME, chunk_bytes: int = 2**24) -> World:
    world = World(contracts=found, chunk_bytes=chunk_bytes)
    world.validate(world.upload(name, data))
    world.drain()
    return world


def check(world: World) -> None:
    found = sizes(world)
    assert found
    assert [] == [each for each in found if each[0] > MAX_PUSH_BYTES]
    for topic in (VALIDATED, COMPLETE):
        assert world.publisher.topics[topic]


@settings(max_examples=15)
@given(st.data())
@pytest.mark.parametrize("number", FIELDS)
def test_every_message_of_any_upload_fits(number: int, data: st.DataObject) -> None:
    fields = FIELDS[number]
    cell = st.one_of(
        st.integers(0, 9).map(str),
        st.text(st.characters(exclude_characters='",\r\n', codec="utf-8"), max_size=6),
    )
    values = data.draw(st.lists(cell, min_size=1, max_size=5))
    times = data.draw(st.sampled_from([1, 10, 1_000]))
    # A few rows of megabytes show as much as a dozen.
    rows = data.draw(st.integers(0, 2 if times * number > 100_000 else 12))
    sensitive = data.draw(st.booleans())
    quoted = [f'"{value * times}"' for value in values]
    lines = [",".join(fields)]
    lines += [
        ",".join(quoted[(row + column) % len(quoted)] for column in range(len(fields)))
        for row in range(rows)
    ]
    text = "\n".join(lines).encode("utf-8", "surrogatepass")
    kinds: dict[str, Any] = {
        "schema": {
            "fields": [
                {
                    "name": name,
                    "type": "integer",
                    "sensitive": sensitive,
                    "constraints": {"required": True, "maximum": 3},
                }
                for name in fields
            ]
        },
        "limits": {"rejected_rate": data.draw(st.sampled_from([0, 0.5, 1]))},
    }
    found = Contracts([contract(fields, **kinds)])
    name = data.draw(st.sampled_from(["plain/a.csv", LONG_NAME]))
    check(run(found, text, name=name, chunk_bytes=data.draw(st.sampled_from([100, 2**24]))))


@pytest.mark.parametrize("number", FIELDS)
def test_a_chunk_of_megabytes_is_not_in_a_message(number: int) -> None:
    """Its rows are in the staging bucket."""
    rows = 300_000 // number
    world = run(contracts(FIELDS[number]), table(rows, FIELDS[number]))
    staged = [len(stored.data) for stored in world.store.buckets["staging"].values()]
    assert max(staged) > 100_000
    check(world)
    assert max(size for size, _ in sizes(world)) < 20_000
    assert rows == len(world.warehouse.rows("sales.plain"))


def test_thousands_of_reasons_are_added_up() -> None:
    """Each of 500 columns fails in several ways, with examples of long cells."""
    fields = FIELDS[500]
    header = ",".join(fields)
    kinds = ["x" * 200, "ü" * 200, "", "99999999999999999999999"]
    lines = [",".join([kinds[row % 4]] * 500) for row in range(40)]
    found = contracts(
        fields,
        schema={
            "fields": [
                {"name": name, "type": "integer", "constraints": {"required": True}}
                for name in fields
            ]
        },
    )
    world = run(found, "\n".join([header, *lines]).encode())
    check(world)
    (finished,) = world.finished()
    assert 40 == finished.counts.rejected
    assert len(world.publisher.topics[COMPLETE][0].data) > 100_000, "what fits is kept"


@pytest.mark.parametrize("header", [b"a" * 1_000_000, b",".join(b"c%d" % n for n in range(10**5))])
def test_a_file_fault_with_a_long_explanation(header: bytes) -> None:
    world = run(contracts(), header + b"\n1\n")
    check(world)
    assert ["rejected"] == [event.outcome for event in world.finished()]


def test_what_would_never_be_delivered_is_not_published() -> None:
    """A retry could not help: without this, the message would wait until its topic forgets it."""
    world = World()
    small, large = Message(b"x"), Message(bytes(MAX_PUSH_BYTES))
    with pytest.raises(Permanent, match=r"event\.too_large"):
        publish_all(world.publisher, VALIDATED, [small, large])
    assert [] == world.publisher.topics[VALIDATED], "all or none"
