"""The Artifact Registry repository that holds the images of the functions."""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds.iam import GcloudPolicy
from csvgate_ops.deploy.kinds.kind import (
    Kind,
    Missing,
    Names,
    Phase,
    Reader,
    Removal,
    last_segment,
)
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step

_GROUP = ("gcloud", "artifacts", "repositories")


def create(place: Place, resource: Resource) -> list[Step]:
    flags = ("--repository-format=docker", *_where(place))
    name = resource.key.name
    return [Command((*_GROUP, "create", name, *flags), f"create image repository {name}")]


def delete(place: Place, key: Key, _found: Fields) -> list[Step]:
    argv = (*_GROUP, "delete", key.name, *_where(place))
    return [Command(argv, f"delete image repository {key.name}")]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    return {last_segment(i["name"]): {} for i in reader.read((*_GROUP, "list", *_where(place)))}


def _where(place: Place) -> tuple[str, str]:
    return f"--location={place.region}", f"--project={place.project}"


KIND = Kind(
    name="repository",
    noun="image repository",
    heading="Images",
    api="artifactregistry.googleapis.com",
    create=create,
    observe=observe,
    fields={},
    missing=Missing("functions cannot be built"),
    iam=GcloudPolicy(_GROUP, flags=_where),
    removal=Removal(Phase.CODE, "Images", delete),
)
