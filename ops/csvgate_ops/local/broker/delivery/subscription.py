"""One subscription: it leases messages to consumers and handles acks, nacks and expired leases."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from csvgate_ops.local.broker.api.errors import not_found
from csvgate_ops.local.broker.api.settings import SubscriptionSettings
from csvgate_ops.local.broker.delivery.ackid import AckId
from csvgate_ops.local.broker.delivery.backlog import Backlog
from csvgate_ops.local.broker.delivery.backoff import delay_after
from csvgate_ops.local.broker.delivery.entry import Entry, Holder, Room
from csvgate_ops.local.broker.delivery.timer import Clock, Timer
from csvgate_ops.local.broker.store.message_store import MessageStore

log = logging.getLogger(__name__)

CLIENT_DEFAULT_BYTES = 4 * 1024 * 1024
"""The largest response that a gRPC client accepts by default."""

Forward = Callable[["Subscription", Sequence[Entry]], set[int]]
"""Moves entries to the subscription's dead-letter topic and returns the seqs that moved."""


@dataclass(frozen=True)
class Services:
    """The broker's parts that a subscription uses."""

    clock: Clock
    messages: MessageStore
    timer: Timer
    forward: Forward


@dataclass(frozen=True)
class Delivery:
    """One message to deliver: its acknowledgement id, the serialized PubsubMessage, and the number
    of this attempt, counted from 1, or 0 when the subscription has no dead-letter policy."""

    ack_id: str
    body: bytes
    attempt: int


class Subscription:
    """A subscription's backlog under a lock, and the consumers that wait for it.

    `config` is the `google.pubsub.v1.Subscription`; it is replaced, never changed in place.
    """

    def __init__(self, row_id: int, config: Any, services: Services) -> None:
        self.id = row_id
        self.name: str = config.name
        self.config = config
        self.settings = SubscriptionSettings.read(config)
        self._services = services
        self._changed = threading.Condition()
        self._deleted = False
        self._large_reported = False
        self._backlog = Backlog(
            lambda after, limit: services.messages.page(row_id, after, limit),
            delay=lambda failures: delay_after(self.settings.retry, failures),
        )

    # -- incoming --------------------------------------------------------------------------

    def offer(self, entries: Iterable[Entry]) -> None:
        """Take in newly published messages, which are already in the store."""
        with self._changed:
            self._backlog.offer(entries)
            self._changed.notify_all()

    def reconfigure(self, config: Any) -> None:
        """Apply a changed configuration."""
        with self._changed:
            self.config = config
            self.settings = SubscriptionSettings.read(config)
            self._changed.notify_all()

    def close(self) -> None:
        """Make every consumer raise NOT_FOUND: the subscription is deleted."""
        with self._changed:
            self._deleted = True
            self._backlog.close()
            self._changed.notify_all()

    def wake(self) -> None:
        """Make every waiting consumer check again whether to keep waiting."""
        with self._changed:
            self._changed.notify_all()

    # -- outgoing --------------------------------------------------------------------------

    def next_deliveries(
        self,
        room: Callable[[], Room],
        lease_seconds: Callable[[], float],
        keep_waiting: Callable[[], bool],
        *,
        holder: Holder | None = None,
        wait_seconds: float | None = None,
    ) -> list[Delivery]:
        """Lease messages, after waiting for one to arrive if there are none.

        Returns an empty list when `wait_seconds` have passed (None: no limit) or `keep_waiting`
        returns False; it is called under the subscription's lock whenever something has changed.
        Raises NOT_FOUND once the subscription is deleted.
        """
        clock = self._services.clock
        give_up = None if wait_seconds is None else clock.monotonic() + wait_seconds
        with self._changed:
            while True:
                if self._deleted:
                    raise not_found(self.name)
                if not keep_waiting():
                    return []
                now = clock.monotonic()
                entries = self._backlog.take(now, now + lease_seconds(), room(), holder)
                if entries or (give_up is not None and now >= give_up):
                    break
                self._arm()
                self._changed.wait(None if give_up is None else give_up - now)
            self._arm()
            numbered = [(entry.seq, self._attempt(entry), entry.token) for entry in entries]
        bodies = self._services.messages.bodies([seq for seq, _, _ in numbered])
        self._report_large(bodies.values())
        return [
            Delivery(str(AckId(self.id, seq, token)), bodies[seq], attempt)
            for seq, attempt, token in numbered
            if seq in bodies  # an earlier delivery may just have been acknowledged
        ]

    def _report_large(self, bodies: Iterable[bytes]) -> None:
        """Log once why a subscriber may never get this message: it cannot find out itself."""
        if not self._large_reported and any(len(body) >= CLIENT_DEFAULT_BYTES for body in bodies):
            self._large_reported = True
            log.warning(
                "%s: delivers a message over 4 MiB, which a client with default options refuses. "
                "Give the client a channel with grpc.max_receive_message_length=-1",
                self.name,
            )

    def _attempt(self, entry: Entry) -> int:
        return entry.failures + 1 if self.settings.dead_letter else 0

    # -- acknowledging and failing ---------------------------------------------------------

    def acknowledge(self, ack_ids: Sequence[AckId]) -> None:
        """Never deliver these messages again, even if the id is of an earlier delivery.

        The acknowledgement is on disk when it returns.
        """
        seqs = [ack.seq for ack in ack_ids]
        if seqs:
            self._services.messages.acknowledge(self.id, seqs)
            self.drop(seqs)

    def drop(self, seqs: Iterable[int]) -> None:
        """Drop messages that have already left the store's backlog."""
        with self._changed:
            for seq in seqs:
                self._backlog.drop(seq)
            self._changed.notify_all()

    def modify_ack_deadline(self, ack_ids: Sequence[AckId], seconds: Sequence[int]) -> None:
        """Set leases to end in `seconds`; 0 is a nack. Ids of earlier deliveries are ignored."""
        failed: list[Entry] = []
        with self._changed:
            now = self._services.clock.monotonic()
            for ack, deadline in zip(ack_ids, seconds, strict=True):
                entry = self._backlog.leased(ack.seq, ack.token)
                if entry is None:
                    continue
                if deadline:
                    self._backlog.extend(entry, now + deadline)
                else:
                    self._backlog.fail(entry)
                    failed.append(entry)
            self._arm()
        self._retry_or_forward(failed)

    def tick(self) -> None:
        """End the leases and backoffs that are due."""
        with self._changed:
            failed = self._backlog.expire(self._services.clock.monotonic())
            self._changed.notify_all()
            self._backlog.wake_delayed(self._services.clock.monotonic())
            self._arm()
        self._retry_or_forward(failed)

    def _retry_or_forward(self, failed: Sequence[Entry]) -> None:
        """Forward messages that have used up their attempts, and retry the others.

        A message that cannot be forwarded is retried as well, so that nothing is lost.
        """
        if not failed:
            return
        self._services.messages.record_failures(self.id, failed)
        policy = self.settings.dead_letter
        spent = [entry for entry in failed if policy and entry.failures >= policy.max_attempts]
        forwarded = self._services.forward(self, spent) if spent else set()
        with self._changed:
            now = self._services.clock.monotonic()
            for entry in failed:
                if entry.seq in forwarded:
                    self._backlog.drop(entry.seq)
                else:
                    self._backlog.retry(entry, now)
            self._changed.notify_all()
            self._arm()

    def _arm(self) -> None:
        if (due := self._backlog.next_due()) is not None:
            self._services.timer.at(self, due)
