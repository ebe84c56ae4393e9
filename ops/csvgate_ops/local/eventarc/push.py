"""Pushes one message to the function of a trigger, as Eventarc and Cloud Run would.

Every result except a 2xx response counts as a delivery attempt: the subscription's retry policy
delivers the message again with backoff, and its dead-letter policy ends that.
"""

import logging
import threading
import time
from collections import Counter
from typing import Final

from csvgate.ports import Message
from csvgate.protocol.messages.event_size import EVENTARC_BYTES, push_bytes
from csvgate_ops.local.eventarc.capacity import Capacity
from csvgate_ops.local.eventarc.delivery import Answer, post
from csvgate_ops.local.eventarc.message import CloudEvent, NotAnEvent, NotForTrigger, Received
from csvgate_ops.local.eventarc.route import Route

MAX_BYTES: Final = EVENTARC_BYTES
"""A larger push request is never delivered. Eventarc documents the limit, but not what happens to
the event; here its push never succeeds."""
SATURATED: Final = Answer(429)

log = logging.getLogger("eventarc")


class Push:
    """Pushes the messages of one trigger; threads may share it."""

    def __init__(self, route: Route) -> None:
        self.capacity = Capacity(route.capacity)
        self.counts: Counter[str] = Counter()
        """Messages by result: `delivered`, `refused` by the function or unanswered, `saturated`,
        `too_large`, and `dropped` because the trigger does not match them."""
        self._route = route
        self._lock = threading.Lock()

    def push(self, message: Received) -> bool:
        """Push a message once, and return whether it is done, so that it can be acknowledged."""
        try:
            event = self._route.event(message)
        except NotForTrigger as error:
            # Eventarc also drops events that its trigger does not match.
            self._warn(message, f"dropped: {error}")
            self._count("dropped")
            return True
        except NotAnEvent as error:
            # Eventarc's behaviour is not documented. Nothing is lost here, because Pub/Sub
            # forwards the message to the dead-letter topic after the last attempt.
            self._warn(message, f"refused: {error}")
            self._count("refused")
            return False
        size = push_bytes(Message(message.data, message.attributes))
        if size > MAX_BYTES:
            self._warn(
                message,
                f"attempt {message.delivery_attempt} refused: it has {size:,} bytes as a push "
                f"request, and Eventarc delivers at most {MAX_BYTES:,}",
            )
            self._count("too_large")
            return False
        return self._deliver(message, event)

    def _deliver(self, message: Received, event: CloudEvent) -> bool:
        began = time.monotonic()
        with self.capacity.request() as free:
            answer = post(self._route.url, event, self._route.timeout) if free else SATURATED
        result = "delivered" if answer.is_success else "refused" if free else "saturated"
        self._count(result)
        log.info(
            "%s: %s attempt %s → %s in %.3f s",
            self._route.trigger,
            message.message_id,
            message.delivery_attempt,
            answer.status or answer.problem,
            time.monotonic() - began,
        )
        return answer.is_success

    def _count(self, result: str) -> None:
        with self._lock:
            self.counts[result] += 1

    def _warn(self, message: Received, text: str) -> None:
        log.warning("%s: %s %s", self._route.trigger, message.message_id, text)
