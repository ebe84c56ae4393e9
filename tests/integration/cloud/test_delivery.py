"""From an object or a message to a function, by way of the Eventarc stand-in."""

import json
import os
from typing import Any
from urllib.request import Request, urlopen

import pytest
from google.cloud.pubsub_v1.types import PubsubMessage

from csvgate.ports import Message
from csvgate.protocol.messages.event_size import EVENTARC_BYTES, push_bytes
from integration.cloud.conftest import Recorded
from local_cloud import LocalCloud, eventually

pytestmark = pytest.mark.cloud


@pytest.mark.parametrize(
    "name",
    [
        "orders/2026-11-21.csv",
        'orders/naïve "quoted" 100%.csv',
        "orders/two\nlines.csv",
        "注文/😀.csv",
    ],
)
def test_an_upload_becomes_an_event(
    recording_cloud: LocalCloud, recorded: Recorded, name: str
) -> None:
    blob = recording_cloud.bucket("uploads").blob(name)
    blob.upload_from_string("a,b\n1,2\n", content_type="text/csv")

    def events() -> list[dict[str, Any]]:
        return [e for e in recorded.of("validate_and_parse") if e["data"]["name"] == name]

    event = eventually(events, f"an event for {name!r}")[0]
    bucket = recording_cloud.endpoints["buckets"]["uploads"]
    assert event["attributes"]["type"] == "google.cloud.storage.object.v1.finalized"
    assert event["attributes"]["bucket"] == bucket
    assert (
        event["data"] | {"bucket": bucket, "size": "8", "contentType": "text/csv"}
        == (event["data"])
    )
    assert event["data"]["generation"] == str(blob.generation)
    assert event["data"]["id"] == f"{bucket}/{name}/{blob.generation}"


def test_other_buckets_stay_silent(recording_cloud: LocalCloud, recorded: Recorded) -> None:
    recording_cloud.bucket("rejects").blob("silent.csv").upload_from_string("x")
    recording_cloud.bucket("uploads").blob("heard.csv").upload_from_string("x")
    eventually(
        lambda: "heard.csv" in {e["data"]["name"] for e in recorded.of("validate_and_parse")},
        "the event of the object uploaded afterwards",
    )
    assert "silent.csv" not in {e["data"]["name"] for e in recorded.of("validate_and_parse")}


def test_a_message_becomes_an_event(recording_cloud: LocalCloud, recorded: Recorded) -> None:
    id = recording_cloud.publish("validated-records", b"hello", origin="tëst")  # noqa: A001
    [event] = eventually(lambda: recorded.with_id("enrich_records", id), "the message")
    assert event["attributes"]["source"].endswith("/topics/validated-records")
    assert event["data"]["deliveryAttempt"] == 1
    assert event["data"]["message"]["data"] == "aGVsbG8="
    assert event["data"]["message"]["attributes"] == {"origin": "tëst"}


def test_a_failed_delivery_is_repeated(recording_cloud: LocalCloud, recorded: Recorded) -> None:
    id = recording_cloud.publish("validated-records", b"", fail="2")  # noqa: A001
    eventually(lambda: len(recorded.with_id("enrich_records", id)) >= 3, "three calls")
    calls = recorded.with_id("enrich_records", id)
    assert [call["data"]["deliveryAttempt"] for call in calls] == [1, 2, 3]


def review_of(cloud: LocalCloud, function: str) -> PubsubMessage:
    """Take the only dead letter of a function, which may not have arrived yet."""
    review = cloud.endpoints["dead_letters"][function]["review"]
    path = f"projects/{cloud.project}/subscriptions/{review}"

    def pulled() -> list[Any]:
        return list(
            cloud.subscriber.pull(subscription=path, max_messages=10, timeout=20).received_messages
        )

    [letter] = eventually(pulled, "a dead letter")
    cloud.subscriber.acknowledge(subscription=path, ack_ids=[letter.ack_id])
    return letter.message


def test_a_message_that_always_fails_ends_in_review(
    recording_cloud: LocalCloud, recorded: Recorded
) -> None:
    id = recording_cloud.publish("enrichment-complete", b"no hope", fail="99")  # noqa: A001
    letter = review_of(recording_cloud, "notify_stakeholders")
    assert letter.data == b"no hope"
    assert letter.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "5"
    assert len(recorded.with_id("notify_stakeholders", id)) == 5


def test_the_largest_events_arrive(recording_cloud: LocalCloud, recorded: Recorded) -> None:
    largest = os.urandom((EVENTARC_BYTES - push_bytes(Message(b""))) // 4 * 3)
    ids = [recording_cloud.publish("validated-records", largest) for _ in range(4)]

    def arrived() -> list[str]:
        return [e["attributes"]["id"] for e in recorded.of("enrich_records")]

    eventually(lambda: set(ids) <= set(arrived()), "all four")
    for [event] in (recorded.with_id("enrich_records", each) for each in ids):
        expected = f"{len(largest) // 3 * 4} characters of base64"
        assert event["data"]["message"]["data"] == expected


def test_an_event_that_is_too_large_ends_in_review(
    recording_cloud: LocalCloud, recorded: Recorded
) -> None:
    """Eventarc refuses the event, although Pub/Sub itself accepts the message."""
    id = recording_cloud.publish("validated-records", bytes(600_000))  # noqa: A001
    letter = review_of(recording_cloud, "enrich_records")
    assert len(letter.data) == 600_000
    assert letter.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "5"
    assert recorded.with_id("enrich_records", id) == []
    log = (recording_cloud.data_dir / "logs" / "eventarc.log").read_text()
    assert f"{id} attempt 5 refused: it has 804,096 bytes as a push request" in log


def test_a_saturated_function_uses_up_attempts(
    recording_cloud: LocalCloud, recorded: Recorded
) -> None:
    faults = f"{recording_cloud.endpoints['eventarc']}/_faults"
    body = json.dumps({"function": "notify_stakeholders", "refuse": 2}).encode()
    urlopen(Request(faults, body), timeout=10).close()  # noqa: S310 - loopback
    id = recording_cloud.publish("enrichment-complete", b"{}")  # noqa: A001
    [event] = eventually(lambda: recorded.with_id("notify_stakeholders", id), "the message")
    assert event["data"]["deliveryAttempt"] == 3


def test_the_lease_is_kept_while_a_function_works(
    recording_cloud: LocalCloud, recorded: Recorded
) -> None:
    """Longer than the ten seconds that the client library asks for at first."""
    id = recording_cloud.publish("validated-records", b"", sleep="13")  # noqa: A001
    after = "the next message, published when that one has been acknowledged"
    eventually(lambda: recorded.with_id("enrich_records", id), "the slow message")
    log = recording_cloud.data_dir / "logs" / "eventarc.log"
    eventually(lambda: f"{id} attempt 1 → 200" in log.read_text(), after)
    assert len(recorded.with_id("enrich_records", id)) == 1
