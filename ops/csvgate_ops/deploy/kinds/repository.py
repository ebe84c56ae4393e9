"""The Artifact Registry repository that function images are kept in."""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds.kind import Kind, Names, Reader, last, nothing
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step

REPOSITORIES = ("gcloud", "artifacts", "repositories")


def create(place: Place, resource: Resource) -> list[Step]:
    flags = ("--repository-format=docker", *_where(place))
    return [Command((*REPOSITORIES, "create", resource.key.name, *flags), "images of functions")]


def delete(place: Place, key: Key, _fields: Fields) -> list[Step]:
    return [Command((*REPOSITORIES, "delete", key.name, *_where(place)), f"images in {key.name}")]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    return {last(i["name"]): {} for i in reader.read((*REPOSITORIES, "list", *_where(place)))}


def _where(place: Place) -> tuple[str, str]:
    return f"--location={place.region}", f"--project={place.project}"


KIND = Kind("artifactregistry.googleapis.com", create, nothing, observe, delete)
