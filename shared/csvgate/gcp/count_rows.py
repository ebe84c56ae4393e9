"""Counts the rows of one load with a query."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

from google.api_core import exceptions as api
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY

from csvgate.contracts.checks.column_names import INGESTED_AT, UPLOAD_ID
from csvgate.gcp.errors import translated
from csvgate.gcp.pacing import Pace
from csvgate.gcp.partition_filter import filter_of_all
from csvgate.ports import LoadedRows
from csvgate.runtime.errors import Transient
from csvgate.types.bigquery import parse

QUERY_SECONDS: Final = 120.0
"""How long a query may take: it reads three columns of at most a few partitions."""


class RowCounter:
    """Queries are repeated by `pace` while they exceed a quota. A call is retried for at most
    `budget` seconds."""

    def __init__(self, client: bigquery.Client, pace: Pace, budget: float = 45.0) -> None:
        self._client, self._pace = client, pace
        self._call: dict[str, Any] = {
            "retry": DEFAULT_RETRY.with_timeout(budget),
            "timeout": 30.0,
        }

    def count(self, load: LoadedRows) -> int:
        """Return how many rows of the load a query sees; 0 if the table does not exist."""
        with translated("bigquery", f"table {load.table.id}"):
            try:
                return self._pace(lambda: self._count(load))
            except Transient as failure:
                if not isinstance(failure.__cause__, api.NotFound):
                    raise
                # A query reports NOT_FOUND for the table, its dataset, and the job itself.
                if self._table_exists(load):
                    raise
                return 0

    def _count(self, load: LoadedRows) -> int:
        with translated("bigquery", f"the rows of upload {load.upload} in table {load.table.id}"):
            job = self._client.query(
                query_text(load, self._client.project),
                job_config=bigquery.QueryJobConfig(
                    # The result must not come from the cache, or from an earlier job with the same
                    # id: an earlier count says nothing about the rows that are visible now.
                    use_query_cache=False,
                    query_parameters=list(query_parameters(load)),
                ),
                job_id=f"csvgate-count-{uuid4()}",
                job_retry=None,
                **self._call,
            )
            # Only the pace starts another job: the library would do so for minutes.
            rows = job.result(
                retry=self._call["retry"], timeout=QUERY_SECONDS, job_retry=None, max_results=1
            )
            return int(next(iter(rows))[0])

    def _table_exists(self, load: LoadedRows) -> bool:
        dataset = bigquery.DatasetReference(self._client.project, load.table.dataset)
        try:
            self._client.get_table(dataset.table(load.table.table), **self._call)
        except api.NotFound:
            return False
        return True


def query_text(load: LoadedRows, project: str) -> str:
    """Return the query. A row without a value in the partition column is in the partition for
    NULL, which the bounds of the other values do not cover."""
    conditions = [f"`{UPLOAD_ID}` = @upload", f"`{INGESTED_AT}` = @ingested_at"]
    if load.bounds is not None:
        column = f"`{load.bounds.column}`"
        conditions.append(f"({column} BETWEEN @low AND @high OR {column} IS NULL)")
    elif load.table.partition_by and load.table.options.require_partition_filter:
        kinds = {c.name.lower(): parse(c.type).kind for c in load.table.columns}
        conditions.append(filter_of_all(load.table.partition_by, kinds))
    table = f"`{project}`.`{load.table.dataset}`.`{load.table.table}`"
    return f"SELECT COUNT(*) FROM {table} WHERE {' AND '.join(conditions)}"  # noqa: S608 - names


def query_parameters(load: LoadedRows) -> Iterator[bigquery.ScalarQueryParameter]:
    """Yield the values of the query, with the types of their columns."""
    yield bigquery.ScalarQueryParameter("upload", "STRING", load.upload)
    yield bigquery.ScalarQueryParameter("ingested_at", "TIMESTAMP", load.ingested_at)
    if load.bounds is not None:
        name = load.bounds.column.lower()
        column = next(column for column in load.table.columns if column.name.lower() == name)
        for parameter, value in (("low", load.bounds.low), ("high", load.bounds.high)):
            yield bigquery.ScalarQueryParameter(parameter, parse(column.type).kind, value)
