"""APIs of the project. Enabling takes effect some time after it is done: `execute` waits for it."""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds.kind import Kind, Names, Reader, last, nothing
from csvgate_ops.deploy.plan.model import Command, Fields, Place, Resource, Step

SERVICE_USAGE = "serviceusage.googleapis.com"


def enable(place: Place, apis: list[str]) -> Step:
    """All in one operation."""
    return Command(
        ("gcloud", "services", "enable", *apis, f"--project={place.project}"),
        f"enable {len(apis)} API{'' if len(apis) == 1 else 's'}",
    )


def create(place: Place, resource: Resource) -> list[Step]:
    return [enable(place, [resource.key.name])]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    listing = ("gcloud", "services", "list", "--enabled", f"--project={place.project}")
    return {last(item["name"]): {} for item in reader.read(listing)}


KIND = Kind(SERVICE_USAGE, create, nothing, observe)
