"""Publish several messages to a topic that a function receives, with a bounded number under way."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from csvgate.ports import Message, Publisher, Receipt
from csvgate.protocol.messages.event_size import require_fits

_IN_FLIGHT: Final = 8


def publish_all(publisher: Publisher, topic: str, messages: Iterable[Message]) -> None:
    """Publish with a bounded number of messages under way; return once Pub/Sub has all of them.
    Raises Permanent `event.too_large`, before any of them is published."""
    messages = list(messages)
    for message in messages:
        require_fits(message)
    waiting: deque[Receipt] = deque()
    for message in messages:
        waiting.append(publisher.publish(topic, message))
        if len(waiting) > _IN_FLIGHT:
            waiting.popleft().wait()
    while waiting:
        waiting.popleft().wait()
