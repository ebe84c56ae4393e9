"""google.pubsub.v1.Subscriber, method by method: request in, response out, BrokerError raised.

StreamingPull is in `streaming`.
"""

from collections.abc import Sequence
from typing import Any

import grpc

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.api.errors import (
    invalid,
    too_large,
)
from csvgate_ops.local.broker.api.names import check
from csvgate_ops.local.broker.api.settings import (
    MAX_ACK_DEADLINE,
    complete_subscription,
    push_not_implemented,
    updated,
)
from csvgate_ops.local.broker.broker import Broker
from csvgate_ops.local.broker.catalog import check_new, of_project, page_of
from csvgate_ops.local.broker.delivery.ackid import AckId
from csvgate_ops.local.broker.delivery.entry import Room
from csvgate_ops.local.broker.delivery.flow import RESPONSE_BYTES, RESPONSE_MESSAGES, UNLIMITED
from csvgate_ops.local.broker.delivery.subscription import Delivery, Subscription

MUTABLE = frozenset(
    {
        "ack_deadline_seconds",
        "dead_letter_policy",
        "expiration_policy",
        "labels",
        "message_retention_duration",
        "push_config",
        "retry_policy",
        "tags",
    }
)

PULL_WAIT_SECONDS = 10.0
"""How long a Pull waits for a first message, unless its deadline is earlier."""
PULL_MARGIN = 0.1
"""The share of the caller's deadline that is reserved for the response to arrive."""


class Subscriber:
    """Subscriptions, pulling and acknowledging."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._catalog = broker.catalog

    # -- subscriptions ---------------------------------------------------------------------

    def create_subscription(self, request: Any) -> Any:
        """Subscription → Subscription"""
        check(request.name, "subscriptions")
        check(request.topic, "topics")
        complete_subscription(request)
        with self._broker.lock:
            check_new(self._catalog.subscriptions, request.name)
            topic = self._catalog.topic(request.topic)
            self._check_dead_letter_topic(request)
            row = self._broker.topology.add_subscription(
                request.name, topic.id, request.SerializeToString()
            )
            subscription = self._broker.open_subscription(row, request)
            self._catalog.subscriptions[request.name] = subscription
            topic.subscriptions.append(subscription)
        return request

    def get_subscription(self, request: Any) -> Any:
        """GetSubscriptionRequest → Subscription"""
        return self._find(request.subscription).config

    def update_subscription(self, request: Any) -> Any:
        """UpdateSubscriptionRequest → Subscription"""
        with self._broker.lock:
            subscription = self._catalog.subscription(request.subscription.name)
            config = updated(
                subscription.config, request.subscription, request.update_mask, MUTABLE
            )
            complete_subscription(config)
            if "dead_letter_policy" in request.update_mask.paths:
                self._check_dead_letter_topic(config)
            self._broker.topology.set_subscription(subscription.id, config.SerializeToString())
            subscription.reconfigure(config)
        return config

    def list_subscriptions(self, request: Any) -> Any:
        """ListSubscriptionsRequest → ListSubscriptionsResponse"""
        with self._broker.lock:
            found = of_project(self._catalog.subscriptions, request.project)
            names, token = page_of(list(found), request.page_size, request.page_token)
            return protobuf.ListSubscriptionsResponse(
                subscriptions=[found[name].config for name in names], next_page_token=token
            )

    def delete_subscription(self, request: Any) -> Any:
        """DeleteSubscriptionRequest → Empty. Its messages are deleted at once."""
        with self._broker.lock:
            subscription = self._catalog.subscription(request.subscription)
            if topic := self._catalog.topic_of(subscription):
                topic.subscriptions.remove(subscription)
            self._broker.topology.delete_subscription(subscription.id)
            del self._catalog.subscriptions[request.subscription]
        subscription.close()
        return protobuf.Empty()

    def modify_push_config(self, request: Any) -> Any:
        """ModifyPushConfigRequest → Empty; only an empty push config is accepted."""
        self._find(request.subscription)
        if request.push_config.push_endpoint:
            raise push_not_implemented("push_config")
        return protobuf.Empty()

    # -- messages --------------------------------------------------------------------------

    def pull(self, request: Any, context: grpc.ServicerContext) -> Any:
        """PullRequest → PullResponse, which is empty when no message arrived in time."""
        if request.max_messages < 1:
            raise invalid("The max_messages must be at least 1.")
        subscription = self._find(request.subscription)
        context.add_callback(subscription.wake)
        remaining = context.time_remaining()
        wait = PULL_WAIT_SECONDS
        if remaining is not None:
            wait = min(wait, remaining * (1 - PULL_MARGIN))
        deliveries = subscription.next_deliveries(
            lambda: Room(min(request.max_messages, RESPONSE_MESSAGES), RESPONSE_BYTES, UNLIMITED),
            lambda: subscription.settings.ack_deadline,
            lambda: context.is_active() and not self._broker.closing.is_set(),
            wait_seconds=0.0 if request.return_immediately else wait,
        )
        response = protobuf.PullResponse()
        fill(response, deliveries)
        return response

    def acknowledge(self, request: Any) -> Any:
        """AcknowledgeRequest → Empty. The acknowledgement is on disk when it returns."""
        subscription = self._find(request.subscription)
        subscription.acknowledge(own_ack_ids(subscription, request.ack_ids))
        return protobuf.Empty()

    def modify_ack_deadline(self, request: Any) -> Any:
        """ModifyAckDeadlineRequest → Empty"""
        subscription = self._find(request.subscription)
        seconds = request.ack_deadline_seconds
        check_deadline(seconds)
        ack_ids = own_ack_ids(subscription, request.ack_ids)
        subscription.modify_ack_deadline(ack_ids, [seconds] * len(ack_ids))
        return protobuf.Empty()

    # -- helpers ---------------------------------------------------------------------------

    def _find(self, name: str) -> Subscription:
        with self._broker.lock:
            return self._catalog.subscription(name)

    def _check_dead_letter_topic(self, config: Any) -> None:
        if config.HasField("dead_letter_policy"):
            self._catalog.topic(config.dead_letter_policy.dead_letter_topic)


def own_ack_ids(subscription: Subscription, strings: Sequence[str]) -> list[AckId]:
    """Parse ids; raises INVALID_ARGUMENT for an empty list or another subscription's id."""
    if not strings:
        raise invalid("No ack ids specified.")
    ack_ids = [AckId.parse(text) for text in strings]
    if any(ack.subscription != subscription.id for ack in ack_ids):
        raise invalid(
            "You have passed a subscription that does not belong to the given ack ID "
            f"(resource={subscription.name})."
        )
    return ack_ids


def check_deadline(seconds: int) -> None:
    """Raise INVALID_ARGUMENT when an ack deadline is not within 0 to 600 seconds."""
    if seconds < 0:
        raise invalid("The ack_deadline_seconds must not be negative.")
    if seconds > MAX_ACK_DEADLINE:
        raise too_large("ack_deadline_seconds", seconds, MAX_ACK_DEADLINE)


def fill(response: Any, deliveries: Sequence[Delivery]) -> None:
    """Put deliveries into a PullResponse or StreamingPullResponse."""
    for delivery in deliveries:
        received = response.received_messages.add()
        received.ack_id = delivery.ack_id
        received.delivery_attempt = delivery.attempt
        received.message.MergeFromString(delivery.body)
