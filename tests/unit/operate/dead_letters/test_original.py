"""A replay sends the original message, with attributes that say where it came from."""

import json
from datetime import UTC, datetime

import pytest

from csvgate.ports import Column, Message
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.content.original import Unreplayable, original, with_lineage
from csvgate_ops.operate.dead_letters.content.parse import parse
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.port import Pulled
from csvgate_ops.operate.dead_letters.queue.routes import Route
from fakes.bigquery import Table
from unit.operate.dead_letters.contexts import REALLY, letter_world, storage_event
from unit.protocol.orders import orders
from world import World

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROUTE = Route("enrich_records", "review", "letters", "validated-records", is_storage=False)


def test_attributes_added_by_dead_lettering_are_removed() -> None:
    kept = {"ce-id": "1", "content-type": "x/y", "googclient_x": "2"}
    added = {"csvgate-code": "c", "CloudPubSubDeadLetterSourceDeliveryCount": "5"}
    assert Message(b"d", kept) == original(kept | added, b"d", is_storage=False)


def test_a_storage_event_becomes_the_notification_it_came_from() -> None:
    """Cloud Storage's notification → Eventarc's event → dead letter → the same notification."""
    resource = {"bucket": "uploads", "name": "orders/é a.csv", "generation": "17", "size": "3"}
    notification = Message(
        json.dumps(resource).encode(),
        {
            "eventType": "OBJECT_FINALIZE",
            "payloadFormat": "JSON_API_V1",
            "bucketId": "uploads",
            "objectId": "orders/é a.csv",
            "objectGeneration": "17",
            "eventTime": "2026-11-21T12:00:00Z",
        },
    )
    world = World()
    event = storage_event(notification)
    world.validate(event)
    (letter,) = world.letters("validate_and_parse")
    rebuilt = original(letter.attributes, letter.data, is_storage=True)
    assert notification.attributes == rebuilt.attributes
    again = storage_event(rebuilt)
    assert (event.data, event["subject"]) == (again.data, again["subject"])


def test_a_notification_that_pubsub_forwarded_is_sent_unchanged() -> None:
    own = {"eventType": "OBJECT_FINALIZE", "bucketId": "b"}
    forwarded = own | {"CloudPubSubDeadLetterSourceSubscription": "s"}
    assert Message(b"anything", own) == original(forwarded, b"anything", is_storage=True)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"{}", "no bucket"),
        (b'{"bucket": "b", "name": "n", "generation": "x"}', "generation"),
    ],
)
def test_data_without_an_original_message_says_why_and_what_to_do(data: bytes, why: str) -> None:
    with pytest.raises(Unreplayable, match=why) as caught:
        original({}, data, is_storage=True)
    assert "edit" in str(caught.value)
    assert "discard" in str(caught.value)


def lineage(attributes: dict[str, str], run: str = "r1") -> dict[str, str]:
    letter = parse(Pulled("ack", "17", AT, attributes, b"d"), ROUTE)
    sent = with_lineage(Message(b"d", {"ce-id": "1"}), letter, actor="me", run=run)
    return dict(sent.attributes)


def test_lineage_names_the_first_letter_and_counts() -> None:
    first = lineage({"csvgate-code": "c"})
    assert {
        "ce-id": "1",
        "csvgate-replay-of": "17",
        "csvgate-replays": "1",
        "csvgate-replayed-by": "me",
        "csvgate-replay-run": "r1",
    } == first
    second = lineage({**first, "csvgate-replay-of": "3"}, "r2")
    assert ("3", "2", "r2") == (
        second["csvgate-replay-of"],
        second["csvgate-replays"],
        second["csvgate-replay-run"],
    )


def test_a_message_with_the_most_attributes_keeps_all_of_them() -> None:
    full = {f"a{n}": "x" for n in range(100)}
    letter = parse(Pulled("ack", "17", AT, full, b"d"), ROUTE)
    assert full == with_lineage(Message(b"d", full), letter, actor="me", run="r").attributes


def test_a_replayed_letter_that_comes_back_counts_its_replays() -> None:
    world = World()
    world.warehouse.tables["sales.orders"] = Table((Column("amount", "STRING"),))
    there = letter_world(world)
    world.validate(world.upload("orders/a.csv", orders(5)))
    world.drain()
    before = {letter.id for letter in read(there.context).letters}
    replay(there.context, Filter(functions=("enrich_records",)), REALLY)
    world.drain()
    back = read(there.context).letters
    assert back
    assert {1} == {letter.replays for letter in back}
    assert {letter.attributes["csvgate-replay-of"] for letter in back} <= before
    assert {"tester@here"} == {letter.attributes["csvgate-replayed-by"] for letter in back}
