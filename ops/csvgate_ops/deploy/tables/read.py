"""Reads tables through `bq show`, once per table."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from csvgate.contracts.model import Contract
from csvgate.ports import Partitioning
from csvgate_ops.deploy.kinds import dataset
from csvgate_ops.deploy.kinds.kind import Reader
from csvgate_ops.deploy.plan.model import Place
from csvgate_ops.deploy.tables.model import ExistingTable

if TYPE_CHECKING:
    from csvgate.ports import Column

_DAY_MS: Final = 24 * 60 * 60 * 1000


def table_names(contracts: Iterable[Contract], datasets: Iterable[str]) -> list[str]:
    """Return the tables of the contracts in these datasets, as `dataset.table`, each once."""
    known = set(datasets)
    places = [contract.destination for contract in contracts]
    return list(dict.fromkeys(f"{p.dataset}.{p.table}" for p in places if p.dataset in known))


def read_tables(
    place: Place, contracts: Sequence[Contract], reader: Reader
) -> Mapping[str, ExistingTable]:
    """Return those tables of the contracts that exist. Raises CommandFailed."""
    datasets = {contract.destination.dataset for contract in contracts}
    there = [d for d in sorted(datasets) if reader.find(dataset.describe(place, d)) is not None]
    names = table_names(contracts, there)
    found = {name: read_table(place, name, reader) for name in names}
    return {name: table for name, table in found.items() if table is not None}


def read_table(place: Place, table: str, reader: Reader) -> ExistingTable | None:
    """Return the table, or None if it does not exist. Raises CommandFailed."""
    described = reader.find((*dataset.bq(place), "--format=json", "show", table))
    return None if described is None else existing(described)


def existing(described: Mapping[str, Any]) -> ExistingTable:
    """Return the table that BigQuery's API describes."""
    by_time = described.get("timePartitioning") or {}
    by_range = described.get("rangePartitioning") or {}
    expiry = by_time.get("expirationMs")
    constraints = described.get("tableConstraints") or {}
    return ExistingTable(
        columns=tuple(map(_column, described.get("schema", {}).get("fields", ()))),
        kind=described.get("type", "TABLE"),
        partition_by=_partitioning(by_time, by_range),
        cluster_by=tuple((described.get("clustering") or {}).get("fields", ())),
        description=described.get("description", ""),
        labels=dict(described.get("labels") or {}),
        partition_expiry_days=int(expiry) / _DAY_MS if expiry else None,
        require_partition_filter=bool(
            described.get("requirePartitionFilter") or by_time.get("requirePartitionFilter")
        ),
        primary_key=tuple(constraints.get("primaryKey", {}).get("columns", ())),
    )


def _partitioning(by_time: Mapping[str, Any], by_range: Mapping[str, Any]) -> Partitioning | None:
    if by_range:
        start, end, step = (int(by_range["range"][k]) for k in ("start", "end", "interval"))
        return Partitioning(by_range["field"], None, start, end, step)
    if by_time:
        return Partitioning(by_time.get("field"), by_time.get("type", "DAY").lower())
    return None


def _column(field: Mapping[str, Any]) -> "Column":
    # The library is only imported if there is a table.
    from google.cloud.bigquery import SchemaField

    from csvgate.gcp.tables import as_column

    return as_column(SchemaField.from_api_repr(dict(field)))
