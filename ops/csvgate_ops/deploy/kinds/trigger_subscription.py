"""The subscription that Eventarc makes for a trigger, under a name that only Eventarc knows.

Its push endpoint is Eventarc's; its policies are ours: without them it keeps a day of messages, has
no dead-letter topic and expires after a month without events.
"""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds import subscription, trigger
from csvgate_ops.deploy.kinds.kind import Kind, Names, Reader, last
from csvgate_ops.deploy.plan.model import Command, Fields, Lookup, Place, Resource, Step


def variable(name: str) -> str:
    """The variable that holds the name of a trigger's subscription."""
    return f"{name.replace('-', '_').upper()}_SUBSCRIPTION"


def lookup(place: Place, name: str, location: str) -> Lookup:
    argv = (*trigger.TRIGGERS, "describe", name, f"--location={location}")
    value = "--format=value(transport.pubsub.subscription.basename())"
    return Lookup(variable(name), (*argv, value, f"--project={place.project}"))


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    name = resource.key.name
    flags = subscription.flags(subscription.stated(resource, changed))
    argv = (*subscription.SUBSCRIPTIONS, "update", f"${{{variable(name)}}}", *flags)
    why = f"policies of {name}: " + ", ".join(n for n in changed if n != "location")
    return [Command((*argv, f"--project={place.project}"), why)]


def create(place: Place, resource: Resource) -> list[Step]:
    """Eventarc has made it by then."""
    return update(place, resource, resource.fields)


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    there = {last(s["name"]): s for s in reader.read(subscription.listing(place))}
    found = {}
    for item in reader.read(trigger.listing(place)):
        own = there.get(trigger.subscription_of(item))
        if own is not None:
            location = {"location": item["name"].split("/")[3]}
            found[last(item["name"])] = {**subscription.fields(own), **location}
    return found


KIND = Kind("eventarc.googleapis.com", create, update, observe)
