"""The size of a push request is an upper bound of what any client sends."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.ports import Message
from csvgate.protocol.messages.event_size import (
    ENVELOPE_BYTES,
    EVENTARC_BYTES,
    MAX_PUSH_BYTES,
    push_bytes,
    require_fits,
)
from csvgate.runtime.errors import Permanent
from csvgate_ops.local.eventarc import delivery
from csvgate_ops.local.eventarc.message import CloudEvent, Received
from csvgate_ops.local.eventarc.pubsub_event import message_published

LONGEST_ID = "9" * 64
ONCE = len(json.dumps({"attributes": {}, "data": "\\u003d\\u003d"}, indent=4))
"""The bytes of the two names, and of the padding of base64, which belong to the envelope."""
ATTRIBUTES = st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=200), max_size=20)


def pushed(message: Message, *, name: str = "n", project: str = "p") -> CloudEvent:
    received = Received(
        data=message.data,
        attributes=message.attributes,
        message_id=LONGEST_ID,
        publish_time=datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC),
        delivery_attempt=100,
    )
    return message_published(received, project=project, topic=name, subscription=name)


def bodies(event: CloudEvent) -> dict[str, bytes]:
    """The body as different JSON writers have it."""
    ascii_only = json.dumps(event.data, indent=1)
    for character in "<>&='":
        ascii_only = ascii_only.replace(character, f"\\u{ord(character):04x}")
    return {
        "compact": delivery.body(event),
        "everything escaped": ascii_only.encode(),
    }


def header_bytes(headers: Mapping[str, str]) -> int:
    return sum(len(name) + len(value) + len(": \r\n") for name, value in headers.items())


@given(st.binary(max_size=2000), ATTRIBUTES)
def test_no_json_writer_sends_more(data: bytes, attributes: dict[str, str]) -> None:
    """Without the envelope, whose size would hide what is missing here."""
    message, empty = Message(data, attributes), bodies(pushed(Message(b"")))
    counted = push_bytes(message) - push_bytes(Message(b""))
    for writer, body in bodies(pushed(message)).items():
        assert len(body) - len(empty[writer]) - ONCE <= counted, writer


def test_the_envelope_holds_the_longest_names() -> None:
    """A `%` in the name of a topic takes three bytes in a header."""
    event = pushed(Message(b"x"), name="%" * 255, project="p" * 30)
    largest = max(map(len, bodies(event).values())) + header_bytes(delivery.headers(event))
    assert 1500 < largest <= ENVELOPE_BYTES


def test_sizes() -> None:
    assert push_bytes(Message(b"")) == ENVELOPE_BYTES
    assert push_bytes(Message(b"1234")) == ENVELOPE_BYTES + 8
    assert push_bytes(Message(b"", {"ab": "c"})) == ENVELOPE_BYTES + 16 + 3
    assert push_bytes(Message(b"", {"ab": '"'})) == ENVELOPE_BYTES + 16 + 2 + 6
    assert push_bytes(Message(b"", {"ab": "ü"})) == ENVELOPE_BYTES + 16 + 2 + 6
    assert push_bytes(Message(b"", {"ab": "😀"})) == ENVELOPE_BYTES + 16 + 2 + 12
    assert push_bytes(Message(b"", {"ab": "\ud800"})) == ENVELOPE_BYTES + 16 + 2 + 6


def test_the_largest_message_that_fits() -> None:
    room = (MAX_PUSH_BYTES - ENVELOPE_BYTES) // 4 * 3
    require_fits(Message(bytes(room)))
    with pytest.raises(Permanent, match=r"event\.too_large: the event has 480,004 bytes") as caught:
        require_fits(Message(bytes(room + 1)))
    assert caught.value.code == "event.too_large"


def test_what_csvgate_publishes_is_delivered() -> None:
    """Whether 512 KB are counted in thousands or in 1,024 bytes."""
    assert MAX_PUSH_BYTES < 512_000 < EVENTARC_BYTES
