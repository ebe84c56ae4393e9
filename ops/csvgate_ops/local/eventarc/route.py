"""A trigger of the topology, resolved for one project: where from, where to, on what terms."""

from collections.abc import Mapping
from dataclasses import dataclass

from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.eventarc.message import CloudEvent, Received
from csvgate_ops.local.eventarc.pubsub_event import message_published
from csvgate_ops.local.eventarc.storage_event import object_finalized


@dataclass(frozen=True, slots=True)
class Route:
    """`bucket` is None for a Pub/Sub trigger."""

    trigger: str
    project: str
    topic: str
    subscription: str
    bucket: str | None
    url: str
    timeout: float
    parallel: int
    """Deliveries under way at once: what the function's instances take together."""

    @property
    def subscription_path(self) -> str:
        return f"projects/{self.project}/subscriptions/{self.subscription}"

    def event(self, message: Received) -> CloudEvent:
        """Raises NotAnEvent for what this trigger does not match."""
        if self.bucket is not None:
            return object_finalized(message, bucket=self.bucket)
        return message_published(
            message, project=self.project, topic=self.topic, subscription=self.subscription
        )


def routes(
    topology: topo.Topology, project: str, functions: Mapping[str, str]
) -> tuple[Route, ...]:
    """One per trigger; `functions` gives each function's URL."""
    buckets = topo.bucket_names(topology, project)
    found = []
    for name, trigger in topology.triggers.items():
        transport = topo.transport(topology, name)
        function = topology.functions[trigger.function]
        event = trigger.event
        found.append(
            Route(
                trigger=name,
                project=project,
                topic=transport.topic,
                subscription=transport.subscription,
                bucket=buckets[event.bucket] if isinstance(event, topo.StorageEvent) else None,
                url=functions[trigger.function],
                timeout=float(trigger.ack_deadline),
                parallel=function.concurrency * topology.local.instances,
            )
        )
    return tuple(found)
