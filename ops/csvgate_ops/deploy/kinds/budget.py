"""Budgets of a billing account that send emails at shares of what a project may cost.

The service chooses the name of a budget, so ours is found by its display name. Two faults of gcloud
528 matter here. It misreads decimals (100.75 becomes 100 units and 75 nanos), so amounts are whole
units. It cannot remove a threshold rule (`update --clear-threshold-rules` sends an empty update
mask), so a budget with wrong rules is deleted and created again.
"""

from collections.abc import Mapping
from typing import Any, Final

from csvgate_ops.deploy.kinds.kind import (
    Field,
    Kind,
    Missing,
    Names,
    Phase,
    Reader,
    Removal,
    last_segment,
    named,
)
from csvgate_ops.deploy.plan.model import (
    PROJECT_NUMBER,
    Command,
    Fields,
    Key,
    Lookup,
    Place,
    Resource,
    Step,
)

_GROUP = ("gcloud", "billing", "budgets")
THRESHOLDS: Final = "0.5,0.8,1"
THIS_PROJECT: Final = f"projects/{PROJECT_NUMBER}"
_LATE: Final = "nobody learns in time that the project costs more than planned"
_VARIABLE: Final = "BUDGET"


def key(billing_account: str, project: str) -> Key:
    """A display name has at most 60 characters, and a project's name at most 30."""
    return Key("budget", f"{billing_account}/csvgate {project}")


def create(place: Place, resource: Resource) -> list[Step]:
    account, _, name = resource.key.name.partition("/")
    flags = [f for field, value in resource.fields.items() for f in _flags(field, value)]
    argv = (*_GROUP, "create", f"--display-name={name}", *flags, *_where(place, account))
    return [Command(argv, f"create budget {name}")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    account, _, name = resource.key.name.partition("/")
    where = _where(place, account)
    chosen = (f'--filter=displayName="{name}"', "--format=value(name.basename())", "--limit=1")
    steps: list[Step] = [Lookup(_VARIABLE, (*_GROUP, "list", *chosen, *where))]
    found = f"${{{_VARIABLE}}}"
    if "thresholds" in changed:
        why = f"budget {name}: delete it, because its thresholds differ"
        steps.append(Command((*_GROUP, "delete", found, *where), why))
        return [*steps, *create(place, resource)]
    flags = [f for field, value in changed.items() for f in _flags(field, value)]
    argv = (*_GROUP, "update", found, *flags, *where)
    return [*steps, Command(argv, f"budget {name}: change {named(changed)}")]


def delete(place: Place, key: Key, found: Fields) -> list[Step]:
    account, _, name = key.name.partition("/")
    argv = (*_GROUP, "delete", str(found["id"]), *_where(place, account))
    return [Command(argv, f"delete budget {name}")]


def observe(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    """Return the budgets of the billing accounts in these names. Others of them are anybody's: they
    may lack any field, and JSON leaves out a name of "" and a threshold of 0."""
    if not names:
        return {}
    described = reader.read(("gcloud", "projects", "describe", place.project))
    own = f"projects/{described['projectNumber']}"
    return {
        f"{account}/{item.get('displayName', '')}": _fields(item, own)
        for account in sorted({name.partition("/")[0] for name in names})
        for item in reader.read((*_GROUP, "list", *_where(place, account)))
    }


def _fields(item: Mapping[str, Any], own: str) -> Fields:
    amount = item.get("amount", {}).get("specifiedAmount", {})
    rules = item.get("thresholdRules", ())
    projects = item.get("budgetFilter", {}).get("projects", ())
    return {
        "amount": f"{amount.get('units', 0)}{amount.get('currencyCode', '')}",
        "thresholds": ",".join(f"{rule.get('thresholdPercent', 0):g}" for rule in rules),
        "projects": ",".join(THIS_PROJECT if name == own else name for name in projects),
        "id": last_segment(item["name"]),
    }


def _flags(field: str, value: Any) -> list[str]:
    match field:
        case "amount":
            return [f"--budget-amount={value}"]
        case "thresholds":
            return [f"--threshold-rule=percent={share}" for share in value.split(",")]
        case "projects":
            return [f"--filter-projects={value}"]
        case _:
            raise AssertionError(field)


def _where(place: Place, account: str) -> tuple[str, str]:
    return f"--billing-account={account}", f"--project={place.project}"


KIND = Kind(
    name="budget",
    noun="budget",
    heading="Budget",
    api="billingbudgets.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={
        "amount": Field(_LATE),
        "thresholds": Field(_LATE),
        "projects": Field("it counts the costs of other projects"),
    },
    missing=Missing(_LATE),
    iam=None,
    removal=Removal(Phase.DELIVERY, "Budget", delete),
)
