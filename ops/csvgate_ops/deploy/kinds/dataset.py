"""BigQuery datasets, by `bq`: gcloud's own commands for them cannot choose a location."""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds.kind import Kind, Names, Reader
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step


def bq(place: Place) -> tuple[str, str]:
    return "bq", f"--project_id={place.project}"


def create(place: Place, resource: Resource) -> list[Step]:
    location = f"--location={resource.fields['location']}"
    described = f"--description={resource.fields['description']}"
    argv = (*bq(place), location, "mk", "--dataset", described, resource.key.name)
    return [Command(argv, "dataset")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    described = f"--description={changed['description']}"
    return [Command((*bq(place), "update", described, resource.key.name), "description")]


def delete(place: Place, key: Key, _fields: Fields) -> list[Step]:
    argv = (*bq(place), "rm", "-r", "-f", "--dataset", key.name)
    return [Command(argv, f"dataset {key.name} and its tables")]


def describe(place: Place, name: str) -> tuple[str, ...]:
    return (*bq(place), "--format=json", "show", "--dataset", name)


def observe(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    listing = (*bq(place), "--format=json", "ls", "--datasets", "--max_results=1000")
    found = {}
    for item in reader.read(listing):
        name = item["datasetReference"]["datasetId"]
        if name in names:
            whole = reader.read(describe(place, name))
            described = {"description": whole.get("description", "")}
            found[name] = {"location": whole["location"], **described}
    return found


KIND = Kind(
    "bigquery.googleapis.com", create, update, observe, delete, fixed=frozenset({"location"})
)
