"""Read a deployed system through gcloud and bq. Each command runs once, also for the planner."""

from collections.abc import Iterator, Mapping
from typing import Any

from csvgate.contracts.model import Contract
from csvgate.ports import Column
from csvgate_ops.deploy.doctor.model import Facts
from csvgate_ops.deploy.kinds import dataset, trigger_subscription
from csvgate_ops.deploy.plan.model import Desired, Key, Observed, Place
from csvgate_ops.deploy.plan.observe import observe, run_concurrently
from csvgate_ops.deploy.run.gcloud import JsonReader


def gather(
    environment: str, desired: Desired, contracts: tuple[Contract, ...], reader: JsonReader
) -> Facts:
    """Raises NoProject, CommandFailed, Unreachable."""
    place, observed = desired.place, observe(desired, reader)
    project = reader.read(("gcloud", "projects", "describe", place.project))
    variables = {"PROJECT_NUMBER": str(project["projectNumber"])}
    for key, fields in observed.resources.items():
        if key.kind == "trigger-subscription":
            variables[trigger_subscription.variable(key.name)] = str(fields["subscription"])
    return Facts(
        environment=environment,
        desired=desired,
        observed=observed,
        variables=variables,
        contracts=contracts,
        tables=dict(_tables(observed, place, contracts, reader)),
    )


def _tables(
    observed: Observed, place: Place, contracts: tuple[Contract, ...], reader: JsonReader
) -> Iterator[tuple[str, tuple[Column, ...]]]:
    names = [
        f"{c.destination.dataset}.{c.destination.table}"
        for c in contracts
        if Key("dataset", c.destination.dataset) in observed.resources
    ]
    found = run_concurrently(lambda name: _columns(place, name, reader), names)
    for name, columns in zip(names, found, strict=True):
        if columns is not None:
            yield name, columns


def _columns(place: Place, table: str, reader: JsonReader) -> tuple[Column, ...] | None:
    described = reader.find((*dataset.bq(place), "--format=json", "show", table))
    if described is None:
        return None
    return tuple(_column(field) for field in described.get("schema", {}).get("fields", ()))


def _column(field: Mapping[str, Any]) -> Column:
    from google.cloud.bigquery import SchemaField

    from csvgate.gcp.tables import as_column

    return as_column(SchemaField.from_api_repr(dict(field)))
