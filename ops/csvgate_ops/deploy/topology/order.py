"""Who must be there before whom: a message for which nobody has subscribed yet is lost."""

from graphlib import CycleError, TopologicalSorter

from csvgate_ops.deploy.topology.derive import trigger_of
from csvgate_ops.deploy.topology.model import PubSubEvent, Topology


def consumers_first(topology: Topology) -> tuple[str, ...]:
    """The functions, each after those that take what it publishes; in the topology's order when
    they publish in a circle."""
    takers: dict[str, list[str]] = {}
    for name in topology.functions:
        event = trigger_of(topology, name).event
        if isinstance(event, PubSubEvent):
            takers.setdefault(event.topic, []).append(name)
    sorter = TopologicalSorter[str]()
    for name, function in topology.functions.items():
        sorter.add(name, *(t for topic in function.uses.publish for t in takers.get(topic, [])))
    try:
        return tuple(sorter.static_order())
    except CycleError:
        return tuple(topology.functions)
