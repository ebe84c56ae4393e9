"""What is written to a topic is read back as it was, by the same module."""

from datetime import UTC, datetime

import pytest

from csvgate.ports import Message
from csvgate.protocol.events import Counts, UploadFinished, UploadRef, UploadValidated
from csvgate.protocol.messages.attributes import TRACE, UPLOAD, attribute
from csvgate.protocol.messages.outcome import outcome_message, parse_outcome
from csvgate.protocol.messages.validated_records import (
    Chunk,
    Marker,
    chunk_message,
    marker_message,
    parse_validated_records,
)
from csvgate.runtime.errors import Permanent

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ID, PLAN, TRACE_CONTEXT = "ab" * 10, "cd" * 8, f"00-{'1' * 32}-{'2' * 16}-01"
REF = UploadRef(id=ID, bucket="uploads", name="orders/a.csv", generation=7)
COUNTS = Counts(read=3, valid=2, rejected=1)


@pytest.mark.parametrize("corrects", [None, "ef" * 10])
def test_a_chunk(corrects: str | None) -> None:
    chunk = Chunk(ID, PLAN, 12, 2, b"\x00arrow\xff", corrects)
    message = chunk_message(chunk, received_at=AT, trace=TRACE_CONTEXT)
    assert chunk == parse_validated_records(message)
    assert (corrects or ID) == chunk.rows_of
    assert f"{ID}-{PLAN}-000012" == message.attributes["ce-id"]
    assert (ID, TRACE_CONTEXT) == (
        attribute(message.attributes, UPLOAD),
        attribute(message.attributes, TRACE),
    )


def test_a_marker() -> None:
    validated = UploadValidated(
        upload=REF,
        plan=PLAN,
        dataset="orders",
        status="valid",
        counts=COUNTS,
        chunks=1,
        validated_at=AT,
    )
    message = marker_message(validated, trace=TRACE_CONTEXT)
    assert Marker(ID, PLAN) == parse_validated_records(message)
    assert validated == UploadValidated.model_validate_json(message.data)


@pytest.mark.parametrize("outcome", ["completed", "rejected", "failed"])
def test_an_outcome(outcome: str) -> None:
    finished = UploadFinished(
        upload=REF,
        plan=PLAN,
        dataset="orders",
        outcome=outcome,
        code="table.contradicts" if outcome == "failed" else None,
        counts=COUNTS,
        received_at=AT,
        finished_at=AT,
    )
    message = outcome_message(finished, function="enrich_records", trace=TRACE_CONTEXT)
    assert finished == parse_outcome(message)
    other = "csvgate.upload.rejected.v1" if outcome != "rejected" else "csvgate.upload.failed.v1"
    with pytest.raises(Permanent, match="contradicts"):
        parse_outcome(Message(message.data, {**message.attributes, "ce-type": other}))


def test_a_message_about_another_topic_is_malformed() -> None:
    chunk = chunk_message(Chunk(ID, PLAN, 0, 1, b""), received_at=AT, trace="")
    with pytest.raises(Permanent, match="not the outcome of an upload"):
        parse_outcome(chunk)
    foreign = Message(b"{}", {**chunk.attributes, "ce-type": "csvgate.upload.completed.v1"})
    with pytest.raises(Permanent, match="validated-records carries no events of type"):
        parse_validated_records(foreign)
