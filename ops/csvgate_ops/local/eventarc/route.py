"""A trigger of the topology for one project: its subscription, its function and its limits."""

from collections.abc import Mapping
from dataclasses import dataclass

from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.eventarc.message import CloudEvent, Received
from csvgate_ops.local.eventarc.pubsub_event import message_published
from csvgate_ops.local.eventarc.storage_event import object_finalized


@dataclass(frozen=True, slots=True)
class Route:
    """The names and limits of a trigger. `bucket` is None for a Pub/Sub trigger."""

    trigger: str
    project: str
    topic: str
    subscription: str
    bucket: str | None
    url: str
    timeout: float
    function: str
    capacity: int
    """The number of requests that all instances of the function handle at the same time."""
    window: int
    """The number of requests that are pushed at the same time; those above the capacity are
    refused."""

    @property
    def subscription_path(self) -> str:
        return f"projects/{self.project}/subscriptions/{self.subscription}"

    def event(self, message: Received) -> CloudEvent:
        """Return the event of a message. Raises NotAnEvent when the trigger does not match it."""
        if self.bucket is not None:
            return object_finalized(message, bucket=self.bucket)
        return message_published(
            message, project=self.project, topic=self.topic, subscription=self.subscription
        )


def routes(
    topology: topo.Topology, project: str, functions: Mapping[str, str]
) -> tuple[Route, ...]:
    """Return the routes of all triggers; `functions` is function → URL."""
    buckets = topo.bucket_names(topology, project)
    found = []
    for name, trigger in topology.triggers.items():
        transport = topo.transport(topology, name)
        function = topology.functions[trigger.function]
        event = trigger.event
        capacity = function.concurrency * topology.local.instances
        found.append(
            Route(
                trigger=name,
                project=project,
                topic=transport.topic,
                subscription=transport.subscription,
                bucket=buckets[event.bucket] if isinstance(event, topo.StorageEvent) else None,
                url=functions[trigger.function],
                timeout=float(trigger.ack_deadline),
                function=trigger.function,
                capacity=capacity,
                window=capacity * topology.local.burst,
            )
        )
    return tuple(found)
