"""The tables beside a target: staging tables, which expire, and tables of tombstones."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from google.api_core import exceptions as api
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY

from csvgate.effects.model import Merge, Target
from csvgate.effects.sql.merges import REMOVED_AT, kept_columns
from csvgate.gcp.errors import translated
from csvgate.gcp.tables import DAY_MS, as_field
from csvgate.ports import TableSpec
from csvgate.runtime.errors import Permanent


class EffectTables:
    """A call is retried for at most `budget` seconds."""

    def __init__(self, client: bigquery.Client, budget: float = 45.0) -> None:
        self._client = client
        self._call: dict[str, Any] = {
            "retry": DEFAULT_RETRY.with_timeout(budget),
            "timeout": 30.0,
        }
        self._locations = dict[str, str]()
        self._tombstones = dict[tuple[str, str], int]()
        """By dataset and table: the milliseconds for which a partition is kept."""

    def location(self, dataset: str) -> str:
        """Return the dataset's location, which never changes. Raises Permanent
        `table.no_dataset`."""
        if dataset not in self._locations:
            with translated("bigquery", f"dataset {dataset}"):
                try:
                    found = self._client.get_dataset(dataset, **self._call)
                except api.NotFound as error:
                    raise _no_dataset(dataset) from error
            self._locations[dataset] = str(found.location)
        return self._locations[dataset]

    def ensure_staging(self, spec: TableSpec, staging: str, expires: datetime) -> TableSpec:
        found = TableSpec(spec.dataset, staging, spec.columns)
        schema = [as_field(column) for column in spec.columns]
        table = bigquery.Table(self._reference(spec.dataset, staging), schema=schema)
        table.expires = expires
        with translated("bigquery", f"table {found.id}"), suppress(api.Conflict):
            try:
                self._client.create_table(table, **self._call)
            except api.NotFound as error:
                raise _no_dataset(spec.dataset) from error
        return found

    def ensure_tombstones(self, target: Target, statement: Merge) -> None:
        """Create the table of tombstones of a merge if it is missing. Its columns have the types of
        the staged ones; if the staging table is gone, do nothing, because the merge will fail for
        that. Raises Permanent `table.contradicts` if it keeps tombstones for too short a time."""
        name, days = statement.tombstones, statement.lateness_days
        if name is None or days is None or not statement.staged.rows:
            return
        # A partition is a day and expires as a whole, counted from its beginning.
        kept_ms = (days + 1) * DAY_MS
        if self._tombstones.get((target.dataset, name)) == kept_ms:
            return
        reference = self._reference(target.dataset, name)
        with translated("bigquery", f"table {target.dataset}.{name}"):
            table = self._get(reference)
            if table is None:
                staging = self._get(self._reference(target.dataset, statement.staged.table))
                if staging is None:
                    return
                table = _tombstones(reference, staging, statement, kept_ms)
                with suppress(api.Conflict):  # another delivery created it first
                    self._client.create_table(table, **self._call)
            else:
                _require_kept(table, kept_ms)
        self._tombstones[target.dataset, name] = kept_ms

    def forget(self) -> None:
        """Look at the tables of tombstones again before the next merge."""
        self._tombstones.clear()

    def exist(self, target: Target, staging: str) -> bool:
        """Return whether the target and its staging table exist."""
        with translated("bigquery", f"table {target.dataset}.{target.table}"):
            return all(
                self._get(self._reference(target.dataset, name)) is not None
                for name in (target.table, staging)
            )

    def _get(self, reference: bigquery.TableReference) -> Any:
        try:
            return self._client.get_table(reference, **self._call)
        except api.NotFound:
            return None

    def _reference(self, dataset: str, table: str) -> bigquery.TableReference:
        return bigquery.DatasetReference(self._client.project, dataset).table(table)


def _tombstones(
    reference: bigquery.TableReference, staging: Any, statement: Merge, kept_ms: int
) -> bigquery.Table:
    kept = {name.lower() for name in kept_columns(statement)}
    fields = [
        bigquery.SchemaField(field.name, field.field_type)
        for field in staging.schema
        if field.name.lower() in kept
    ]
    removed_at = bigquery.SchemaField(REMOVED_AT, "TIMESTAMP", mode="REQUIRED")
    table = bigquery.Table(reference, schema=[*fields, removed_at])
    table.description = (
        "Keys of rows that merges have removed, so that older rows that arrive late stay removed"
    )
    table.time_partitioning = _partitions(kept_ms)
    return table


def _require_kept(table: Any, kept_ms: int) -> None:
    """Functions never alter a table. One that keeps tombstones for longer than needed is fine."""
    kept = table.time_partitioning.expiration_ms if table.time_partitioning else None
    if kept is None or kept >= kept_ms:
        return
    name = f"{table.project}.{table.dataset_id}.{table.table_id}"
    raise Permanent(
        "table.contradicts",
        f"table {name} keeps the keys of removed rows for {kept // DAY_MS} days; the contract's "
        f"`lateness_days` needs {kept_ms // DAY_MS}. Run ALTER TABLE `{name}` SET OPTIONS "
        f"(partition_expiration_days={kept_ms // DAY_MS}), then replay",
    )


def _partitions(kept_ms: int) -> bigquery.TimePartitioning:
    return bigquery.TimePartitioning(field=REMOVED_AT, expiration_ms=kept_ms)


def _no_dataset(dataset: str) -> Permanent:
    return Permanent(
        "table.no_dataset",
        f"dataset {dataset} does not exist: create it in the location of your choice, or correct"
        " the contract's destination; then replay",
    )
