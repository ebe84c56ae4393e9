"""Lets bqemulator treat query and load jobs as BigQuery documents it: an id runs once, and a job
that changes rows says how many it has inserted, updated and deleted.

bqemulator would execute a job again whose id it has executed, and of a MERGE it knows only the sum.
"""

import re
from contextvars import ContextVar
from typing import Any

import pyarrow as pa
from bqemulator.api.routes import jobs
from bqemulator.domain.errors import AlreadyExistsError
from bqemulator.jobs import executor
from bqemulator.storage.engine import DuckDBEngine

_DML = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)
_KEYS = {
    "INSERT": "insertedRowCount",
    "UPDATE": "updatedRowCount",
    "DELETE": "deletedRowCount",
}
_changes: ContextVar[list[dict[str, int]]] = ContextVar("changes")
"""What each statement of the running job has changed, by kind."""
_started: set[tuple[str, str]] = set()
"""The projects and ids of jobs that were started since the emulator was; the catalog has those that
have ended, also before that."""

_query, _load = jobs._handle_query_job, jobs._handle_load_job_with_async_envelope
_fetch, _statistics = DuckDBEngine.fetch_arrow, executor._build_query_statistics


def install() -> None:
    """Replace the emulator's functions. Call it once, before the emulator starts."""
    jobs._handle_query_job = _query_once
    jobs._handle_load_job_with_async_envelope = _load_once
    DuckDBEngine.fetch_arrow = _fetch_counting
    executor._build_query_statistics = _counted_statistics


async def _query_once(
    project: str, job: str, config: Any, *, dry_run: bool, ctx: Any, **more: Any
) -> Any:
    if not dry_run:
        _claim(project, job, ctx)
    _changes.set([])
    return await _query(project, job, config, dry_run=dry_run, ctx=ctx, **more)


async def _load_once(project: str, job: str, config: Any, ctx: Any) -> Any:
    _claim(project, job, ctx)
    return await _load(project, job, config, ctx)


def _claim(project: str, job: str, ctx: Any) -> None:
    if (project, job) in _started or ctx.catalog.get_job(project, job) is not None:
        raise AlreadyExistsError(f"Already Exists: Job {project}:{job}")
    _started.add((project, job))


def _fetch_counting(engine: Any, sql: str, *parameters: Any) -> Any:
    """Run a statement of a job; keep what it changes. The emulator's own statements for its catalog
    take another way."""
    kind, changes = _DML.match(sql), _changes.get(None)
    if kind is None or changes is None:
        return _fetch(engine, sql, *parameters)
    if kind[1].upper() != "MERGE":
        result = _fetch(engine, sql, *parameters)
        changes.append({kind[1].upper(): int(result.column(0)[0].as_py())})
        return result
    actions = _fetch(engine, f"{sql.rstrip().rstrip(';')} RETURNING merge_action", *parameters)
    counts = {each["values"]: each["counts"] for each in _counted(actions.column(0))}
    changes.append(counts)
    return pa.table({"Count": [sum(counts.values())]})


def _counted(actions: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = actions.value_counts().to_pylist()
    return found


def _counted_statistics(**given: Any) -> dict[str, Any]:
    """Add the counts of the first statement that changes rows. BigQuery gives those of a script
    only with its child jobs, which the emulator does not have."""
    statistics: dict[str, Any] = _statistics(**given)
    if changes := _changes.get([]):
        counted = {_KEYS[kind]: str(count) for kind, count in changes[0].items() if kind in _KEYS}
        statistics["query"]["dmlStats"] = dict.fromkeys(_KEYS.values(), "0") | counted
    return statistics
