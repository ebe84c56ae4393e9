"""Messages that exceed their subscription's retention are dropped."""

import logging

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.broker import Broker

log = logging.getLogger(__name__)

LONGEST_SECONDS = 3_600.0
"""Check at least this often, so that a subscription's changed retention takes effect."""
SHORTEST_SECONDS = 1.0
"""Check at most this often: messages that expire one after another are dropped together."""


class Retention:
    """A timed task that drops expired messages and then sleeps until the next one expires."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def tick(self) -> None:
        """Drop expired messages, and schedule the next call for when another one expires."""
        messages, now = self._broker.messages, self._broker.now_micros()
        due = [now + int(LONGEST_SECONDS * protobuf.MICROS)]
        with self._broker.lock:
            subscriptions = list(self._broker.catalog.subscriptions.values())
        for subscription in subscriptions:
            kept = int(subscription.settings.retention * protobuf.MICROS)
            oldest = messages.oldest(subscription.id)
            if oldest is not None and oldest + kept <= now:
                dropped = messages.drop_older(subscription.id, now - kept + 1)
                subscription.drop(dropped)
                log.info(
                    "%s: dropped %d messages that exceeded the retention",
                    subscription.name,
                    len(dropped),
                )
                oldest = messages.oldest(subscription.id)
            if oldest is not None:
                due.append(oldest + kept)
        wait = max((min(due) - now) / protobuf.MICROS, SHORTEST_SECONDS)
        self._broker.timer.at(self, self._broker.clock.monotonic() + wait)
