"""One subscription at work: leases messages to consumers, and settles what becomes of them."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from csvgate_ops.local.broker.api.errors import not_found
from csvgate_ops.local.broker.api.settings import SubscriptionSettings
from csvgate_ops.local.broker.clock import Clock
from csvgate_ops.local.broker.delivery.ackid import AckId
from csvgate_ops.local.broker.delivery.backlog import Backlog
from csvgate_ops.local.broker.delivery.backoff import delay_after
from csvgate_ops.local.broker.delivery.entry import Entry, Holder, Room
from csvgate_ops.local.broker.delivery.timer import Timer
from csvgate_ops.local.broker.store.message_store import MessageStore

log = logging.getLogger(__name__)

CLIENT_DEFAULT_BYTES = 4 * 1024 * 1024
"""What a gRPC client takes in one answer unless its channel is told otherwise."""

Forward = Callable[["Subscription", Sequence[Entry]], set[int]]
"""Moves entries to the subscription's dead-letter topic; the seqs of those that moved."""


@dataclass(frozen=True)
class Services:
    """What a subscription works with."""

    clock: Clock
    messages: MessageStore
    timer: Timer
    forward: Forward
    now_micros: Callable[[], int]


@dataclass(frozen=True)
class Delivery:
    """One message on its way out: its id for acknowledgement, the serialized PubsubMessage, and
    which attempt this is, counted from 1; 0 when the subscription has no dead-letter policy."""

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
        self._told_of_large = False
        self._backlog = Backlog(
            lambda after, limit: services.messages.page(row_id, after, limit),
            ordered=self.settings.ordered,
            delay=lambda failures: delay_after(self.settings.retry, failures),
        )

    # -- coming in -------------------------------------------------------------------------

    def offer(self, entries: Iterable[Entry]) -> None:
        """Take in messages just published; they are in the store already."""
        with self._changed:
            self._backlog.offer(entries)
            self._changed.notify_all()

    def reconfigure(self, config: Any) -> None:
        """Work by a changed configuration from now on."""
        with self._changed:
            self.config = config
            self.settings = SubscriptionSettings.read(config)
            self._changed.notify_all()

    def reload(self) -> None:
        """Read the backlog anew after a seek or a detach."""
        with self._changed:
            self._backlog.reset()
            self._changed.notify_all()

    def close(self) -> None:
        """Send every consumer away: the subscription is deleted."""
        with self._changed:
            self._deleted = True
            self._backlog.reset()
            self._changed.notify_all()

    def wake(self) -> None:
        """Let every waiting consumer look again whether it is still wanted."""
        with self._changed:
            self._changed.notify_all()

    # -- going out -------------------------------------------------------------------------

    def next_deliveries(
        self,
        room: Callable[[], Room],
        lease_seconds: Callable[[], float],
        keep_waiting: Callable[[], bool],
        *,
        holder: Holder | None = None,
        wait_seconds: float | None = None,
    ) -> list[Delivery]:
        """Lease messages, waiting for some to come if there are none.

        Empty when `wait_seconds` have passed (None: no limit) or `keep_waiting` says False,
        which is asked under the subscription's lock whenever something has changed.
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
        self._tell_of_large(bodies.values())
        return [
            Delivery(str(AckId(self.id, seq, token)), bodies[seq], attempt)
            for seq, attempt, token in numbered
            if seq in bodies  # a late acknowledgement of an earlier delivery may have come in
        ]

    def _tell_of_large(self, bodies: Iterable[bytes]) -> None:
        """Say once why a subscriber may never get this message: it cannot find out itself."""
        if not self._told_of_large and any(len(body) >= CLIENT_DEFAULT_BYTES for body in bodies):
            self._told_of_large = True
            log.warning(
                "%s: delivers a message over 4 MiB; a client made with PUBSUB_EMULATOR_HOST alone "
                "refuses it. Give it a channel with grpc.max_receive_message_length=-1",
                self.name,
            )

    def _attempt(self, entry: Entry) -> int:
        return entry.failures + 1 if self.settings.dead_letter else 0

    # -- settling --------------------------------------------------------------------------

    def acknowledge(self, ack_ids: Sequence[AckId]) -> None:
        """Never deliver these again; on return that is on disk."""
        with self._changed:
            seqs = [ack.seq for ack in ack_ids if self._backlog.may_acknowledge(ack.seq, ack.token)]
        if not seqs:
            return
        self._services.messages.acknowledge(
            self.id, seqs, retain=self.settings.retain_acked, now=self._services.now_micros()
        )
        self.forget(seqs)

    def forget(self, seqs: Iterable[int]) -> None:
        """Drop messages that the store has settled already."""
        with self._changed:
            for seq in seqs:
                self._backlog.drop(seq)
            self._changed.notify_all()

    def modify_ack_deadline(self, ack_ids: Sequence[AckId], seconds: Sequence[int]) -> None:
        """Move the end of leases to `seconds` from now; 0 is a nack. Stale ids are ignored."""
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
        self._decide(failed)

    def tick(self) -> None:
        """End the leases and backoffs whose time has come."""
        with self._changed:
            failed = self._backlog.expire(self._services.clock.monotonic())
            self._changed.notify_all()
            self._backlog.wake_delayed(self._services.clock.monotonic())
            self._arm()
        self._decide(failed)

    def _decide(self, failed: Sequence[Entry]) -> None:
        """Forward to the dead-letter topic what failed for the last time, retry the rest.

        What cannot be forwarded is retried, too: nothing is dropped.
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
