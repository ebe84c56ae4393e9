"""BigQuery datasets, managed with `bq`: gcloud's commands for them cannot choose a location."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from csvgate_ops.deploy.kinds import labels
from csvgate_ops.deploy.kinds.iam import PUBLIC, ROLES
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
from csvgate_ops.deploy.plan.model import Binding, Command, Fields, Key, Place, Resource, Step


def bq(place: Place) -> tuple[str, str]:
    return "bq", f"--project_id={place.project}"


def create(place: Place, resource: Resource) -> list[Step]:
    location = f"--location={resource.fields['location']}"
    described = f"--description={resource.fields['description']}"
    pairs = labels.as_mapping(resource.fields.get("labels", ""))
    more = [f"--label={key}:{value}" for key, value in pairs.items()]
    if kms_key := resource.fields.get("kms_key"):
        more.append(f"--default_kms_key={kms_key}")
    argv = (*bq(place), location, "mk", "--dataset", described, *more, resource.key.name)
    return [Command(argv, f"create dataset {resource.key.name}")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    name, steps = resource.key.name, list[Step]()
    if "description" in changed:
        described = f"--description={changed['description']}"
        argv = (*bq(place), "update", described, name)
        steps.append(Command(argv, f"dataset {name}: change the description"))
    if options := _options(changed):
        # A statement replaces all labels; bq can only remove those that it is given.
        statement = f"ALTER SCHEMA `{place.project}`.{name} SET OPTIONS ({', '.join(options)})"
        others = named({n: v for n, v in changed.items() if n != "description"})
        steps.append(Command(query(place, statement), f"dataset {name}: change {others}"))
    return steps


def _options(changed: Fields) -> list[str]:
    options = []
    if "labels" in changed:
        pairs = labels.as_mapping(changed["labels"]).items()
        listed = ", ".join(f'("{key}", "{value}")' for key, value in pairs)
        options.append(f"labels = [{listed}]")
    if "kms_key" in changed:
        options.append(f'default_kms_key_name = "{changed["kms_key"]}"')
    return options


def delete(place: Place, key: Key, _found: Fields) -> list[Step]:
    argv = (*bq(place), "rm", "-r", "-f", "--dataset", key.name)
    return [Command(argv, f"delete dataset {key.name} and its tables")]


def describe(place: Place, name: str) -> tuple[str, ...]:
    return (*bq(place), "--format=json", "show", "--dataset", name)


def observe(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    """Return those of these datasets that exist. They are described one by one, because a listing
    has neither descriptions nor access."""
    found = {}
    for name in sorted(names):
        described = reader.find(describe(place, name))
        if described is not None:
            found[name] = {
                "location": described["location"],
                "description": described.get("description", ""),
                "labels": labels.observed(described),
                "kms_key": described.get("defaultEncryptionConfiguration", {}).get(
                    "kmsKeyName", ""
                ),
            }
    return found


def query(place: Place, statement: str) -> tuple[str, ...]:
    location = f"--location={place.bigquery_location}"
    return (*bq(place), location, "query", "--nouse_legacy_sql", statement)


_BASIC_ROLES: Final = {"OWNER": "dataOwner", "WRITER": "dataEditor", "READER": "dataViewer"}
"""BigQuery reports three of its predefined roles under the names of its older basic roles."""


@dataclass(frozen=True, slots=True)
class DatasetAccess:
    """Roles on a dataset. No gcloud command grants them; a SQL statement changes one role and
    leaves everybody else's access alone."""

    heading: str = ROLES
    consequences: Mapping[str, str] = field(default_factory=dict)

    def change(self, place: Place, binding: Binding, *, grant: bool) -> tuple[str, ...]:
        verb, preposition = ("GRANT", "TO") if grant else ("REVOKE", "FROM")
        group = "specialGroup:" if binding.member in PUBLIC else ""
        return query(
            place,
            f"{verb} `{binding.role}` ON SCHEMA `{place.project}`.{binding.on.name} "
            f'{preposition} "{group}{binding.member}"',
        )

    def read(self, place: Place, on: Key, _found: Fields, reader: Reader) -> Iterator[Binding]:
        for entry in reader.read(describe(place, on.name)).get("access", ()):
            role = entry.get("role", "")
            if role in _BASIC_ROLES:
                role = f"roles/bigquery.{_BASIC_ROLES[role]}"
            if email := entry.get("userByEmail"):
                prefix = "serviceAccount" if email.endswith(".gserviceaccount.com") else "user"
                yield Binding(on, role, f"{prefix}:{email}")
            elif entry.get("iamMember") or entry.get("specialGroup") in PUBLIC:
                yield Binding(on, role, entry.get("iamMember") or entry["specialGroup"])


KIND = Kind(
    name="dataset",
    noun="dataset",
    heading="Datasets",
    api="bigquery.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={
        "location": Field(fix=Fix.MOVE_DATA),
        "description": Field(),
        "labels": labels.FIELD,
        "kms_key": Field("new tables are encrypted with another key", optional=True),
    },
    missing=Missing("uploads cannot be loaded"),
    iam=DatasetAccess(),
    removal=Removal(Phase.DATA, "Datasets", delete, holds_data=always),
)
