"""Messages, and snapshots, leave when their time is over, whether or not anyone pulled them."""

import logging

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.broker import Broker

log = logging.getLogger(__name__)

LONGEST_SECONDS = 3_600.0
"""Look at least this often: a topic's own retention and a changed policy are found this way."""
SHORTEST_SECONDS = 1.0
"""Many messages that expire one after another are dropped together."""


class Retention:
    """A timed task that drops what is past its retention, and sleeps until the next is."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def tick(self) -> None:
        """Drop what has expired; call again when the next message does."""
        now = self._broker.now_micros()
        due = [now + int(LONGEST_SECONDS * protobuf.MICROS)]
        with self._broker.lock:
            subscriptions = list(self._broker.catalog.subscriptions.values())
            for name, snapshot in list(self._broker.catalog.snapshots.items()):
                if protobuf.micros(snapshot.config.expire_time) <= now:
                    self._broker.drop_snapshot(name)
        for subscription in subscriptions:
            kept = int(subscription.settings.retention * protobuf.MICROS)
            oldest = self._broker.replay.oldest(subscription.id)
            if oldest is not None and oldest + kept <= now:
                dropped = self._broker.replay.drop_older(subscription.id, now - kept + 1)
                subscription.forget(dropped)
                log.info("%s: %d messages past their retention", subscription.name, len(dropped))
                oldest = self._broker.replay.oldest(subscription.id)
            if oldest is not None:
                due.append(oldest + kept)
        self._broker.replay.forget_unneeded(now)
        wait = max((min(due) - now) / protobuf.MICROS, SHORTEST_SECONDS)
        self._broker.timer.at(self, self._broker.clock.monotonic() + wait)
