"""What a subscription's and a topic's configuration mean, checked, with defaults filled in."""

from dataclasses import dataclass
from typing import Any

import grpc

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.api.errors import (
    invalid,
    out_of_bounds,
    too_large,
    too_small,
    unimplemented,
)
from csvgate_ops.local.broker.api.names import check
from csvgate_ops.local.broker.delivery import filters
from csvgate_ops.local.broker.delivery.backoff import (
    DEFAULT_MAXIMUM_SECONDS,
    DEFAULT_MINIMUM_SECONDS,
    LIMIT_SECONDS,
    RetryPolicy,
)
from csvgate_ops.local.broker.delivery.filter_tokens import FilterSyntaxError

MIN_ACK_DEADLINE, MAX_ACK_DEADLINE = 10, 600
MIN_ATTEMPTS, DEFAULT_ATTEMPTS, MAX_ATTEMPTS = 5, 5, 100
MIN_RETENTION, DEFAULT_RETENTION, MAX_RETENTION = 600, 7 * 86_400, 31 * 86_400
OUT = grpc.StatusCode.OUT_OF_RANGE
"""What Google's emulator answers for delivery attempts, unlike for every other bound."""
DEFAULT_EXPIRATION, MIN_EXPIRATION = 31 * 86_400, 86_400


@dataclass(frozen=True)
class DeadLetterPolicy:
    """After `max_attempts` failed deliveries, a message goes to this topic (its full name)."""

    topic: str
    max_attempts: int


@dataclass(frozen=True)
class SubscriptionSettings:
    """How a subscription delivers. Durations in seconds."""

    ack_deadline: float
    retention: float
    retain_acked: bool
    ordered: bool
    detached: bool
    filter: filters.Filter
    retry: RetryPolicy | None
    dead_letter: DeadLetterPolicy | None

    @classmethod
    def read(cls, config: Any) -> "SubscriptionSettings":
        """The settings of a `Subscription` that `complete_subscription` has been over."""
        retry = config.retry_policy if config.HasField("retry_policy") else None
        dead = config.dead_letter_policy if config.HasField("dead_letter_policy") else None
        return cls(
            ack_deadline=config.ack_deadline_seconds,
            retention=protobuf.seconds(config.message_retention_duration),
            retain_acked=config.retain_acked_messages,
            ordered=config.enable_message_ordering,
            detached=config.detached,
            filter=filters.parse(config.filter),
            retry=retry
            and RetryPolicy(
                protobuf.seconds(retry.minimum_backoff), protobuf.seconds(retry.maximum_backoff)
            ),
            dead_letter=dead
            and DeadLetterPolicy(dead.dead_letter_topic, dead.max_delivery_attempts),
        )


def complete_subscription(config: Any) -> None:
    """Fill the defaults into a `Subscription`, in place; BrokerError when a value is not valid."""
    for unserved in ("push_config", "bigquery_config", "cloud_storage_config", "bigtable_config"):
        asked = config.HasField(unserved)
        if unserved == "push_config":
            asked = bool(config.push_config.push_endpoint)
        if asked:
            raise unimplemented(f"Subscriptions with {unserved} are not served: pull instead")
    for unserved in ("enable_exactly_once_delivery", "message_transforms"):
        if getattr(config, unserved):
            raise unimplemented(f"Subscriptions with {unserved} are not served")
    config.ack_deadline_seconds = config.ack_deadline_seconds or MIN_ACK_DEADLINE
    if config.ack_deadline_seconds < MIN_ACK_DEADLINE:
        raise too_small("ack_deadline_seconds", config.ack_deadline_seconds, MIN_ACK_DEADLINE)
    if config.ack_deadline_seconds > MAX_ACK_DEADLINE:
        raise too_large("ack_deadline_seconds", config.ack_deadline_seconds, MAX_ACK_DEADLINE)
    _complete_retention(config)
    _complete_expiration(config)
    if config.HasField("retry_policy"):
        _complete_retry(config.retry_policy)
    if config.HasField("dead_letter_policy"):
        _complete_dead_letter(config.dead_letter_policy)
    try:
        filters.parse(config.filter)
    except FilterSyntaxError as error:
        raise invalid(f"Invalid filter: {error}.") from None
    config.state = 1  # ACTIVE


def complete_topic(config: Any) -> None:
    """Check a `Topic`, in place; a BrokerError when a value is not valid or not served."""
    for unserved in ("schema_settings", "ingestion_data_source_settings"):
        if config.HasField(unserved):
            raise unimplemented(f"Topics with {unserved} are not served")
    if config.message_transforms:
        raise unimplemented("Topics with message_transforms are not served")
    if config.HasField("message_retention_duration"):
        _check_retention(config.message_retention_duration)
    config.state = 1  # ACTIVE


def _complete_retention(config: Any) -> None:
    duration = config.message_retention_duration
    if not protobuf.seconds(duration):
        duration.seconds = DEFAULT_RETENTION
    _check_retention(duration)


def _check_retention(duration: Any) -> None:
    if not MIN_RETENTION <= protobuf.seconds(duration) <= MAX_RETENTION:
        raise out_of_bounds(
            "message_retention_duration",
            f"{protobuf.seconds(duration):g}s",
            f"{MIN_RETENTION}s",
            f"{MAX_RETENTION}s",
        )


def _complete_expiration(config: Any) -> None:
    """Expiration is kept and answered, and never carried out: nothing local should vanish."""
    if not config.HasField("expiration_policy"):
        config.expiration_policy.ttl.seconds = DEFAULT_EXPIRATION
    elif config.expiration_policy.HasField("ttl"):
        ttl = protobuf.seconds(config.expiration_policy.ttl)
        if ttl < MIN_EXPIRATION:
            raise too_small("expiration_policy.ttl", f"{ttl:g}s", f"{MIN_EXPIRATION}s")


def _complete_retry(policy: Any) -> None:
    for field, default in (
        ("minimum_backoff", DEFAULT_MINIMUM_SECONDS),
        ("maximum_backoff", DEFAULT_MAXIMUM_SECONDS),
    ):
        duration = getattr(policy, field)
        if not policy.HasField(field):
            duration.seconds = int(default)
            duration.SetInParent()
        if not 0 <= protobuf.seconds(duration) <= LIMIT_SECONDS:
            raise out_of_bounds(
                field, f"{protobuf.seconds(duration):g}s", "0s", f"{LIMIT_SECONDS:g}s"
            )
    minimum, maximum = (
        protobuf.seconds(policy.minimum_backoff),
        protobuf.seconds(policy.maximum_backoff),
    )
    if maximum < minimum:
        raise too_small("maximum_backoff", f"{maximum:g}s", f"{minimum:g}s")


def _complete_dead_letter(policy: Any) -> None:
    check(policy.dead_letter_topic, "topics")
    policy.max_delivery_attempts = policy.max_delivery_attempts or DEFAULT_ATTEMPTS
    if policy.max_delivery_attempts < MIN_ATTEMPTS:
        raise too_small("max_delivery_attempts", policy.max_delivery_attempts, MIN_ATTEMPTS, OUT)
    if policy.max_delivery_attempts > MAX_ATTEMPTS:
        raise too_large("max_delivery_attempts", policy.max_delivery_attempts, MAX_ATTEMPTS, OUT)
