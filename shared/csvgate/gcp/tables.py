"""Creates BigQuery tables that are missing, and checks that existing ones can hold our rows."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from google.api_core import exceptions as api
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY
from google.cloud.bigquery.table import PrimaryKey, TableConstraints

from csvgate.gcp.columns import contradiction, differences
from csvgate.gcp.errors import translated
from csvgate.ports import Column, TableSpec
from csvgate.runtime.errors import Permanent
from csvgate.types.bigquery import parse

DAY_MS: Final = 24 * 60 * 60 * 1000
TRUST_SECONDS: Final = 300.0
"""A table that matched is not checked again for this long."""


class Tables:
    """A call is retried for at most `budget` seconds; `clock` is a monotonic clock in seconds."""

    def __init__(
        self,
        project: str,
        *,
        credentials: Any = None,
        budget: float = 45.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self.client = bigquery.Client(project=project, credentials=credentials)
        self._call: dict[str, Any] = {
            "retry": DEFAULT_RETRY.with_timeout(budget),
            "timeout": 30.0,
        }
        self._fitted: dict[TableSpec, float] = {}

    def ensure(self, spec: TableSpec) -> None:
        if self._clock() - self._fitted.get(spec, float("-inf")) < TRUST_SECONDS:
            return
        with translated("bigquery", f"table {spec.id}"):
            found = self._get(spec) or self._create(spec)
        wrong = differences(spec, [as_column(field) for field in found.schema])
        if wrong:
            raise Permanent("table.contradicts", contradiction(spec, wrong))
        self._fitted[spec] = self._clock()

    def forget(self, table_id: str) -> None:
        """Check the table again before the next write, because a write to it failed."""
        known = list(self._fitted.items())  # another request may add one meanwhile
        self._fitted = {s: at for s, at in known if s.id != table_id}

    def forget_all(self) -> None:
        """Check every table again before the next write to it."""
        self._fitted = {}

    def _get(self, spec: TableSpec) -> bigquery.Table | None:
        try:
            return self.client.get_table(self._reference(spec), **self._call)
        except api.NotFound:
            return None

    def _create(self, spec: TableSpec) -> bigquery.Table:
        self._require_dataset(spec)
        table = as_table(spec, self._reference(spec))
        with suppress(api.Conflict):  # another delivery created it first
            self.client.create_table(table, **self._call)
        # Read it back: the one that another delivery created may differ.
        return self.client.get_table(self._reference(spec), **self._call)

    def _require_dataset(self, spec: TableSpec) -> None:
        try:
            self.client.get_dataset(spec.dataset, **self._call)
        except api.NotFound as error:
            raise Permanent(
                "table.no_dataset",
                f"dataset {spec.dataset} of table {spec.id} does not exist: create it in the"
                " location of your choice, or correct the contract's destination; then replay",
            ) from error

    def _reference(self, spec: TableSpec) -> bigquery.TableReference:
        return bigquery.DatasetReference(self.client.project, spec.dataset).table(spec.table)


def as_table(spec: TableSpec, reference: bigquery.TableReference) -> bigquery.Table:
    """Return the table as it is created. The expiry and the filter of partitions belong to tables
    that have partitions, and the service refuses them elsewhere."""
    table = bigquery.Table(reference, schema=[as_field(c) for c in spec.columns])
    options, by = spec.options, spec.partition_by
    if by is not None and by.unit is None:
        ranges = bigquery.PartitionRange(start=by.start, end=by.end, interval=by.step)
        table.range_partitioning = bigquery.RangePartitioning(range_=ranges, field=by.column)
    elif by is not None and by.unit is not None:
        days = options.partition_expiry_days
        table.time_partitioning = bigquery.TimePartitioning(
            by.unit.upper(), by.column, days * DAY_MS if days else None
        )
    if by is not None and options.require_partition_filter is not None:
        table.require_partition_filter = options.require_partition_filter
    if spec.cluster_by:
        table.clustering_fields = list(spec.cluster_by)
    if options.labels:
        table.labels = dict(options.labels)
    if options.description:
        table.description = options.description
    if options.primary_key:
        key = PrimaryKey(list(options.primary_key))
        table.table_constraints = TableConstraints(primary_key=key, foreign_keys=None)
    return table


def as_field(column: Column) -> bigquery.SchemaField:
    type_ = parse(column.type)
    options: dict[str, Any] = {
        "description": column.description,
        "max_length": type_.length,
        "precision": type_.precision,
        "scale": type_.scale,
    }
    return bigquery.SchemaField(
        column.name,
        type_.kind,
        mode="REQUIRED" if column.required else "NULLABLE",
        **{name: value for name, value in options.items() if value},
    )


def as_column(field: bigquery.SchemaField) -> Column:
    type_ = field.field_type
    if field.max_length is not None:
        type_ += f"({field.max_length})"
    elif field.precision is not None:
        type_ += f"({field.precision}, {field.scale or 0})"
    if field.mode == "REPEATED":
        type_ = f"ARRAY<{type_}>"
    return Column(field.name, type_, field.mode == "REQUIRED", field.description or "")
