"""What the statements of effects do (`csvgate.effects.model`), on rows in memory."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from csvgate.contracts.checks.column_names import INGESTED_AT, LINE, UPLOAD_ID
from csvgate.effects.model import (
    Conflict,
    Delete,
    Effect,
    Insert,
    InsertUnique,
    Merge,
    Range,
    Replace,
    ReplaceBy,
    ReplaceTable,
    Staged,
)
from csvgate.ports import PartitionBounds
from fakes.write_streams import Table

Row = dict[str, Any]
Condition = Callable[[Row], bool]
Tables = Mapping[str, Table]

REMOVED_AT = "_csvgate_removed_at"
"""When a tombstone was written."""
_EQUALITY = re.compile(r"\s*(\w+)\s*=\s*'([^']*)'\s*")


@dataclass(frozen=True, slots=True)
class Counts:
    inserted: int = 0
    updated: int = 0
    deleted: int = 0


class NoTable(Exception):
    """A table that the statement reads or changes does not exist, or lacks staged rows."""


def run(
    effect: Effect, tables: Tables, now: datetime, conditions: Mapping[str, Condition]
) -> Counts:
    """Change the rows of the target at once. Raises NoTable, and changes nothing then."""
    statement = effect.statement
    target = _table(effect, tables, effect.target.table)
    if isinstance(statement, Delete):
        gone = [
            row
            for row in target.rows
            if row[UPLOAD_ID] == statement.upload and within(statement.range, row)
        ]
        return _swap(target, gone, [])
    new = _staged(effect, tables, statement.staged)
    match statement:
        case Insert():
            return _swap(target, [], new)
        case InsertUnique():
            return _swap(target, [], [] if conflicts(effect, tables, 1) else new)
        case Replace():
            gone = [
                row
                for row in target.rows
                if row[UPLOAD_ID] in statement.uploads and within(statement.range, row)
            ]
            return _swap(target, gone, new)
        case ReplaceTable():
            return _swap(target, target.rows, new)
        case ReplaceBy():
            return _replace_by(statement, target, new)
        case Merge():
            buried = _table(effect, tables, statement.tombstones) if statement.tombstones else None
            return _merge(statement, target, new, buried, now, conditions)


def conflicts(effect: Effect, tables: Tables, most: int) -> list[Conflict]:
    """Return what `Warehouse.conflicts` returns. Raises NoTable."""
    statement = effect.statement
    assert isinstance(statement, InsertUnique), statement.kind
    target = _table(effect, tables, effect.target.table)
    found = []
    for number, key in enumerate(statement.keys):
        places: dict[tuple[Any, ...], tuple[str, int]] = {}
        for row in _pruned(target.rows, statement.staged.range, key):
            place = (row[UPLOAD_ID], row[LINE])
            values = _key(row, key)
            places[values] = min(places.get(values, place), place)
        for row in _staged(effect, tables, statement.staged):
            values = _key(row, key)
            if None not in values and values in places:
                upload, there = places[values]
                conflict = Conflict(line=row[LINE], columns=key, upload=upload, there=there)
                found.append((row[LINE], number, conflict))
    return [conflict for _, _, conflict in sorted(found, key=lambda each: each[:2])[:most]]


def within(bounds: Range | PartitionBounds | None, row: Row) -> bool:
    """Return whether the row is in a partition that a statement with these bounds reads."""
    value = None if bounds is None else row.get(bounds.column)
    if bounds is None or value is None:
        return True  # a row without a value is in the partition for NULL
    read = type(value).fromisoformat if isinstance(value, date) else type(value)
    return bool(read(bounds.low) <= value <= read(bounds.high))


def _replace_by(statement: ReplaceBy, target: Table, new: list[Row]) -> Counts:
    staged, columns = statement.staged, statement.columns
    load = (staged.ingested_at, staged.upload)
    values = {_key(row, columns) for row in new}
    same = [
        row
        for row in _pruned(target.rows, staged.range, columns)
        if row[UPLOAD_ID] != staged.upload and _key(row, columns) in values
    ]
    newer = {_key(row, columns) for row in same if _load(row) > load}
    gone = [row for row in same if _load(row) < load]
    return _swap(target, gone, [row for row in new if _key(row, columns) not in newer])


def _merge(
    statement: Merge,
    target: Table,
    new: list[Row],
    buried: Table | None,
    now: datetime,
    conditions: Mapping[str, Condition],
) -> Counts:
    key, latest = statement.key, statement.latest_by
    deletes = _condition(statement.delete_when, conditions)
    tombs = _tombstones(statement, buried, now)
    there: dict[tuple[Any, ...], list[Row]] = {}
    for row in _pruned(target.rows, statement.staged.range, key):
        there.setdefault(_key(row, key), []).append(row)
    newest: dict[tuple[Any, ...], Row] = {}
    for row in sorted(new, key=lambda row: (_rank(row, latest), row[LINE])):
        newest[_key(row, key)] = row
    inserted, gone, updated = [], [], 0
    for values, row in newest.items():
        age = _age(row, latest)
        if values in tombs and age <= tombs[values]:
            continue
        for old in there.get(values, ()):
            if age <= _age(old, latest):
                continue
            if deletes(row):
                gone.append(old)
            else:
                old.update(row)
                updated += 1
        if values not in there and not deletes(row):
            inserted.append(row)
        if buried is not None and deletes(row):
            buried.rows[:] = [each for each in buried.rows if _key(each, key) != values]
            kept = (*key, *([latest] if latest else []), UPLOAD_ID, INGESTED_AT)
            buried.rows.append({**{name: row[name] for name in kept}, REMOVED_AT: now})
    changed = _swap(target, gone, inserted)
    return Counts(changed.inserted, updated, changed.deleted)


def _tombstones(
    statement: Merge, buried: Table | None, now: datetime
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return the age of the newest removal of each key that is still remembered."""
    if buried is None:
        return {}
    assert statement.lateness_days is not None
    since = now - timedelta(days=statement.lateness_days)
    return {
        _key(row, statement.key): _age(row, statement.latest_by)
        for row in buried.rows
        if row[REMOVED_AT] > since
    }


def _condition(text: str | None, conditions: Mapping[str, Condition]) -> Condition:
    """Return a condition of a contract as a function: one given by the test, or the equality of a
    column and a string."""
    if text is None:
        return lambda _: False
    if text in conditions:
        return conditions[text]
    equality = _EQUALITY.fullmatch(text)
    assert equality, f"the test must give a function for {text!r} in `conditions`"
    name, value = equality.groups()
    return lambda row: bool(row[name] == value)


def _rank(row: Row, latest_by: str | None) -> tuple[Any, ...]:
    """A missing value is the least."""
    value = row[latest_by] if latest_by else None
    return (0,) if value is None else (1, value)


def _age(row: Row, latest_by: str | None) -> tuple[Any, ...]:
    return (_rank(row, latest_by), *_load(row))


def _load(row: Row) -> tuple[datetime, str]:
    return row[INGESTED_AT], row[UPLOAD_ID]


def _key(row: Row, columns: Iterable[str]) -> tuple[Any, ...]:
    return tuple(row.get(column) for column in columns)


def _pruned(rows: Iterable[Row], range_: Range | None, columns: tuple[str, ...]) -> list[Row]:
    """Return the rows in the partitions of the staged rows, if rows with the same values in these
    columns are certainly there."""
    if range_ is None or range_.column not in columns:
        return list(rows)
    return [row for row in rows if within(range_, row)]


def _swap(target: Table, gone: Iterable[Row], new: Iterable[Row]) -> Counts:
    leaving, coming = {id(row) for row in gone}, list(new)
    target.rows[:] = [row for row in target.rows if id(row) not in leaving] + coming
    return Counts(inserted=len(coming), deleted=len(leaving))


def _table(effect: Effect, tables: Tables, name: str) -> Table:
    try:
        return tables[f"{effect.target.dataset}.{name}"]
    except KeyError:
        raise NoTable(name) from None


def _staged(effect: Effect, tables: Tables, staged: Staged) -> list[Row]:
    """Return copies of the staged rows; a load without rows needs no staging table."""
    if not staged.rows:
        return []
    rows = _table(effect, tables, staged.table).rows
    if len(rows) != staged.rows:
        raise NoTable(f"{staged.table} with all of its rows")
    return [{column: row.get(column) for column in staged.columns} for row in rows]
