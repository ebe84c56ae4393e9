"""`google.cloud.pubsub.topic.v1.messagePublished`, as Eventarc sends it.

The data is MessagePublishedData of googleapis/google-cloudevents. The message id and the publish
time appear in both spellings, as observed in issue 151 of that project. `deliveryAttempt` is beside
the message, as in any push request (Pub/Sub's "handle message failures"). Empty fields are left
out, as in protobuf's JSON format.
"""

import base64
from typing import Any

from csvgate.protocol.events import PUBSUB_MESSAGE
from csvgate_ops.local.eventarc.message import CloudEvent, Received, timestamp


def message_published(
    message: Received, *, project: str, topic: str, subscription: str
) -> CloudEvent:
    """Return the event of a message; `topic` and `subscription` are names without a path."""
    published = timestamp(message.publish_time)
    body: dict[str, Any] = {}
    if message.attributes:
        body["attributes"] = dict(message.attributes)
    if message.data:
        body["data"] = base64.b64encode(message.data).decode("ascii")
    body |= {"messageId": message.message_id, "message_id": message.message_id}
    if message.ordering_key:
        body["orderingKey"] = message.ordering_key
    body |= {"publishTime": published, "publish_time": published}
    data: dict[str, Any] = {}
    if message.delivery_attempt is not None:
        data["deliveryAttempt"] = message.delivery_attempt
    data |= {
        "message": body,
        "subscription": f"projects/{project}/subscriptions/{subscription}",
    }
    return CloudEvent(
        {
            "id": message.message_id,
            "source": f"//pubsub.googleapis.com/projects/{project}/topics/{topic}",
            "specversion": "1.0",
            "time": published,
            "type": PUBSUB_MESSAGE,
        },
        data,
    )
