"""A Pub/Sub message as a subscription delivers it, and a CloudEvent as a function receives it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """`delivery_attempt` is None on a subscription without a dead-letter policy."""

    data: bytes
    attributes: Mapping[str, str]
    message_id: str
    publish_time: datetime
    ordering_key: str = ""
    delivery_attempt: int | None = None


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """Context attributes without `ce-`, and the data, which goes as JSON."""

    attributes: Mapping[str, str]
    data: Mapping[str, Any]


class NotAnEvent(ValueError):
    """The message is nothing that Eventarc could route: not a notification."""


class NotForTrigger(NotAnEvent):
    """A notification of something that this trigger does not ask for."""


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, with as many digits as it needs of none, 3 or 6: protobuf's JSON form."""
    moment = moment.astimezone(UTC)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    if moment.microsecond == 0:
        return f"{text}Z"
    if moment.microsecond % 1000 == 0:
        return f"{text}.{moment.microsecond // 1000:03d}Z"
    return f"{text}.{moment.microsecond:06d}Z"
