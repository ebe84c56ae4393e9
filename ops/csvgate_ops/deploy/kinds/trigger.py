"""Eventarc triggers. A failed delivery is retried until its subscription's retention ends."""

from collections.abc import Mapping
from typing import Any

from csvgate_ops.deploy.kinds import labels
from csvgate_ops.deploy.kinds.kind import (
    Field,
    Fix,
    Kind,
    Missing,
    Names,
    Phase,
    Reader,
    Removal,
    Symptom,
    last_segment,
    named,
)
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step

GROUP = ("gcloud", "eventarc", "triggers")


def create(place: Place, resource: Resource) -> list[Step]:
    fields, filters = resource.fields, f"--event-filters=type={resource.fields['type']}"
    argv = [*GROUP, "create", resource.key.name, f"--location={fields['location']}"]
    if fields["bucket"]:
        argv += [f"{filters},bucket={fields['bucket']}"]
    else:
        argv += [filters, f"--transport-topic={fields['topic']}"]
    argv += [*_destination(place, fields), f"--service-account={fields['service_account']}"]
    argv += labels.creating(fields)
    return [
        Command(
            (*argv, f"--project={place.project}"),
            f"create trigger {resource.key.name}, which calls {fields['service']}",
        )
    ]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    fields = resource.fields
    argv = [*GROUP, "update", resource.key.name, f"--location={fields['location']}"]
    if "service_account" in changed:
        argv.append(f"--service-account={changed['service_account']}")
    if "service" in changed:
        argv += _destination(place, fields)
    argv += labels.updating(changed)
    why = f"trigger {resource.key.name}: change {named(changed)}"
    return [Command((*argv, f"--project={place.project}"), why)]


def delete(place: Place, key: Key, found: Fields) -> list[Step]:
    argv = (*GROUP, "delete", key.name, f"--location={found['location']}")
    why = f"delete trigger {key.name} and its subscription"
    return [Command((*argv, f"--project={place.project}"), why)]


def read(place: Place, reader: Reader, names: Names) -> dict[str, Mapping[str, Any]]:
    """Return all triggers of the project by name, as the service describes them.

    The list of all locations lacks those of locations that Eventarc cannot reach, and gcloud does
    not say so. A trigger in `names` that is not listed is therefore looked for where it should be.
    """
    project = f"--project={place.project}"
    listed = reader.read((*GROUP, "list", "--location=-", project))
    found = {last_segment(item["name"]): item for item in listed}
    for name in sorted(set(names) - found.keys()):
        for location in sorted({place.region, place.bucket_location}):
            described = reader.find((*GROUP, "describe", name, f"--location={location}", project))
            if described is not None:
                found[name] = described
    return found


def observe(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    return {name: _fields(item) for name, item in read(place, reader, names).items()}


def subscription_of(item: Mapping[str, Any]) -> str:
    """Return the short name of the subscription that Eventarc created for a listed trigger."""
    return last_segment(item.get("transport", {}).get("pubsub", {}).get("subscription", ""))


def _fields(item: Mapping[str, Any]) -> Fields:
    filters = {f["attribute"]: f["value"] for f in item["eventFilters"]}
    topic = item.get("transport", {}).get("pubsub", {}).get("topic", "")
    return {
        "location": item["name"].split("/")[3],
        "type": filters["type"],
        "bucket": filters.get("bucket", ""),
        "topic": "" if "bucket" in filters else last_segment(topic),
        "service": item.get("destination", {}).get("cloudRun", {}).get("service", ""),
        "service_account": item.get("serviceAccount", ""),
        "labels": labels.observed(item),
        "max_attempts": item.get("retryPolicy", {}).get("maxAttempts"),
    }


def _tries_once(key: Key, found: Mapping[Key, Fields]) -> str:
    attempts = found[key]["max_attempts"]
    return "tries each event once" if attempts is not None and int(attempts) == 1 else ""


def _destination(place: Place, fields: Fields) -> tuple[str, str]:
    return (
        f"--destination-run-service={fields['service']}",
        f"--destination-run-region={place.region}",
    )


KIND = Kind(
    name="trigger",
    noun="trigger",
    heading="Triggers",
    api="eventarc.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={
        "location": Field(fix=Fix.REMAKE),
        "type": Field(fix=Fix.REMAKE),
        "bucket": Field(fix=Fix.REMAKE),
        "topic": Field(fix=Fix.REMAKE),
        "service": Field("events go to another function"),
        "service_account": Field(),
        "labels": labels.FIELD,
    },
    missing=Missing("its function does not get any events"),
    iam=None,
    removal=Removal(Phase.DELIVERY, "Triggers and their subscriptions", delete),
    symptoms=(
        Symptom(
            code="once_only",
            consequence="retries are off, so an event is lost after one failed delivery",
            find=_tries_once,
            fix=Fix.REMAKE,
        ),
    ),
)
