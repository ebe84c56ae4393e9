"""Publish several messages to a topic, with a bounded number under way."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from csvgate.ports import Message, Publisher, Receipt

_IN_FLIGHT: Final = 8


def publish_all(publisher: Publisher, topic: str, messages: Iterable[Message]) -> None:
    """Publish with a bounded number of messages under way; return once Pub/Sub has all of them."""
    waiting: deque[Receipt] = deque()
    for message in messages:
        waiting.append(publisher.publish(topic, message))
        if len(waiting) > _IN_FLIGHT:
            waiting.popleft().wait()
    while waiting:
        waiting.popleft().wait()
