"""Runs effects as BigQuery jobs under ids that csvgate chooses, and asks for their results.

BigQuery runs a job id once, even if the job failed: inserting the id again is answered with 409,
and the existing job counts. A job is found only with its location.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from google.api_core import exceptions as api
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY

from csvgate.effects.model import Conflict, Effect, InsertUnique, Job, JobResult, Merge
from csvgate.effects.sql.query import Parameter, Query
from csvgate.effects.sql.statements import conflicts_of, statement_of
from csvgate.gcp.count_rows import QUERY_SECONDS
from csvgate.gcp.effect_tables import EffectTables
from csvgate.gcp.errors import translated
from csvgate.gcp.pacing import Pace
from csvgate.runtime.errors import Transient

FIRST_POLL_SECONDS: Final = 0.25
LONGEST_POLL_SECONDS: Final = 4.0
"""The first pause between two looks at a running job and the longest one; they double."""
_AGAIN: Final = frozenset(
    ("rateLimitExceeded", "jobRateLimitExceeded", "quotaExceeded", "tableUnavailable",
     "backendError", "jobBackendError", "internalError", "jobInternalError", "accessDenied")
)  # fmt: skip
"""Reasons of failed jobs after which another run can succeed: BigQuery's own faults, quotas, and a
role that the service account lacks and can be given."""
_CONCURRENT: Final = ("due to concurrent update", "Too many DML statements outstanding")
"""Parts of messages about other statements on the same table; the reason is then invalidQuery or
resourcesExceeded, as for a wrong statement."""


class EffectJobs:
    """A call is retried for at most `budget` seconds, and repeated by `pace` while it exceeds a
    quota. `clock` is a monotonic clock in seconds."""

    def __init__(
        self,
        client: bigquery.Client,
        tables: EffectTables,
        pace: Pace,
        *,
        budget: float = 45.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._tables, self._pace = client, tables, pace
        self._clock, self._sleep = clock, sleep
        self._call: dict[str, Any] = {
            "retry": DEFAULT_RETRY.with_timeout(budget),
            "timeout": 30.0,
        }

    def start(self, job: Job, effect: Effect) -> None:
        statement = effect.statement
        if isinstance(statement, Merge):
            self._tables.ensure_tombstones(effect.target, statement)
        query = statement_of(effect, self._client.project)

        def insert() -> None:
            with translated("bigquery", _described(job)):
                try:
                    self._insert(query, job.id, job.location)
                except api.Conflict:
                    return  # this id was started before

        self._pace(insert)

    def result(self, job: Job, wait_seconds: float) -> JobResult | None:
        """Look at the job until it has ended, and at least once."""
        deadline, pause = self._clock() + wait_seconds, FIRST_POLL_SECONDS
        while True:
            found = self._pace(lambda: self._get(job))
            if found is None or found.state == "DONE":
                return None if found is None else self._outcome(job, found)
            left = deadline - self._clock()
            if left <= 0:
                return JobResult(state="running")
            self._sleep(min(pause, left))
            pause = min(2 * pause, LONGEST_POLL_SECONDS)

    def conflicts(self, effect: Effect, most: int) -> list[Conflict]:
        statement = effect.statement
        if not isinstance(statement, InsertUnique) or not statement.staged.rows:
            return []
        query = conflicts_of(effect, statement, self._client.project, most)
        keys = statement.keys
        try:
            rows = self._pace(lambda: self._rows(query, effect))
        except Transient as failure:
            if not isinstance(failure.__cause__, api.NotFound):
                raise
            # A query reports NOT_FOUND for its tables, the dataset, and the job itself.
            if self._tables.exist(effect.target, statement.staged.table):
                raise
            return []
        return [
            Conflict(
                line=row["line"], columns=keys[row["key"]], upload=row["upload"], there=row["there"]
            )
            for row in rows
        ]

    def _rows(self, query: Query, effect: Effect) -> list[Any]:
        with translated("bigquery", f"the keys of table {effect.target.table}"):
            # The answer must not be that of an earlier query: the table may have changed.
            job = self._insert(query, f"csvgate-conflicts-{uuid4()}", effect.target.location)
            return list(
                job.result(retry=self._call["retry"], timeout=QUERY_SECONDS, job_retry=None)
            )

    def _insert(self, query: Query, job_id: str, location: str) -> Any:
        return self._client.query(
            query.text,
            job_config=bigquery.QueryJobConfig(
                use_query_cache=False, query_parameters=query_parameters(query.parameters)
            ),
            job_id=job_id,
            location=location,
            # Another id would be another job, and might run beside this one.
            job_retry=None,
            **self._call,
        )

    def _get(self, job: Job) -> Any:
        with translated("bigquery", _described(job)):
            try:
                return self._client.get_job(job.id, location=job.location, **self._call)
            except api.NotFound:
                return None

    def _outcome(self, job: Job, found: Any) -> JobResult:
        if found.error_result:
            # A table may have been dropped, and is missing from then on for every statement.
            self._tables.forget()
            return failure(job, found.error_result)
        changed = self._changed(job, found)
        return JobResult(
            state="done",
            inserted=sum(stats.inserted_row_count for stats in changed),
            updated=sum(stats.updated_row_count for stats in changed),
            deleted=sum(stats.deleted_row_count for stats in changed),
            bytes_scanned=found.total_bytes_processed or 0,
        )

    def _changed(self, job: Job, found: Any) -> list[Any]:
        """Return the statistics of the statement that changed the target. In a script it is the
        first statement that changes rows; those of tombstones follow."""
        if found.statement_type != "SCRIPT" or found.dml_stats is not None:
            return [] if found.dml_stats is None else [found.dml_stats]
        with translated("bigquery", f"the statements of {_described(job)}"):
            children = list(self._client.list_jobs(parent_job=job.id, **self._call))
        by_age = sorted(children, key=lambda child: child.created)
        return [child.dml_stats for child in by_age if child.dml_stats is not None][:1]


def failure(job: Job, error: Any) -> JobResult:
    """Return the result of a failed job from its `errorResult`. The service's message may quote
    values of rows, also without quotation marks, so that only its reason is repeated."""
    reason, message = str(error.get("reason", "unknown")), str(error.get("message", ""))
    is_concurrent = any(part in message for part in _CONCURRENT)
    what = f"{reason} (another statement changed the table)" if is_concurrent else reason
    return JobResult(
        state="failed",
        reason=f"BigQuery ended {_described(job)} with {what}; `bq show --job=true"
        f" --location={job.location} {job.id}` prints its message",
        again=is_concurrent or reason in _AGAIN,
    )


def query_parameters(parameters: Sequence[Parameter]) -> list[Any]:
    """Return the parameters as the library's own."""
    return [
        bigquery.ScalarQueryParameter(each.name, each.type, each.value)
        if isinstance(each.value, str | datetime)
        else bigquery.ArrayQueryParameter(each.name, each.type, list(each.value))
        for each in parameters
    ]


def _described(job: Job) -> str:
    return f"job {job.id} in {job.location}"
