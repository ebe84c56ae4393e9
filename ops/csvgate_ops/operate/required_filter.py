"""The condition that queries about all partitions need if a table requires a filter on them."""

from typing import TYPE_CHECKING, Any

from csvgate.gcp.partition_filter import every_partition

if TYPE_CHECKING:
    from google.cloud import bigquery


def required_filter(client: "bigquery.Client", table: str, timeout: float = 60.0) -> str:
    """Return a SQL condition that all rows of `project.dataset.table` meet: TRUE, unless BigQuery
    refuses queries without a filter on the partition. Raises what the library raises."""
    found: Any = client.get_table(table, timeout=timeout)
    if not found.require_partition_filter:
        return "TRUE"
    by = found.time_partitioning
    column = by.field if by is not None else found.range_partitioning.field
    kinds = {field.name.lower(): field.field_type for field in found.schema}
    kind = kinds[column.lower()] if column else "TIMESTAMP"
    return every_partition(column, "INT64" if kind == "INTEGER" else kind)
