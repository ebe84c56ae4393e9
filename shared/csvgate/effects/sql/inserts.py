"""The statements that only add rows, and the query for the rows whose keys are taken."""

from collections.abc import Sequence

from csvgate.contracts.checks.column_names import UPLOAD_ID
from csvgate.effects.model import Insert, InsertUnique, Range
from csvgate.effects.sql.query import NOTHING, SOURCE, TARGET, Query
from csvgate.effects.sql.quoting import all_of, column, in_range
from csvgate.effects.sql.tables import Names, equal, line, listed


def insert(names: Names, statement: Insert) -> Query:
    staged = statement.staged
    return Query(_insert(names, statement)) if staged.rows else NOTHING


def insert_unique(names: Names, statement: InsertUnique) -> Query:
    """All rows, or none if one of them has a key that the table has. It is one statement, so that
    no row can appear between the comparison and the insertion."""
    if not statement.staged.rows:
        return NOTHING
    taken = [
        f"NOT EXISTS (SELECT 1 FROM {_taken(names, statement, key)})" for key in statement.keys
    ]
    return Query(f"{_insert(names, statement)}\nWHERE {' AND '.join(taken)}")


def conflicts(names: Names, statement: InsertUnique, most: int) -> Query:
    """Columns: line, key (its index in the statement), upload, there. One row for each staged row
    and key: with the row of the table that has the least upload and line."""
    upload, there = column(TARGET, UPLOAD_ID), line(TARGET)
    found = [
        f"SELECT {line(SOURCE)} AS line, {number} AS key, {upload} AS upload, {there} AS there"
        f" FROM {_taken(names, statement, key)} WHERE TRUE"
        f" QUALIFY ROW_NUMBER() OVER (PARTITION BY {line(SOURCE)} ORDER BY {upload}, {there}) = 1"
        for number, key in enumerate(statement.keys)
    ]
    return Query("\nUNION ALL ".join(found) + f"\nORDER BY line, key LIMIT {most:d}")


def in_key(range_: Range | None, columns: Sequence[str]) -> Range | None:
    """Return where rows of the table with the same values in these columns as the staged ones can
    be; None if they can be anywhere."""
    if range_ is None or range_.column.lower() not in map(str.lower, columns):
        return None
    return range_


def _insert(names: Names, statement: Insert | InsertUnique) -> str:
    columns = statement.staged.columns
    return (
        f"INSERT INTO {names.table(names.effect.target.table)} ({listed(columns)})\n"
        f"SELECT {listed(columns, SOURCE)} FROM {names.all_staged(statement.staged)}"
    )


def _taken(names: Names, statement: InsertUnique, key: Sequence[str]) -> str:
    """Return the join of staged rows with rows of the table that have the same key."""
    where = [equal(key), *in_range(TARGET, in_key(statement.staged.range, key))]
    return f"{names.staging(statement.staged)} JOIN {names.target()} ON {all_of(where)}"
