"""What a message looks like once it has been forwarded to a dead-letter topic."""

from datetime import UTC, datetime
from typing import Any

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.api.names import identifier_of, project_of

PREFIX = "CloudPubSubDeadLetterSource"


def forwarded(body: bytes, subscription: str, failures: int) -> Any:
    """The PubsubMessage to publish: the original, plus the attributes that say where it failed.

    `body` is the original, serialized; `subscription` the full name; `failures` the number of
    deliveries that were nacked or expired.
    """
    message = protobuf.PubsubMessage.FromString(body)
    published = datetime.fromtimestamp(protobuf.micros(message.publish_time) / protobuf.MICROS, UTC)
    spelled = published.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    message.attributes[f"{PREFIX}Subscription"] = identifier_of(subscription)
    message.attributes[f"{PREFIX}SubscriptionProject"] = project_of(subscription)
    message.attributes[f"{PREFIX}DeliveryCount"] = str(failures)
    message.attributes[f"{PREFIX}TopicPublishTime"] = spelled
    return message
