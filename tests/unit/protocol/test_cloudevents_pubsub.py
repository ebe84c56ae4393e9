"""CloudEvents to Pub/Sub messages and back, and messages out of deliveries."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.http import CloudEvent

from csvgate.ports import Message
from csvgate.protocol.cloudevents_pubsub import event_of, message_of, pubsub_delivery, raw_delivery
from csvgate.protocol.events import PUBSUB_MESSAGE, STORAGE_FINALIZED
from csvgate.runtime.errors import Permanent


def test_binary_mode_keeps_data_as_is_and_names_attributes_with_the_prefix() -> None:
    event = CloudEvent(
        {
            "id": "u-p-000001",
            "source": "//csvgate/test",
            "type": "csvgate.records.validated.v1",
            "time": "2026-11-21T10:00:00+00:00",
            "datacontenttype": "application/vnd.apache.arrow.stream",
            "uploadid": "abc",
        },
        b"\x00\xff",
    )
    expected = Message(
        data=b"\x00\xff",
        attributes={
            "ce-specversion": "1.0",
            "ce-id": "u-p-000001",
            "ce-source": "//csvgate/test",
            "ce-type": "csvgate.records.validated.v1",
            "ce-time": "2026-11-21T10:00:00+00:00",
            "ce-uploadid": "abc",
            "content-type": "application/vnd.apache.arrow.stream",
        },
    )
    assert expected == message_of(event)
    back = event_of(expected)
    assert event.get_attributes() == back.get_attributes()
    assert event.data == back.data


def test_a_message_without_event_attributes_is_malformed() -> None:
    with pytest.raises(Permanent, match="ce-id, ce-source, ce-specversion, ce-type") as caught:
        event_of(Message(b"hello", {"colour": "red"}))
    assert caught.value.code == "event.malformed"


def pubsub_event(data: Any) -> CloudEvent:
    return CloudEvent({"type": PUBSUB_MESSAGE, "source": "//pubsub", "id": "1"}, data)


def test_a_published_message_comes_out_of_its_event() -> None:
    delivery = pubsub_delivery(
        pubsub_event(
            {
                "subscription": "projects/p/subscriptions/s",
                "deliveryAttempt": 3,
                "message": {
                    "data": base64.b64encode(b"\x01").decode(),
                    "attributes": {"ce-traceparent": "00-a-b-01"},
                    "publishTime": "2026-11-21T10:00:00.123Z",
                },
            }
        )
    )
    assert Message(b"\x01", {"ce-traceparent": "00-a-b-01"}) == delivery.message
    assert delivery.attempt == 3
    assert datetime(2026, 11, 21, 10, 0, 0, 123000, UTC) == delivery.first_seen
    assert delivery.trace == "00-a-b-01"


@pytest.mark.parametrize(
    "data",
    [
        None,
        "text",
        {},
        {"message": None},
        {"message": {"data": "***"}},
        {"message": {"attributes": ["x"]}},
        {"message": {}, "deliveryAttempt": "many"},
        {"message": {"publishTime": "yesterday"}},
    ],
)
def test_anything_but_a_published_message_is_malformed(data: Any) -> None:
    with pytest.raises(Permanent) as caught:
        pubsub_delivery(pubsub_event(data))
    assert caught.value.code == "event.malformed"


@pytest.mark.parametrize("data", [None, "text", {"name": "\ud800"}, b"\xff", ["x"]])
def test_anything_can_be_kept_for_a_dead_letter(data: Any) -> None:
    event = CloudEvent(
        {"type": STORAGE_FINALIZED, "source": "//storage", "id": "1", "time": "soon"}, data
    )
    delivery = raw_delivery(event)
    assert delivery.message.attributes["ce-id"] == "1"
    assert delivery.first_seen is None
