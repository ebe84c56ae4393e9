"""Routes: where a function's dead letters are held, and the topic their messages came from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from csvgate_ops.deploy import topology as topo


@dataclass(frozen=True, slots=True)
class Route:
    """All names are without `projects/…`."""

    function: str
    review: str
    """The review subscription, which holds the letters."""
    dead_letter_topic: str
    source_topic: str
    """The topic of the trigger's subscription. Replays are published there."""
    is_storage: bool
    """The source topic carries Cloud Storage notifications, not csvgate's CloudEvents."""
    retention: int | None = None
    """Seconds for which the review subscription keeps a letter; None if that is not known."""


def routes(
    topology: "topo.Topology", topic_of: "Callable[[topo.Transport], str]"
) -> tuple[Route, ...]:
    """Return one route per function. `topic_of` returns the name of a topic that Eventarc
    created."""
    from csvgate_ops.deploy import topology as topo  # not part of the deployed console

    found = []
    for name, trigger in topology.triggers.items():
        transport = topo.transport(topology, name)
        dead_letter = topology.topics[trigger.dead_letter.topic].name
        found.append(
            Route(
                function=trigger.function,
                review=f"{dead_letter}-review",
                dead_letter_topic=dead_letter,
                source_topic=topic_of(transport) if transport.owns_topic else transport.topic,
                is_storage=isinstance(trigger.event, topo.StorageEvent),
                retention=topo.review_retention(topology, trigger),
            )
        )
    return tuple(found)
