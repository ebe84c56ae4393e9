"""Reads the facts of a table with two aggregate queries over csvgate's own three columns."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from csvgate.gcp.errors import translated
from csvgate_ops.operate.reconcile.facts import Repeated, RowGroup, TableFacts
from csvgate_ops.operate.required_filter import required_filter

if TYPE_CHECKING:
    from google.cloud import bigquery

_NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""Stands for a missing `_ingested_at`, in rows that another program inserted."""
_GROUPS = """
SELECT _upload_id, _ingested_at, COUNT(*) AS row_count, COUNT(DISTINCT _line) AS line_count
FROM `{table}`
WHERE {condition}
GROUP BY _upload_id, _ingested_at
"""
_REPEATED = """
SELECT _upload_id, COUNT(*) AS line_count, SUM(copies) AS row_count, MIN(_line) AS first_line
FROM (
  SELECT _upload_id, _line, COUNT(*) AS copies
  FROM `{table}`
  WHERE {condition}
  GROUP BY _upload_id, _line
  HAVING COUNT(*) > 1
)
GROUP BY _upload_id
"""


def read_table(client: "bigquery.Client", table: str, since: datetime | None) -> TableFacts:
    """Return the facts about the rows ingested since then; `table` is `dataset.table`. BigQuery
    only reads that period if the table is partitioned by `_ingested_at`. Raises Transient and
    Permanent `bigquery.…`."""
    from google.api_core.exceptions import NotFound

    with translated("bigquery", f"table {table}"):
        try:
            condition = required_filter(client, f"{client.project}.{table}")
            groups, bytes_of_groups = _query(client, _GROUPS, table, condition, since)
            repeated, bytes_of_repeated = _query(client, _REPEATED, table, condition, since)
        except NotFound:
            return TableFacts(table, missing=True)
    return TableFacts(
        table,
        tuple(
            RowGroup((r._upload_id or "", r._ingested_at or _NEVER), r.row_count, r.line_count)
            for r in groups
        ),
        tuple(
            Repeated(r._upload_id or "", r.line_count, int(r.row_count), r.first_line or 0)
            for r in repeated
        ),
        bytes_read=bytes_of_groups + bytes_of_repeated,
    )


def _query(
    client: "bigquery.Client", sql: str, table: str, condition: str, since: datetime | None
) -> tuple[list[Any], int]:
    from google.cloud import bigquery

    conditions = f"{condition} AND _ingested_at >= @since" if since else condition
    parameters = [bigquery.ScalarQueryParameter("since", "TIMESTAMP", since)] if since else []
    job = client.query(
        sql.format(table=f"{client.project}.{table}", condition=conditions),
        job_config=bigquery.QueryJobConfig(query_parameters=parameters),
    )
    return list(job.result()), int(job.total_bytes_processed or 0)
