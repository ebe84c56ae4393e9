"""Cloud Storage buckets. Lifecycles are compared as canonical JSON."""

import json
from collections.abc import Mapping
from typing import Any

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
    always,
    named,
)
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step, Value, Write

_GROUP = ("gcloud", "storage", "buckets")


def lifecycle(rules: list[dict[str, Any]]) -> str:
    """Return the rules as canonical JSON, or "" if there are none."""
    return json.dumps({"rule": rules}, sort_keys=True, separators=(",", ":")) if rules else ""


def create(place: Place, resource: Resource) -> list[Step]:
    fields = resource.fields
    # The create command has no flags for versioning and labels.
    later = {n: fields[n] for n in ("versioning", "labels") if fields.get(n)}
    first = {n: v for n, v in fields.items() if n not in ("location", "versioning", "labels")}
    argv = (*_GROUP, "create", _url(resource.key), f"--location={fields['location']}")
    flags = [
        flag for name, value in first.items() for flag in _flags(resource.key, name, value, True)
    ]
    command = Command(
        (*argv, *flags, f"--project={place.project}"), f"create bucket {resource.key.name}"
    )
    steps: list[Step] = [*_files(resource.key, first), command]
    return [*steps, *(update(place, resource, later) if later else ())]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    flags = [flag for name, value in changed.items() for flag in _flags(resource.key, name, value)]
    argv = (*_GROUP, "update", _url(resource.key), *flags, f"--project={place.project}")
    return [
        *_files(resource.key, changed),
        Command(argv, f"bucket {resource.key.name}: change {named(changed)}"),
    ]


def delete(place: Place, key: Key, found: Fields) -> list[Step]:
    """Delete a bucket with its objects. If it has a retention policy, that is removed first, which
    Cloud Storage refuses for a locked one."""
    argv = ("gcloud", "storage", "rm", "--recursive", _url(key), f"--project={place.project}")
    steps: list[Step] = [Command(argv, f"delete bucket {key.name} and its objects")]
    return [*(update(place, Resource(key), {"retention": 0}) if found["retention"] else ()), *steps]


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    listing = (*_GROUP, "list", "--raw", f"--project={place.project}")
    return {item["name"]: _fields(item) for item in reader.read(listing)}


def _fields(raw: Mapping[str, Any]) -> Fields:
    iam = raw.get("iamConfiguration", {})
    return {
        "location": raw["location"].lower(),
        "uniform_access": iam.get("uniformBucketLevelAccess", {}).get("enabled", False),
        "public_access_prevention": iam.get("publicAccessPrevention", "inherited"),
        "versioning": raw.get("versioning", {}).get("enabled", False),
        "soft_delete": int(raw.get("softDeletePolicy", {}).get("retentionDurationSeconds", 0)),
        "retention": int(raw.get("retentionPolicy", {}).get("retentionPeriod", 0)),
        "lifecycle": lifecycle(raw.get("lifecycle", {}).get("rule", [])),
        # Not compared: a locked policy cannot be removed, and its bucket not be deleted.
        "locked": raw.get("retentionPolicy", {}).get("isLocked", False),
        "labels": labels.observed(raw),
        "kms_key": raw.get("encryption", {}).get("defaultKmsKeyName", ""),
    }


def _flags(key: Key, name: str, value: Value, new: bool = False) -> list[str]:
    match name:
        case "uniform_access":
            return [f"--{'' if value else 'no-'}uniform-bucket-level-access"]
        case "public_access_prevention":
            return [f"--{'' if value == 'enforced' else 'no-'}public-access-prevention"]
        case "versioning":
            return [f"--{'' if value else 'no-'}versioning"]
        case "soft_delete":
            return [f"--soft-delete-duration={value}s"] if value or new else ["--clear-soft-delete"]
        case "retention" if value:
            return [f"--retention-period={value}s"]
        case "retention":
            return [] if new else ["--clear-retention-period"]
        case "lifecycle" if value:
            return [f"--lifecycle-file={_path('lifecycle', key)}"]
        case "lifecycle":
            return [] if new else ["--clear-lifecycle"]
        case "labels" if value:
            return [f"--labels-file={_path('labels', key)}"]
        case "labels":
            return ["--clear-labels"]
        case "kms_key":
            return [f"--default-encryption-key={value}"]
        case _:
            raise AssertionError(name)


def _files(key: Key, fields: Fields) -> list[Step]:
    """Return the steps that write the lifecycle and the labels, which gcloud reads from regular
    files only. A file of labels replaces all labels."""
    steps: list[Step] = []
    if text := fields.get("lifecycle"):
        steps.append(Write(_path("lifecycle", key), str(text)))
    if text := fields.get("labels"):
        pairs = json.dumps(labels.as_mapping(text), separators=(",", ":"), ensure_ascii=False)
        steps.append(Write(_path("labels", key), pairs))
    return steps


def _path(what: str, key: Key) -> str:
    return f"build/{what}-{key.name}.json"


def _url(key: Key) -> str:
    return f"gs://{key.name}"


KIND = Kind(
    name="bucket",
    noun="bucket",
    heading="Buckets",
    api="storage.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={
        "location": Field(fix=Fix.MOVE_DATA),
        "uniform_access": Field("access to single objects can bypass the bucket's policy"),
        "public_access_prevention": Field("it can be made public by mistake"),
        "versioning": Field("a retry may not find the version that its event names"),
        "soft_delete": Field(
            "objects deleted by mistake cannot be restored for that long", shown="seconds"
        ),
        "retention": Field("objects can be deleted or replaced earlier", shown="seconds"),
        "lifecycle": Field("objects are kept too long or not long enough"),
        "labels": labels.FIELD,
        "kms_key": Field("new objects are encrypted with another key", optional=True),
    },
    missing=Missing("the functions that use it fail"),
    iam=GcloudPolicy(_GROUP, name=lambda _place, name, _found: f"gs://{name}"),
    removal=Removal(Phase.DATA, "Buckets", delete, holds_data=always),
)
