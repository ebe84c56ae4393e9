"""Seek and snapshots: moving a subscription back or forward in time."""

from collections.abc import Sequence
from typing import Any

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.api.errors import failed_precondition, invalid
from csvgate_ops.local.broker.api.field_mask import changed
from csvgate_ops.local.broker.api.names import check
from csvgate_ops.local.broker.api.settings import DEFAULT_RETENTION
from csvgate_ops.local.broker.broker import Broker
from csvgate_ops.local.broker.catalog import Snapshot, check_new, of_project, page_of
from csvgate_ops.local.broker.delivery.subscription import Subscription
from csvgate_ops.local.broker.store.topology_store import NO_TOPIC

MUTABLE = frozenset({"labels", "expire_time"})


class Snapshots:
    """The methods of google.pubsub.v1.Subscriber about time: request in, response out."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._catalog = broker.catalog

    def create_snapshot(self, request: Any) -> Any:
        """CreateSnapshotRequest → Snapshot. It expires when its oldest message would."""
        check(request.name, "snapshots")
        with self._broker.lock:
            check_new(self._catalog.snapshots, request.name)
            subscription = self._catalog.subscription(request.subscription)
            topic = self._catalog.topic_of(subscription)
            now = self._broker.now_micros()
            oldest = self._broker.replay.oldest(subscription.id) or now
            config = protobuf.Snapshot(
                name=request.name,
                topic=subscription.config.topic,
                labels=dict(request.labels),
                expire_time=protobuf.timestamp(oldest + DEFAULT_RETENTION * protobuf.MICROS),
            )
            row = self._broker.topology.add_queue(
                "snapshot",
                request.name,
                topic.id if topic else NO_TOPIC,
                config.SerializeToString(),
            )
            self._broker.replay.take_snapshot(subscription.id, row)
            snapshot = Snapshot(row, config)
            self._catalog.snapshots[request.name] = snapshot
            if topic:
                topic.snapshots.append(snapshot)
        return config

    def get_snapshot(self, request: Any) -> Any:
        """GetSnapshotRequest → Snapshot"""
        with self._broker.lock:
            return self._catalog.snapshot(request.snapshot).config

    def list_snapshots(self, request: Any) -> Any:
        """ListSnapshotsRequest → ListSnapshotsResponse"""
        with self._broker.lock:
            found = of_project(self._catalog.snapshots, request.project)
            names, token = page_of(list(found), request.page_size, request.page_token)
            return protobuf.ListSnapshotsResponse(
                snapshots=[found[name].config for name in names], next_page_token=token
            )

    def update_snapshot(self, request: Any) -> Any:
        """UpdateSnapshotRequest → Snapshot"""
        with self._broker.lock:
            snapshot = self._catalog.snapshot(request.snapshot.name)
            snapshot.config = changed(
                snapshot.config, request.snapshot, request.update_mask, MUTABLE
            )
            self._broker.topology.set_queue(snapshot.id, snapshot.config.SerializeToString())
            return snapshot.config

    def delete_snapshot(self, request: Any) -> Any:
        """DeleteSnapshotRequest → Empty"""
        with self._broker.lock:
            self._catalog.snapshot(request.snapshot)
            self._broker.drop_snapshot(request.snapshot)
        return protobuf.Empty()

    def seek(self, request: Any) -> Any:
        """SeekRequest → SeekResponse

        To a time: what was published before is acknowledged; what was published since is
        delivered again, as far as the subscription retains acknowledged messages or the topic
        retains messages at all. To a snapshot: what was unacknowledged then, and everything
        published since, is delivered again.
        """
        target = request.WhichOneof("target")
        if target is None:
            raise invalid(
                "No target was specified in the SeekRequest. Must specify either a time or a "
                "snapshot"
            )
        with self._broker.lock:
            subscription = self._catalog.subscription(request.subscription)
            if subscription.settings.detached:
                raise failed_precondition("Subscription is detached.")
            topic = self._catalog.topic_of(subscription)
            topic_id = topic.id if topic else NO_TOPIC
            retain, now = subscription.settings.retain_acked, self._broker.now_micros()

            def wanted(seqs: Sequence[int]) -> Sequence[int]:
                return self._matching(subscription, seqs)

            if target == "time":
                self._broker.replay.seek(
                    subscription.id,
                    topic_id,
                    protobuf.micros(request.time),
                    wanted,
                    retain=retain,
                    now=now,
                )
            else:
                snapshot = self._catalog.snapshot(request.snapshot)
                if snapshot.config.topic != subscription.config.topic:
                    raise failed_precondition(
                        f"The subscription's topic {subscription.config.topic} is different from "
                        f"that of the snapshot {snapshot.config.topic}; they must match in order "
                        "for Seek to work."
                    )
                self._broker.replay.seek_to_snapshot(
                    subscription.id, snapshot.id, wanted, retain=retain, now=now
                )
            subscription.reload()
        return protobuf.SeekResponse()

    def _matching(self, subscription: Subscription, seqs: Sequence[int]) -> Sequence[int]:
        """Those of the messages that the subscription's filter lets through."""
        if not subscription.config.filter:
            return seqs
        matches = subscription.settings.filter.matches
        wanted = []
        for seq in seqs:
            # One at a time: a whole backlog of bodies does not fit into memory.
            body = self._broker.messages.bodies([seq]).get(seq)
            if body and matches(protobuf.PubsubMessage.FromString(body).attributes):
                wanted.append(seq)
        return wanted
