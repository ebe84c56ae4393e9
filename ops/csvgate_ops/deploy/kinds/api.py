"""APIs of the project. Enabling one takes effect some time later; `execute` waits for it."""

from collections.abc import Mapping, Sequence

from csvgate.text import counted
from csvgate_ops.deploy.kinds.kind import Kind, Missing, Names, Reader, last_segment
from csvgate_ops.deploy.plan.model import Command, Fields, Place, Resource, Step


def enable(place: Place, apis: Sequence[str]) -> Step:
    argv = ("gcloud", "services", "enable", *apis, f"--project={place.project}")
    return Command(argv, f"enable {counted(len(apis), 'API')}")


def create(place: Place, resource: Resource) -> list[Step]:
    return [enable(place, [resource.key.name])]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    listing = ("gcloud", "services", "list", "--enabled", f"--project={place.project}")
    return {last_segment(item["name"]): {} for item in reader.read(listing)}


KIND = Kind(
    name="api",
    noun="API",
    heading="APIs",
    api="serviceusage.googleapis.com",
    create=create,
    create_all=enable,
    observe=observe,
    fields={},
    missing=Missing("commands and functions that use it fail", description="is not enabled"),
    iam=None,
    removal=None,
    checked_together="APIs",
)
