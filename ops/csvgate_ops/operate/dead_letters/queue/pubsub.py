"""The Queues port, implemented with Google's Pub/Sub client."""

import os
import re
from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from google.api_core import exceptions as api

from csvgate.gcp.errors import translated
from csvgate.runtime.errors import Permanent
from csvgate_ops.operate.dead_letters.queue.port import Pulled

if TYPE_CHECKING:
    from google.cloud.pubsub_v1 import SubscriberClient

_IDS_PER_REQUEST: Final = 500
"""An ack id has about 200 bytes, and a request may have 512 KiB."""
_CALL_SECONDS: Final = 30.0


def client(credentials: Any = None) -> "SubscriberClient":
    """Return a subscriber for the service or an emulator that accepts messages of any size."""
    if host := os.environ.get("PUBSUB_EMULATOR_HOST"):
        from csvgate_ops.local.eventarc.client import subscriber

        return subscriber(host)
    from google.cloud.pubsub_v1 import SubscriberClient

    return SubscriberClient(credentials=credentials)


class PubSubQueues:
    """Uses unary calls instead of streaming pull, so that leases are under the caller's control."""

    def __init__(self, project: str, subscriber: "SubscriberClient") -> None:
        self._project = project
        self._client = subscriber

    def pull(self, subscription: str, most: int, seconds: float) -> Sequence[Pulled]:
        path = self._path(subscription)
        with translated("pubsub", f"subscription {path}"):
            try:
                answer = self._client.pull(
                    subscription=path, max_messages=most, timeout=seconds, retry=None
                )
            except api.DeadlineExceeded:
                return ()
        return [
            Pulled(
                ack_id=received.ack_id,
                id=received.message.message_id,
                published_at=received.message.publish_time.astimezone(UTC),
                attributes=dict(received.message.attributes),
                data=received.message.data,
            )
            for received in answer.received_messages
        ]

    def lease(self, subscription: str, ack_ids: Sequence[str], seconds: int) -> None:
        path = self._path(subscription)
        for part in _parts(ack_ids):
            with translated("pubsub", f"subscription {path}"):
                self._client.modify_ack_deadline(
                    subscription=path,
                    ack_ids=part,
                    ack_deadline_seconds=seconds,
                    timeout=_CALL_SECONDS,
                )

    def acknowledge(self, subscription: str, ack_ids: Sequence[str]) -> None:
        path = self._path(subscription)
        for part in _parts(ack_ids):
            with translated("pubsub", f"subscription {path}"):
                self._client.acknowledge(subscription=path, ack_ids=part, timeout=_CALL_SECONDS)

    def _path(self, subscription: str) -> str:
        return f"projects/{self._project}/subscriptions/{subscription}"


def transport_topic(
    subscriber: "SubscriberClient", project: str, trigger: str, subscription: str
) -> str:
    """Return the name of the topic behind a trigger's subscription. Eventarc puts the region before
    the trigger's name and a number after it; the local cloud uses `subscription` unchanged.

    Raises Permanent `trigger.unknown`, and what `translated` raises.
    """
    wanted = re.compile(rf"eventarc-(?:[a-z0-9-]+-)?{re.escape(trigger)}-sub(?:-[0-9]+)?")
    with translated("pubsub", f"project {project}"):
        found = {
            listed.name.rpartition("/")[2]: listed.topic.rpartition("/")[2]
            for listed in subscriber.list_subscriptions(
                project=f"projects/{project}", timeout=_CALL_SECONDS
            )
        }
    matching = [name for name in found if name == subscription] or [
        name for name in found if wanted.fullmatch(name)
    ]
    if len(matching) != 1:
        raise Permanent(
            "trigger.unknown",
            f"project {project} has {len(matching)} subscriptions of trigger {trigger} "
            f"({', '.join(matching) or 'none'}), not one: deploy the trigger, or remove what an "
            "earlier one left behind",
        )
    return str(found[matching[0]])


def _parts(ack_ids: Sequence[str]) -> list[list[str]]:
    return [
        list(ack_ids[start : start + _IDS_PER_REQUEST])
        for start in range(0, len(ack_ids), _IDS_PER_REQUEST)
    ]
