"""CloudEvents on Pub/Sub in binary content mode: to and from messages, and out of deliveries.

Source: the Pub/Sub protocol binding of Google's CloudEvents specification
(github.com/googleapis/google-cloudevents, docs/spec/pubsub.md).
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from cloudevents.http import CloudEvent

from csvgate.light_dataclass import dataclass
from csvgate.ports import Message
from csvgate.runtime.errors import Permanent
from csvgate.runtime.library_words import library_words

ARROW_STREAM: Final = "application/vnd.apache.arrow.stream"
JSON: Final = "application/json"
ATTRIBUTE_PREFIX: Final = "ce-"
_REQUIRED: Final = ("id", "source", "specversion", "type")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver one message, as the platform handed it to the function."""

    message: Message
    """The original bytes and attributes."""
    attempt: int | None
    """From 1; None when the platform does not say."""
    first_seen: datetime | None
    trace: str


def message_of(event: CloudEvent) -> Message:
    """Return the event as a message. `event.data` must be bytes; each attribute value must be a
    string of at most 1,024 bytes."""
    attributes = {f"{ATTRIBUTE_PREFIX}{k}": str(v) for k, v in event.get_attributes().items()}
    content_type = attributes.pop(f"{ATTRIBUTE_PREFIX}datacontenttype", None)
    if content_type:
        attributes["content-type"] = content_type
    return Message(data=event.data, attributes=attributes)


def event_of(message: Message) -> CloudEvent:
    """Return the event in a message. Raises Permanent `event.malformed` when it is not a CloudEvent
    in binary mode."""
    attributes = {
        key.removeprefix(ATTRIBUTE_PREFIX): value
        for key, value in message.attributes.items()
        if key.startswith(ATTRIBUTE_PREFIX)
    }
    missing = [f"{ATTRIBUTE_PREFIX}{name}" for name in _REQUIRED if not attributes.get(name)]
    if missing:
        raise Permanent(
            "event.malformed",
            f"the message lacks the attributes {', '.join(missing)}: csvgate did not publish it",
        )
    if "content-type" in message.attributes:
        attributes["datacontenttype"] = message.attributes["content-type"]
    try:
        return CloudEvent(attributes, message.data)
    except Exception as error:
        raise Permanent("event.malformed", f"not a CloudEvent: {library_words(error)}") from error


def pubsub_delivery(event: CloudEvent) -> Delivery:
    """Return the message inside a `google.cloud.pubsub.topic.v1.messagePublished` event."""
    try:
        body: Mapping[str, Any] = event.data
        published = body["message"]
        attributes = published.get("attributes") or {}
        message = Message(
            data=base64.b64decode(published.get("data") or "", validate=True),
            attributes={str(k): str(v) for k, v in attributes.items()},
        )
        attempt = body.get("deliveryAttempt")
        when = published.get("publishTime") or published.get("publish_time")
        return Delivery(
            message=message,
            attempt=int(attempt) if attempt is not None else None,
            first_seen=datetime.fromisoformat(when) if when else None,
            trace=message.attributes.get("ce-traceparent", ""),
        )
    except (TypeError, KeyError, AttributeError, ValueError, binascii.Error) as error:
        raise Permanent(
            "event.malformed", f"not a Pub/Sub message event: {library_words(error)}"
        ) from error


def raw_delivery(event: CloudEvent) -> Delivery:
    """Return an event that did not arrive as one of csvgate's messages, as a message: its data as
    JSON, its attributes in binary mode. Never fails, so that any event can be dead-lettered."""
    data = event.data
    if not isinstance(data, bytes):
        data = json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
    attributes = {f"{ATTRIBUTE_PREFIX}{k}": str(v)[:256] for k, v in event.get_attributes().items()}
    time = event.get_attributes().get("time")
    try:
        seen = datetime.fromisoformat(str(time)) if time else None
    except ValueError:
        seen = None
    return Delivery(
        message=Message(data=data, attributes={**attributes, "content-type": JSON}),
        attempt=None,
        first_seen=seen,
        trace=str(event.get_attributes().get("traceparent", "")),
    )
