"""Messages become exactly the requests that Eventarc makes of them."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.http import from_http
from hypothesis import given
from hypothesis import strategies as st

from csvgate_ops.local.eventarc import delivery
from csvgate_ops.local.eventarc.message import (
    CloudEvent,
    NotAnEvent,
    NotForTrigger,
    Received,
    timestamp,
)
from csvgate_ops.local.eventarc.pubsub_event import message_published
from csvgate_ops.local.eventarc.storage_event import etag, object_finalized
from unit.local.eventarc_golden import NAMES, read, received


def shape(golden: dict[str, Any]) -> CloudEvent:
    message = received(golden["message"])
    if "bucket" in golden:
        return object_finalized(message, bucket=golden["bucket"])
    where = {key: golden[key] for key in ("project", "topic", "subscription")}
    return message_published(message, **where)


@pytest.mark.parametrize("name", NAMES)
def test_the_request_is_the_golden_one(name: str) -> None:
    golden = read(name)
    event = shape(golden)
    assert delivery.headers(event) == golden["request"]["headers"]
    assert json.loads(delivery.body(event)) == golden["request"]["body"]


@pytest.mark.parametrize("name", NAMES)
def test_the_cloudevents_sdk_reads_it(name: str) -> None:
    golden = read(name)
    event = shape(golden)
    decoded = from_http(delivery.headers(event), delivery.body(event))
    assert decoded["type"] == event.attributes["type"]
    assert decoded["id"] == golden["message"]["message_id"]
    assert decoded.data == golden["request"]["body"]


def test_the_service_s_own_resource_is_passed_on_as_it_is() -> None:
    golden = read("eventarc_storage_service")
    assert golden["request"]["body"] == golden["message"]["resource"]


def test_an_etag_is_the_one_that_cloud_storage_gave() -> None:
    """The pair is from googleapis/google-cloudevents' test data."""
    assert etag(1637874272256630, 1) == "CPaEvZG1tPQCEAE="


def notification(**changes: object) -> Received:
    message = received(read("eventarc_storage_service")["message"])
    return dataclasses.replace(message, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"eventType": "OBJECT_DELETE"}, "eventType is 'OBJECT_DELETE'"),
        ({"bucketId": "another"}, "bucketId is 'another'"),
    ],
)
def test_what_the_trigger_does_not_match(changes: dict[str, str], complaint: str) -> None:
    attributes = {**notification().attributes, **changes}
    with pytest.raises(NotForTrigger, match=complaint):
        object_finalized(notification(attributes=attributes), bucket="acme-uploads")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"objectId": ""}, "objectId or objectGeneration is missing"),
        ({"eventType": ""}, "not a Cloud Storage notification"),
        ({"bucketId": ""}, "not a Cloud Storage notification"),
    ],
)
def test_what_lacks_the_attributes_of_a_notification(
    changes: dict[str, str], complaint: str
) -> None:
    """It must not be taken for one of another bucket, which is dropped."""
    attributes = {**notification().attributes, **changes}
    with pytest.raises(NotAnEvent, match=complaint) as caught:
        object_finalized(notification(attributes=attributes), bucket="acme-uploads")
    assert not isinstance(caught.value, NotForTrigger)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"\xff", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"updated": "yesterday"}', "'yesterday' is not a time"),
    ],
)
def test_what_is_no_notification(data: bytes, complaint: str) -> None:
    with pytest.raises(NotAnEvent, match=complaint):
        object_finalized(notification(data=data), bucket="acme-uploads")


def test_a_notification_with_next_to_nothing_is_completed() -> None:
    event = object_finalized(notification(data=b"{}"), bucket="acme-uploads")
    assert event.data["name"] == "orders/march.csv"
    assert event.data["generation"] == "1637874272256630"
    assert event.data["updated"] == "2026-03-04T05:06:07.890Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain/name.csv", "plain/name.csv"),
        ('a b"c%d', "a%20b%22c%25d"),
        ("é\r\n\t\x00", "%C3%A9%0D%0A%09%00"),
        ("😀", "%F0%9F%98%80"),
    ],
)
def test_header_values(text: str, expected: str) -> None:
    assert delivery.header_value(text) == expected


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_name_survives_in_a_header(name: str) -> None:
    from urllib.parse import unquote

    value = delivery.header_value(name)
    assert value.isascii()
    assert " " not in value
    assert value.isprintable()
    assert unquote(value) == name


@pytest.mark.parametrize(
    ("microsecond", "expected"),
    [
        (0, "2026-01-02T03:04:05Z"),
        (120_000, "2026-01-02T03:04:05.120Z"),
        (120_001, "2026-01-02T03:04:05.120001Z"),
    ],
)
def test_timestamps(microsecond: int, expected: str) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, microsecond, tzinfo=UTC)
    assert timestamp(moment) == expected
