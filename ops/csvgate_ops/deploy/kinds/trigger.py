"""Eventarc triggers. Deliveries are retried until the retention of the subscription ends."""

from collections.abc import Mapping
from typing import Any

from csvgate_ops.deploy.kinds.kind import Kind, Names, Reader, last
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step

TRIGGERS = ("gcloud", "eventarc", "triggers")


def create(place: Place, resource: Resource) -> list[Step]:
    fields, filters = resource.fields, f"--event-filters=type={resource.fields['type']}"
    argv = [*TRIGGERS, "create", resource.key.name, f"--location={fields['location']}"]
    if fields["bucket"]:
        argv += [f"{filters},bucket={fields['bucket']}"]
    else:
        argv += [filters, f"--transport-topic={fields['topic']}"]
    argv += [*_destination(place, fields), f"--service-account={fields['service_account']}"]
    return [Command((*argv, f"--project={place.project}"), f"calls {fields['service']}")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    fields = resource.fields
    argv = [*TRIGGERS, "update", resource.key.name, f"--location={fields['location']}"]
    if "service_account" in changed:
        argv.append(f"--service-account={changed['service_account']}")
    if "service" in changed:
        argv += _destination(place, fields)
    return [Command((*argv, f"--project={place.project}"), " and ".join(changed))]


def delete(place: Place, key: Key, fields: Fields) -> list[Step]:
    argv = (*TRIGGERS, "delete", key.name, f"--location={fields['location']}")
    why = f"trigger {key.name} and its subscription"
    return [Command((*argv, f"--project={place.project}"), why)]


def listing(place: Place) -> tuple[str, ...]:
    return (*TRIGGERS, "list", "--location=-", f"--project={place.project}")


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    return {last(item["name"]): _fields(item) for item in reader.read(listing(place))}


def subscription_of(item: Mapping[str, Any]) -> str:
    """The plain name of the subscription that Eventarc made for a trigger."""
    return last(item.get("transport", {}).get("pubsub", {}).get("subscription", ""))


def _fields(item: Mapping[str, Any]) -> Fields:
    filters = {f["attribute"]: f["value"] for f in item["eventFilters"]}
    topic = item.get("transport", {}).get("pubsub", {}).get("topic", "")
    return {
        "location": item["name"].split("/")[3],
        "type": filters["type"],
        "bucket": filters.get("bucket", ""),
        "topic": "" if "bucket" in filters else last(topic),
        "service": item.get("destination", {}).get("cloudRun", {}).get("service", ""),
        "service_account": item.get("serviceAccount", ""),
    }


def _destination(place: Place, fields: Fields) -> tuple[str, str]:
    return (
        f"--destination-run-service={fields['service']}",
        f"--destination-run-region={place.region}",
    )


KIND = Kind(
    "eventarc.googleapis.com",
    create,
    update,
    observe,
    delete,
    fixed=frozenset({"location", "type", "bucket", "topic"}),
)
