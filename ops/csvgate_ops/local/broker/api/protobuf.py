"""Pub/Sub's protobuf message classes, and conversions of their time types.

The client package only ships proto-plus wrappers; `pb()` returns the raw protobuf class of each,
which is several times faster and which a gRPC (de)serializer needs. The raw classes have no type
information, hence Any.
"""

from typing import Any

from google.protobuf.empty_pb2 import Empty as _Empty  # type: ignore[import-untyped]
from google.protobuf.timestamp_pb2 import (  # type: ignore[import-untyped]
    Timestamp as _Timestamp,
)
from google.pubsub_v1.types import pubsub

MICROS = 1_000_000


def message_class(name: str) -> Any:
    """Return the raw protobuf class of `google.pubsub.v1.<name>`; "Empty" is google.protobuf's."""
    return _Empty if name == "Empty" else getattr(pubsub, name).pb()


Empty = message_class("Empty")
PubsubMessage = message_class("PubsubMessage")
Topic = message_class("Topic")
Subscription = message_class("Subscription")
PublishResponse = message_class("PublishResponse")
PullResponse = message_class("PullResponse")
StreamingPullResponse = message_class("StreamingPullResponse")
ListTopicsResponse = message_class("ListTopicsResponse")
ListTopicSubscriptionsResponse = message_class("ListTopicSubscriptionsResponse")
ListSubscriptionsResponse = message_class("ListSubscriptionsResponse")


def seconds(duration: Any) -> float:
    """Return a google.protobuf.Duration in seconds."""
    return float(duration.seconds + duration.nanos / 1e9)


def micros(timestamp: Any) -> int:
    """Return a google.protobuf.Timestamp in microseconds since the Unix epoch, rounded down."""
    return int(timestamp.seconds * MICROS + timestamp.nanos // 1000)


def timestamp(at_micros: int) -> Any:
    """Return the Timestamp of microseconds since the Unix epoch."""
    return _Timestamp(seconds=at_micros // MICROS, nanos=at_micros % MICROS * 1000)
