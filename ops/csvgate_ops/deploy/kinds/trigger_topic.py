"""The topic that Eventarc creates for a Storage trigger, under a name that only Eventarc knows.

Deploy grants the console's account the role to publish to it, because a replay sends a Storage
event there again. Everything else about the topic is Eventarc's.
"""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds import trigger
from csvgate_ops.deploy.kinds.iam import GcloudPolicy
from csvgate_ops.deploy.kinds.kind import Kind, Missing, Names, Reader, last_segment
from csvgate_ops.deploy.plan.model import Fields, Key, Lookup, Place, Resource, Step

_HEADING = "Topics of the triggers"


def variable(name: str) -> str:
    """Return the variable that holds the name of a trigger's topic."""
    return f"{name.replace('-', '_').upper()}_TOPIC"


def lookup(place: Place, name: str, location: str) -> Lookup:
    argv = (*trigger.GROUP, "describe", name, f"--location={location}")
    value = "--format=value(transport.pubsub.topic.basename())"
    return Lookup(variable(name), (*argv, value, f"--project={place.project}"))


def create(_place: Place, _resource: Resource) -> list[Step]:
    """Return no command: Eventarc creates the topic with the trigger."""
    return []


def observe(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    found = {}
    for name, item in trigger.read(place, reader, names).items():
        topic = last_segment(item.get("transport", {}).get("pubsub", {}).get("topic", ""))
        if topic:
            found[name] = {"topic": topic}
    return found


KIND = Kind(
    name="trigger-topic",
    noun="topic of trigger",
    heading=_HEADING,
    api="eventarc.googleapis.com",
    create=create,
    observe=observe,
    fields={},
    missing=Missing("events are not delivered"),
    iam=GcloudPolicy(
        ("gcloud", "pubsub", "topics"),
        name=lambda _place, name, found: str(found.get("topic", f"${{{variable(name)}}}")),
        heading=_HEADING,
        consequences={"csvgate-console": "the console cannot replay Storage events"},
    ),
    removal=None,
    part_of=lambda name: Key("trigger", name),
)
