"""A Pub/Sub message as a subscription delivers it, and a CloudEvent as a function receives it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """A Pub/Sub message. `delivery_attempt` is None without a dead-letter policy."""

    data: bytes
    attributes: Mapping[str, str]
    message_id: str
    publish_time: datetime
    ordering_key: str = ""
    delivery_attempt: int | None = None


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """The context attributes, without the prefix `ce-`, and the data, which is sent as JSON."""

    attributes: Mapping[str, str]
    data: Mapping[str, Any]


class NotAnEvent(ValueError):
    """The message is not a notification that Eventarc could route."""


class NotForTrigger(NotAnEvent):
    """The notification does not match the trigger."""


def timestamp(time: datetime) -> str:
    """Format a time as RFC 3339 in UTC with 0, 3 or 6 fractional digits, as in protobuf's JSON
    format."""
    time = time.astimezone(UTC)
    text = time.strftime("%Y-%m-%dT%H:%M:%S")
    if time.microsecond == 0:
        return f"{text}Z"
    if time.microsecond % 1000 == 0:
        return f"{text}.{time.microsecond // 1000:03d}Z"
    return f"{text}.{time.microsecond:06d}Z"
