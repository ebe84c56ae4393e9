"""Messages from a dead-letter topic are parsed into letters."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.protocol.identity import Upload
from csvgate_ops.operate.dead_letters.content.parse import parse
from csvgate_ops.operate.dead_letters.queue.port import Pulled
from csvgate_ops.operate.dead_letters.queue.routes import Route

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ENRICH = Route("enrich_records", "review", "letters", "validated-records", is_storage=False)
VALIDATE = Route("validate_and_parse", "review", "letters", "transport", is_storage=True)
UPLOAD = "ab" * 10


def pulled(attributes: dict[str, str], data: bytes = b"") -> Pulled:
    return Pulled("ack", "17", AT, attributes, data)


def test_a_letter_of_csvgate() -> None:
    letter = parse(
        pulled(
            {
                "ce-uploadid": UPLOAD,
                "ce-traceparent": "00-a-b-01",
                "ce-dataref": "gs://staging/abc/def.arrow",
                "content-type": "application/json",
                "csvgate-code": "table.contradicts",
                "csvgate-message": "column amount is STRING",
                "csvgate-function": "enrich_records",
                "csvgate-attempt": "3",
                "csvgate-first-seen": "2026-11-20T10:00:00+00:00",
                "csvgate-dead-lettered-at": "2026-11-20T11:00:00+00:00",
                "csvgate-replays": "2",
            },
            b"bytes",
        ),
        ENRICH,
    )
    assert ("table.contradicts", "column amount is STRING") == (letter.code, letter.message)
    assert (UPLOAD, 3, 2, "00-a-b-01") == (
        letter.upload,
        letter.attempt,
        letter.replays,
        letter.trace,
    )
    assert datetime(2026, 11, 20, 10, tzinfo=UTC) == letter.first_seen
    assert datetime(2026, 11, 20, 11, tzinfo=UTC) == letter.dead_lettered_at
    assert ("chunk", b"bytes", False) == (
        letter.kind,
        letter.data,
        letter.platform_forwarded,
    )


def test_a_letter_that_pubsub_forwarded_explains_itself() -> None:
    name, generation = "orders/a.csv", 17
    letter = parse(
        pulled(
            {
                "eventType": "OBJECT_FINALIZE",
                "bucketId": "uploads",
                "objectId": name,
                "objectGeneration": str(generation),
                "CloudPubSubDeadLetterSourceSubscription": "eventarc-validate-and-parse-sub",
                "CloudPubSubDeadLetterSourceDeliveryCount": "10",
                "CloudPubSubDeadLetterSourceTopicPublishTime": "2026-11-20T10:00:00.000Z",
            }
        ),
        VALIDATE,
    )
    assert ("platform.max_attempts", 10) == (letter.code, letter.attempt)
    assert "eventarc-validate-and-parse-sub" in letter.message
    assert "10 deliveries" in letter.message
    assert letter.platform_forwarded
    assert "storage event" == letter.kind
    assert Upload("uploads", name, generation).id == letter.upload
    assert datetime(2026, 11, 20, 10, tzinfo=UTC) == letter.first_seen
    assert AT == letter.dead_lettered_at


def test_the_upload_of_a_completion_event_is_in_its_data() -> None:
    data = json.dumps({"upload": {"id": UPLOAD}, "dataset": "orders"}).encode()
    letter = parse(pulled({"csvgate-code": "x"}, data), ENRICH)
    assert (UPLOAD, "orders", "json") == (letter.upload, letter.dataset, letter.kind)


def test_large_data_is_dropped_and_its_size_is_kept() -> None:
    letter = parse(pulled({}, b"x" * 11), ENRICH, keep_bytes=10)
    assert (None, 11) == (letter.data, letter.size)
    assert b"x" * 10 == parse(pulled({}, b"x" * 10), ENRICH, keep_bytes=10).data


NAMES = st.sampled_from(
    [
        "csvgate-code",
        "csvgate-upload",
        "csvgate-attempt",
        "csvgate-replays",
        "csvgate-first-seen",
        "csvgate-dead-lettered-at",
        "csvgate-dataset",
        "csvgate-plan",
        "content-type",
        "ce-uploadid",
        "eventType",
        "bucketId",
        "objectId",
        "objectGeneration",
        "CloudPubSubDeadLetterSourceSubscription",
        "CloudPubSubDeadLetterSourceDeliveryCount",
    ]
)
VALUES = st.one_of(
    st.text(), st.sampled_from(["9" * 40, "-1", "٣", "../x", "0001-01-01T00:00:00+23:59"])
)
DATA = st.one_of(
    st.binary(), st.sampled_from([b"{", b"[" * 5000, b'{"a":' * 2000, b'{"upload":{"id":3}}'])
)


@pytest.mark.parametrize("route", [ENRICH, VALIDATE], ids=lambda r: r.function)
@given(st.dictionaries(st.one_of(NAMES, st.text()), VALUES), DATA)
def test_no_message_makes_parsing_fail(
    route: Route, attributes: dict[str, str], data: bytes
) -> None:
    letter = parse(pulled(attributes, data), route)
    assert ("17", len(data)) == (letter.id, letter.size)
    assert set(letter.upload) <= set("0123456789abcdef"), "it becomes part of a ledger's name"
    assert letter.dead_lettered_at.tzinfo is not None
    assert letter.code
    assert letter.message
