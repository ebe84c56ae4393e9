"""From an object or a message to a function, by way of the Eventarc stand-in."""

import os
from typing import Any

import pytest

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


def test_a_message_that_always_fails_ends_in_review(
    recording_cloud: LocalCloud, recorded: Recorded
) -> None:
    id = recording_cloud.publish("enrichment-complete", b"no hope", fail="99")  # noqa: A001
    review = recording_cloud.endpoints["dead_letters"]["notify_stakeholders"]["review"]
    path = f"projects/{recording_cloud.project}/subscriptions/{review}"

    def pulled() -> list[Any]:
        return list(
            recording_cloud.subscriber.pull(
                subscription=path, max_messages=10, timeout=20
            ).received_messages
        )

    [letter] = eventually(pulled, "a dead letter")
    recording_cloud.subscriber.acknowledge(subscription=path, ack_ids=[letter.ack_id])
    assert letter.message.data == b"no hope"
    assert letter.message.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "5"
    assert len(recorded.with_id("notify_stakeholders", id)) == 5


def test_the_largest_messages_arrive(recording_cloud: LocalCloud, recorded: Recorded) -> None:
    ids = [recording_cloud.publish("validated-records", os.urandom(9_000_000)) for _ in range(4)]

    def arrived() -> list[str]:
        return [e["attributes"]["id"] for e in recorded.of("enrich_records")]

    eventually(lambda: set(ids) <= set(arrived()), "all four")
    for [event] in (recorded.with_id("enrich_records", each) for each in ids):
        assert event["data"]["message"]["data"] == "12000000 characters of base64"


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
