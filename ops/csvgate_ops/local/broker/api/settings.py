"""Checks a subscription's or topic's configuration, fills in defaults, and reads the settings."""

from dataclasses import dataclass
from typing import Any

import grpc

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.api.errors import (
    BrokerError,
    invalid,
    out_of_bounds,
    too_large,
    too_small,
    unimplemented,
)
from csvgate_ops.local.broker.api.names import check
from csvgate_ops.local.broker.delivery.backoff import (
    DEFAULT_MAXIMUM_SECONDS,
    DEFAULT_MINIMUM_SECONDS,
    LIMIT_SECONDS,
    RetryPolicy,
)

MIN_ACK_DEADLINE, MAX_ACK_DEADLINE = 10, 600
MIN_ATTEMPTS, DEFAULT_ATTEMPTS, MAX_ATTEMPTS = 5, 5, 100
MIN_RETENTION, DEFAULT_RETENTION, MAX_RETENTION = 600, 7 * 86_400, 31 * 86_400
OUT = grpc.StatusCode.OUT_OF_RANGE
"""Google's emulator uses this code for delivery attempts only."""
DEFAULT_EXPIRATION, MIN_EXPIRATION = 31 * 86_400, 86_400

NOT_IMPLEMENTED = (
    "detached",
    "enable_exactly_once_delivery",
    "enable_message_ordering",
    "filter",
    "message_transforms",
    "retain_acked_messages",
)
"""Fields of a subscription that are refused: csvgate uses none of these features."""


@dataclass(frozen=True)
class DeadLetterPolicy:
    """A message is forwarded to `topic`, a full name, after `max_attempts` failed deliveries."""

    topic: str
    max_attempts: int


@dataclass(frozen=True)
class SubscriptionSettings:
    """How a subscription delivers. Durations in seconds."""

    ack_deadline: float
    retention: float
    retry: RetryPolicy | None
    dead_letter: DeadLetterPolicy | None

    @classmethod
    def read(cls, config: Any) -> "SubscriptionSettings":
        """Return the settings of a `Subscription` that `complete_subscription` has checked."""
        retry = config.retry_policy if config.HasField("retry_policy") else None
        dead = config.dead_letter_policy if config.HasField("dead_letter_policy") else None
        return cls(
            ack_deadline=config.ack_deadline_seconds,
            retention=protobuf.seconds(config.message_retention_duration),
            retry=retry
            and RetryPolicy(
                protobuf.seconds(retry.minimum_backoff), protobuf.seconds(retry.maximum_backoff)
            ),
            dead_letter=dead
            and DeadLetterPolicy(dead.dead_letter_topic, dead.max_delivery_attempts),
        )


def complete_subscription(config: Any) -> None:
    """Check a `Subscription` and fill in defaults, in place; raises BrokerError for a bad value."""
    if config.push_config.push_endpoint:
        raise push_not_implemented("push_config")
    for field in ("bigquery_config", "cloud_storage_config", "bigtable_config"):
        if config.HasField(field):
            raise push_not_implemented(field)
    for field in NOT_IMPLEMENTED:
        if getattr(config, field):
            raise unimplemented(f"Subscriptions with {field} are not implemented")
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
    config.state = 1  # ACTIVE


def push_not_implemented(field: str) -> BrokerError:
    """UNIMPLEMENTED for a subscription that delivers on its own instead of being pulled."""
    return unimplemented(f"Subscriptions with {field} are not implemented; pull instead")


def complete_topic(config: Any) -> None:
    """Check a `Topic` and set its state, in place; raises BrokerError for a bad value.

    The retention is kept and returned without effect: only seek could reach messages retained by a
    topic, and seek is not implemented.
    """
    for field in ("schema_settings", "ingestion_data_source_settings"):
        if config.HasField(field):
            raise unimplemented(f"Topics with {field} are not implemented")
    if config.message_transforms:
        raise unimplemented("Topics with message_transforms are not implemented")
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
    """Check the expiration policy, which has no effect: local subscriptions do not expire."""
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


def updated(current: Any, wanted: Any, mask: Any, mutable: frozenset[str]) -> Any:
    """Return a copy of `current` with the mask's fields replaced by those of `wanted`, unset or
    not.

    Raises INVALID_ARGUMENT for an empty mask and for a field that is unknown or not `mutable`.
    """
    kind = current.DESCRIPTOR.name
    if not mask.paths:
        raise invalid(
            f"The update_mask in the Update{kind}Request must be set, and must contain a "
            "non-empty paths list."
        )
    for path in mask.paths:
        field, _, rest = path.partition(".")
        if field not in current.DESCRIPTOR.fields_by_name:
            raise invalid(
                f"Invalid update_mask provided in the Update{kind}Request: '{path}' is not a "
                f"known {kind} field."
            )
        if field not in mutable or rest:
            raise invalid(
                f"Invalid update_mask provided in the Update{kind}Request: the '{path}' field "
                f"in the {kind} is not mutable."
            )
    result = type(current)()
    result.CopyFrom(current)
    mask.MergeMessage(wanted, result, replace_message_field=True, replace_repeated_field=True)
    return result
