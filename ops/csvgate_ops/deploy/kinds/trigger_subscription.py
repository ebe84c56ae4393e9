"""The subscription that Eventarc creates for a trigger, under a name that only Eventarc knows.

Its push endpoint belongs to Eventarc, its policies to deploy: without them it keeps messages for
one day, has no dead-letter topic and expires after a month without events.
"""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds import subscription, trigger
from csvgate_ops.deploy.kinds.iam import NOT_FORWARDED, GcloudPolicy
from csvgate_ops.deploy.kinds.kind import (
    Field,
    Fix,
    Kind,
    Missing,
    Names,
    Reader,
    Symptom,
    last_segment,
    named,
)
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Lookup, Place, Resource, Step

_HEADING = "Subscriptions of the triggers"
_TOO_FAST_OR_SLOW = "retries come too fast or too late"


def variable(name: str) -> str:
    """Return the variable that holds the name of a trigger's subscription."""
    return f"{name.replace('-', '_').upper()}_SUBSCRIPTION"


def lookup(place: Place, name: str, location: str) -> Lookup:
    argv = (*trigger.GROUP, "describe", name, f"--location={location}")
    value = "--format=value(transport.pubsub.subscription.basename())"
    return Lookup(variable(name), (*argv, value, f"--project={place.project}"))


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    name = resource.key.name
    flags = subscription.flags(subscription.to_update(resource, changed))
    argv = (*subscription.GROUP, "update", f"${{{variable(name)}}}", *flags)
    why = f"subscription of trigger {name}: set {named(changed)}"
    return [Command((*argv, f"--project={place.project}"), why)]


def create(place: Place, resource: Resource) -> list[Step]:
    """Set the policies; Eventarc created the subscription with the trigger."""
    return update(place, resource, resource.fields)


def observe(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    listed = {last_segment(s["name"]): s for s in reader.read(subscription.listing(place))}
    found = {}
    for name, item in trigger.read(place, reader, names).items():
        short = trigger.subscription_of(item)
        if short in listed:
            found[name] = {
                **subscription.fields(listed[short]),
                "subscription": short,
                "push_endpoint": listed[short].get("pushConfig", {}).get("pushEndpoint", ""),
            }
    return found


def _does_not_push(key: Key, found: Mapping[Key, Fields]) -> str:
    return "" if found[key]["push_endpoint"] else "has lost its push endpoint"


def _shorter_than_the_timeout(key: Key, found: Mapping[Key, Fields]) -> str:
    service = found[Key("trigger", key.name)]["service"]
    function = found.get(Key("function", str(service)))
    if function is None:
        return ""
    deadline, timeout = int(str(found[key]["ack_deadline"])), int(str(function["timeout"]))
    if deadline >= timeout:
        return ""
    return f"ack deadline {deadline} s, but its function may run for {timeout} s"


_REPEATED = "a delivery is repeated while the first one still runs"

KIND = Kind(
    name="trigger-subscription",
    noun="subscription of trigger",
    heading=_HEADING,
    api="eventarc.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={
        "ack_deadline": Field(_REPEATED, shown="seconds"),
        "retention": Field("events that wait longer are lost", shown="seconds"),
        "expires": Field("Pub/Sub deletes it after that long without an event"),
        "dead_letter_topic": Field("events that always fail do not become dead letters"),
        "max_delivery_attempts": Field(),
        "min_backoff": Field(_TOO_FAST_OR_SLOW, shown="seconds"),
        "max_backoff": Field(_TOO_FAST_OR_SLOW, shown="seconds"),
    },
    # Eventarc creates it with the trigger, and never again.
    missing=Missing("events are not delivered", fix=Fix.REMAKE),
    iam=GcloudPolicy(
        subscription.GROUP,
        name=lambda _place, name, found: str(found.get("subscription", f"${{{variable(name)}}}")),
        heading=_HEADING,
        consequences={"gcp-sa-pubsub": NOT_FORWARDED},
    ),
    removal=None,
    part_of=lambda name: Key("trigger", name),
    symptoms=(
        Symptom("unpushed", "events are not delivered", _does_not_push, Fix.REMAKE),
        Symptom("ack_deadline", _REPEATED, _shorter_than_the_timeout, Fix.DEPLOY),
    ),
)
