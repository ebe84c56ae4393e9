"""What is written to a topic is read back as it was, by the same module."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from csvgate.ports import Message
from csvgate.protocol.events import Counts, UploadFinished, UploadRef, UploadValidated
from csvgate.protocol.identity import PROTOCOL_VERSION
from csvgate.protocol.ledger.entries import Received, Seal, StagedChunk
from csvgate.protocol.messages.attributes import TRACE, UPLOAD, attribute
from csvgate.protocol.messages.outcome import outcome_message, parse_outcome
from csvgate.protocol.messages.validated_records import (
    SealedUpload,
    parse_validated_records,
    sealed_messages,
)
from csvgate.runtime.errors import Permanent

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ID, PLAN, TRACE_CONTEXT = "ab" * 10, "cd" * 8, f"00-{'1' * 32}-{'2' * 16}-01"
REF = UploadRef(id=ID, bucket="uploads", name="orders/a.csv", generation=7)
COUNTS = Counts(read=3, valid=2, rejected=1)
RECEIVED = Received(
    upload=REF,
    plan="ef" * 8,
    dataset="orders",
    contract="{}",
    engine="1",
    protocol=PROTOCOL_VERSION,
    chunk_bytes=16,
    hash_key="ab" * 32,
    references={},
    size=1,
    crc32c="AAAAAA==",
    created_at=AT,
    received_at=AT,
    trace=TRACE_CONTEXT,
)


def messages(chunks: int, status: str = "valid") -> list[Message]:
    """What the third seal of an upload announces. Its plan is that of another engine than the
    pin's."""
    staged = [StagedChunk(rows=n + 1, bytes=9, sha256=f"{n:064x}") for n in range(chunks)]
    seal = Seal.model_validate(
        {
            "plan": PLAN,
            "status": status,
            "counts": COUNTS,
            "chunks": staged,
            "ingested_at": AT,
            "at": AT,
        }
    )
    return sealed_messages(RECEIVED, 3, seal, staging_bucket="staging")


def parsed(message: Message) -> SealedUpload:
    return parse_validated_records(message)


def test_chunks_come_before_the_marker_and_carry_no_row() -> None:
    *chunks, marker = messages(2)
    for index, message in enumerate(chunks):
        found = parsed(message)
        assert (ID, PLAN, 3) == (found.upload, found.plan, found.seal)
        assert found.chunk is not None
        assert (index, index + 1, f"{index:064x}") == (
            found.chunk.index,
            found.chunk.rows,
            found.chunk.sha256,
        )
        uri = f"gs://staging/{ID}/{index:064x}.arrow"
        assert uri == found.chunk.dataref == attribute(message.attributes, "dataref")
        assert "csvgate.records.validated.v1" == message.attributes["ce-type"]
        assert len(message.data) < 1000
    found = parsed(marker)
    assert (ID, PLAN, 3, None) == (found.upload, found.plan, found.seal, found.chunk)
    assert {f"{ID}-3-000000", f"{ID}-3-000001", f"{ID}-3-validated"} == {
        message.attributes["ce-id"] for message in messages(2)
    }
    assert {(ID, TRACE_CONTEXT)} == {
        (attribute(m.attributes, UPLOAD), attribute(m.attributes, TRACE)) for m in messages(2)
    }


def test_the_only_chunk_is_announced_by_the_marker() -> None:
    (marker,) = messages(1)
    found = parsed(marker)
    assert found.chunk is not None
    assert (0, f"{0:064x}") == (found.chunk.index, found.chunk.sha256)
    assert found.chunk.dataref == attribute(marker.attributes, "dataref")
    validated = UploadValidated.model_validate_json(marker.data)
    assert (REF, "orders", COUNTS, 1, AT) == (
        validated.upload,
        validated.dataset,
        validated.counts,
        validated.chunks,
        validated.validated_at,
    )


@pytest.mark.parametrize("status", ["valid", "over_limit", "file_fault"])
def test_without_chunks_there_is_a_marker_alone(status: str) -> None:
    (marker,) = messages(0, status)
    found = parsed(marker)
    assert (ID, PLAN, 3, None) == (found.upload, found.plan, found.seal, found.chunk)
    assert status == UploadValidated.model_validate_json(marker.data).status


def test_the_same_seal_is_announced_alike() -> None:
    assert messages(3) == messages(3)


@pytest.mark.parametrize("chunks", [1, 2])
def test_a_reader_ignores_fields_of_a_newer_version(chunks: int) -> None:
    """During a deploy, events of a newer version reach an older reader."""
    for message in messages(chunks):
        newer = json.dumps({**json.loads(message.data), "colour": "blue"}).encode()
        assert parsed(message) == parsed(Message(newer, message.attributes))


@pytest.mark.parametrize("seal", ["", "0", "-1", "1.5", "x", "٣", "9" * 10])
def test_a_seal_that_is_not_a_number(seal: str) -> None:
    (marker,) = messages(1)
    with pytest.raises(Permanent, match="ce-seal") as caught:
        parsed(Message(marker.data, {**marker.attributes, "ce-seal": seal}))
    assert "event.malformed" == caught.value.code


@pytest.mark.parametrize(
    "change",
    [
        {"index": -1},
        {"rows": 0},
        {"sha256": "A" * 64},
        {"sha256": "a" * 63},
        {"sha256": "../" * 21 + "x"},
        {"sha256": None},
        {"dataref": 7},
    ],
)
def test_a_chunk_that_is_none(change: dict[str, Any]) -> None:
    chunk, *_ = messages(2)
    (marker,) = messages(1)
    forged = {**json.loads(chunk.data), **change}
    inside = {**json.loads(marker.data), "chunk": forged}
    for data, attributes in ((forged, chunk.attributes), (inside, marker.attributes)):
        with pytest.raises(Permanent) as caught:
            parsed(Message(json.dumps(data).encode(), attributes))
        assert "event.malformed" == caught.value.code


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
    chunk, *_ = messages(2)
    with pytest.raises(Permanent, match="not the outcome of an upload"):
        parse_outcome(chunk)
    for kind in ("csvgate.upload.completed.v1", "csvgate.upload.validated.v2"):
        foreign = Message(b"{}", {**chunk.attributes, "ce-type": kind})
        with pytest.raises(Permanent, match="validated-records carries no events of type"):
            parsed(foreign)
