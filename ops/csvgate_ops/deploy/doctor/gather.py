"""Ask a deployed system, through gcloud and bq. Each command is run once, also for the planner."""

from collections.abc import Iterator, Mapping
from typing import Any

from csvgate.contracts.model import Contract
from csvgate.ports import Column
from csvgate_ops.deploy.doctor.model import Facts
from csvgate_ops.deploy.kinds import account, dataset, function, subscription, trigger
from csvgate_ops.deploy.kinds import trigger_subscription as own
from csvgate_ops.deploy.kinds.kind import last
from csvgate_ops.deploy.plan.model import Desired, Key, Observed, Place
from csvgate_ops.deploy.plan.observe import each, observe
from csvgate_ops.deploy.run.gcloud import CommandFailed, JsonReader

Item = Mapping[str, Any]


def gather(
    environment: str, desired: Desired, contracts: tuple[Contract, ...], reader: JsonReader
) -> Facts:
    """Raises NoProject, CommandFailed."""
    place, observed = desired.place, observe(desired, reader)
    triggers = _known(observed, "trigger", reader, trigger.listing(place))
    subscriptions = {
        last(item["name"]): item
        for item in _known(observed, "subscription", reader, subscription.listing(place)).values()
    }
    names = {name: trigger.subscription_of(item) for name, item in triggers.items()}
    project = reader.read(("gcloud", "projects", "describe", place.project))
    number = {"PROJECT_NUMBER": str(project["projectNumber"])}
    return Facts(
        environment=environment,
        desired=desired,
        observed=observed,
        values=number | {own.variable(n): s for n, s in names.items() if s in subscriptions},
        disabled=frozenset(_disabled(observed, place, reader)),
        once_only=frozenset(n for n, item in triggers.items() if _tries(item) == 1),
        unpushed=frozenset(
            n for n, s in names.items() if s in subscriptions and not _endpoint(subscriptions[s])
        ),
        own_triggers=dict(_own_triggers(observed, place, reader)),
        contracts=contracts,
        tables=dict(_tables(observed, place, contracts, reader)),
    )


def _known(
    observed: Observed, kind: str, reader: JsonReader, listing: tuple[str, ...]
) -> dict[str, Item]:
    """By name, where the planner saw one of them: otherwise the API may not be enabled."""
    if not any(key.kind == kind for key in observed.resources):
        return {}
    return {last(item["name"]): item for item in reader.read(listing)}


def _tries(item: Item) -> int | None:
    tries = item.get("retryPolicy", {}).get("maxAttempts")
    return None if tries is None else int(tries)


def _endpoint(item: Item) -> str:
    return str(item.get("pushConfig", {}).get("pushEndpoint", ""))


def _disabled(observed: Observed, place: Place, reader: JsonReader) -> Iterator[str]:
    for name, item in _known(observed, "account", reader, account.listing(place)).items():
        if item.get("disabled"):
            yield name.partition("@")[0]


def _own_triggers(
    observed: Observed, place: Place, reader: JsonReader
) -> Iterator[tuple[str, str]]:
    for name, item in _known(observed, "function", reader, function.listing(place)).items():
        path = item.get("eventTrigger", {}).get("trigger")
        if path:
            yield name, path


def _tables(
    observed: Observed, place: Place, contracts: tuple[Contract, ...], reader: JsonReader
) -> Iterator[tuple[str, tuple[Column, ...]]]:
    names = [
        f"{c.destination.dataset}.{c.destination.table}"
        for c in contracts
        if Key("dataset", c.destination.dataset) in observed.resources
    ]
    for name, columns in zip(names, each(lambda n: _columns(place, n, reader), names), strict=True):
        if columns is not None:
            yield name, columns


def _columns(place: Place, table: str, reader: JsonReader) -> tuple[Column, ...] | None:
    try:
        described = reader.read((*dataset.bq(place), "--format=json", "show", table))
    except CommandFailed as error:
        if "Not found: Table" in error.finished.stdout + error.finished.stderr:
            return None
        raise
    return tuple(_column(field) for field in described.get("schema", {}).get("fields", ()))


def _column(field: Item) -> Column:
    from google.cloud.bigquery import SchemaField

    from csvgate.gcp.tables import as_column

    return as_column(SchemaField.from_api_repr(dict(field)))
