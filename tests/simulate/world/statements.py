"""What the statement of an effect does to the rows of its table, one row after the other."""

from collections.abc import Sequence
from typing import Any

from csvgate.contracts.checks.column_names import INGESTED_AT, LINE, UPLOAD_ID
from csvgate.effects.model import (
    Delete,
    Insert,
    InsertUnique,
    JobResult,
    Merge,
    Replace,
    ReplaceBy,
    ReplaceTable,
    Staged,
    Statement,
)

Row = dict[str, Any]


def execute(statement: Statement, rows: list[Row], staged: list[Row]) -> JobResult:
    """Change the rows of the table in place, at once."""
    match statement:
        case Insert():
            return _change(rows, rows, staged)
        case InsertUnique():
            return _change(rows, rows, [] if _conflicts(statement, rows, staged) else staged)
        case ReplaceTable():
            return _change(rows, [], staged)
        case Replace():
            gone = statement.uploads
            return _change(rows, [r for r in rows if r[UPLOAD_ID] not in gone], staged)
        case Delete():
            return _change(rows, [r for r in rows if r[UPLOAD_ID] != statement.upload], [])
        case ReplaceBy():
            return _replace_by(statement, rows, staged)
        case Merge():
            return _merge(statement, rows, staged)


def _change(rows: list[Row], kept: Sequence[Row], added: Sequence[Row]) -> JobResult:
    found = JobResult(state="done", inserted=len(added), deleted=len(rows) - len(kept))
    rows[:] = [*kept, *added]
    return found


def _values(row: Row, columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[column] for column in columns)


def _conflicts(statement: InsertUnique, rows: list[Row], staged: list[Row]) -> bool:
    return any(
        None not in _values(row, key) and _values(row, key) in {_values(r, key) for r in rows}
        for key in statement.keys
        for row in staged
    )


def _is_older(row: Row, load: Staged) -> bool:
    return bool((row[INGESTED_AT], row[UPLOAD_ID]) < (load.ingested_at, load.upload))


def _replace_by(statement: ReplaceBy, rows: list[Row], staged: list[Row]) -> JobResult:
    load, columns = statement.staged, statement.columns
    ours = {_values(row, columns) for row in staged}
    others = [r for r in rows if r[UPLOAD_ID] != load.upload and _values(r, columns) in ours]
    older = [row for row in others if _is_older(row, load)]
    newer = {_values(row, columns) for row in others if not _is_older(row, load)}
    kept = [row for row in rows if row not in older]
    return _change(rows, kept, [r for r in staged if _values(r, columns) not in newer])


def _merge(statement: Merge, rows: list[Row], staged: list[Row]) -> JobResult:
    def rank(row: Row) -> tuple[Any, ...]:
        latest = row[statement.latest_by] if statement.latest_by else None
        return latest is not None, latest or 0, row[INGESTED_AT], row[UPLOAD_ID], row[LINE]

    places = {_values(row, statement.key): place for place, row in enumerate(rows)}
    inserted = updated = 0
    for row in staged:
        place = places.get(_values(row, statement.key))
        if place is None:
            places[_values(row, statement.key)] = len(rows)
            rows.append(row)
            inserted += 1
        elif rank(row) > rank(rows[place]):
            rows[place] = row
            updated += 1
    return JobResult(state="done", inserted=inserted, updated=updated)
