"""The Artifact Registry repository that holds the images of the functions."""

from collections.abc import Mapping

from csvgate_ops.deploy.kinds import labels
from csvgate_ops.deploy.kinds.iam import GcloudPolicy
from csvgate_ops.deploy.kinds.kind import (
    Field,
    Fix,
    Kind,
    Missing,
    Names,
    Phase,
    Reader,
    Removal,
    last_segment,
    named,
)
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step

_GROUP = ("gcloud", "artifacts", "repositories")


def create(place: Place, resource: Resource) -> list[Step]:
    name, fields = resource.key.name, resource.fields
    encrypted = (f"--kms-key={fields['kms_key']}",) if fields.get("kms_key") else ()
    format_ = "--repository-format=docker"
    flags = (format_, *labels.creating(fields), *encrypted, *_where(place))
    return [Command((*_GROUP, "create", name, *flags), f"create image repository {name}")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    name = resource.key.name
    argv = (*_GROUP, "update", name, *labels.updating(changed), *_where(place))
    return [Command(argv, f"image repository {name}: change {named(changed)}")]


def delete(place: Place, key: Key, _found: Fields) -> list[Step]:
    argv = (*_GROUP, "delete", key.name, *_where(place))
    return [Command(argv, f"delete image repository {key.name}")]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    return {
        last_segment(item["name"]): {
            "labels": labels.observed(item),
            "kms_key": item.get("kmsKeyName", ""),
        }
        for item in reader.read((*_GROUP, "list", *_where(place)))
    }


def _where(place: Place) -> tuple[str, str]:
    return f"--location={place.region}", f"--project={place.project}"


KIND = Kind(
    name="repository",
    noun="image repository",
    heading="Images",
    api="artifactregistry.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={
        "labels": labels.FIELD,
        "kms_key": Field("functions are not built with the key", fix=Fix.REMAKE, optional=True),
    },
    missing=Missing("functions cannot be built"),
    iam=GcloudPolicy(_GROUP, flags=_where),
    removal=Removal(Phase.CODE, "Images", delete),
)
