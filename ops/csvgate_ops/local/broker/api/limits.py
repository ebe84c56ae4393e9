"""The limits of a Publish request, and the service's errors for requests that exceed them.

Limits: https://cloud.google.com/pubsub/quotas#resource_limits
"""

from typing import Any

from csvgate_ops.local.broker.api.errors import QUOTAS, invalid, too_large, too_small

MAX_MESSAGES = 1_000
MAX_REQUEST_BYTES = 10_000_000
MAX_ATTRIBUTES = 100
MAX_KEY_BYTES = 256
MAX_VALUE_BYTES = 1_024
MAX_ORDERING_KEY_BYTES = 1_024


def check_publish(request: Any) -> None:
    """Raise INVALID_ARGUMENT when the service would refuse this PublishRequest."""
    count = len(request.messages)
    if not count:
        raise too_small("message_count", 0, 1)
    if count > MAX_MESSAGES:
        raise too_large("message_count", count, MAX_MESSAGES)
    if (size := request.ByteSize()) > MAX_REQUEST_BYTES:
        raise too_large("request_size", size, MAX_REQUEST_BYTES)
    for message in request.messages:
        _check_message(message)


def _check_message(message: Any) -> None:
    if not message.data and not message.attributes:
        raise invalid(
            "One or more messages in the publish request is empty. Each message must contain "
            "either non-empty data, or at least one attribute."
        )
    if len(message.attributes) > MAX_ATTRIBUTES:
        raise invalid(
            f"A message in the request has too many attributes. The number of attributes is "
            f"{len(message.attributes)}, but the maximum allowed is {MAX_ATTRIBUTES}. {QUOTAS}"
        )
    if (size := len(message.ordering_key.encode())) > MAX_ORDERING_KEY_BYTES:
        raise too_large("ordering_key", size, MAX_ORDERING_KEY_BYTES)
    for key, value in message.attributes.items():
        if (size := len(key.encode())) > MAX_KEY_BYTES:
            # The service also leaves the name out of this message.
            raise _too_long("", "key", size, MAX_KEY_BYTES)
        if (size := len(value.encode())) > MAX_VALUE_BYTES:
            raise _too_long(key, "value", size, MAX_VALUE_BYTES)


def _too_long(attribute: str, part: str, size: int, maximum: int) -> Exception:
    return invalid(
        f'The attribute "{attribute}" in the request has a {part} that is too long. The length '
        f"is {size} characters, but the maximum allowed is {maximum}. {QUOTAS}"
    )
