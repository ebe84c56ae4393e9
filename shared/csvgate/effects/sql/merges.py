"""The statement that updates rows by key, with the tombstones of removed rows."""

from typing import Final

from csvgate.contracts.checks.column_names import INGESTED_AT, UPLOAD_ID
from csvgate.effects.model import Merge
from csvgate.effects.sql.inserts import in_key
from csvgate.effects.sql.query import NOTHING, SOURCE, TARGET, Query
from csvgate.effects.sql.quoting import all_of, any_of, column, in_range, name
from csvgate.effects.sql.tables import Names, equal, inserted, line, listed

REMOVED_AT: Final = "_csvgate_removed_at"
"""The column of a table of tombstones with the time at which the row was removed. The table is
partitioned by it, and its partitions expire."""
_DELETES: Final = name("_csvgate_deletes")
_TOMB: Final = "_csvgate_k"


def merge(names: Names, statement: Merge) -> Query:
    if not statement.staged.rows:
        return NOTHING
    if statement.tombstones is None:
        return Query(_merge(names, statement))
    # Both tables change together, or none does: a script that fails is rolled back.
    return Query(
        "BEGIN TRANSACTION;\n"
        f"{_merge(names, statement)};\n"
        f"{_remember(names, statement, statement.tombstones)};\n"
        "COMMIT TRANSACTION;"
    )


def kept_columns(statement: Merge) -> tuple[str, ...]:
    """Return the columns of a table of tombstones that have the values of the removed row."""
    latest = () if statement.latest_by is None else (statement.latest_by,)
    return (*statement.key, *latest, UPLOAD_ID, INGESTED_AT)


def _merge(names: Names, statement: Merge) -> str:
    columns = statement.staged.columns
    matches = [
        equal(statement.key),
        *in_range(TARGET, in_key(statement.staged.range, statement.key)),
    ]
    newer = _newer(statement, TARGET)
    clauses = [f"WHEN MATCHED AND {newer} AND {SOURCE}.{_DELETES} THEN DELETE"]
    if statement.delete_when is None:
        clauses = []
    updates = ", ".join(f"{name(each)} = {column(SOURCE, each)}" for each in columns)
    clauses.append(f"WHEN MATCHED AND {newer} THEN UPDATE SET {updates}")
    only = "" if statement.delete_when is None else f" AND NOT {SOURCE}.{_DELETES}"
    clauses.append(f"WHEN NOT MATCHED BY TARGET{only} THEN {inserted(columns)}")
    return (
        f"MERGE {names.target()} USING (\n{_newest(names, statement)}\n) AS {SOURCE}"
        f" ON {all_of(matches)}\n" + "\n".join(clauses)
    )


def _newest(names: Names, statement: Merge) -> str:
    """Return the query for the staged row of each key that counts: the one with the greatest
    `latest_by`, then the later line. Rows that are not newer than a tombstone are left out."""
    rows, where = f"SELECT {SOURCE}.* FROM {_judged(names, statement)}", "TRUE"
    if statement.tombstones is not None:
        buried = f"{names.table(statement.tombstones)} AS {_TOMB}"
        rows += f"\n  LEFT JOIN {buried} ON {equal(statement.key, _TOMB, SOURCE)}"
        where = any_of([f"{column(_TOMB, UPLOAD_ID)} IS NULL", _newer(statement, _TOMB)])
    order = [f"{line(SOURCE)} DESC"]
    if statement.latest_by is not None:
        order.insert(0, f"{column(SOURCE, statement.latest_by)} DESC NULLS LAST")
    keys = listed(statement.key, SOURCE)
    return (
        f"  {rows}\n  WHERE {where}\n"
        f"  QUALIFY ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY {', '.join(order)}) = 1"
    )


def _judged(names: Names, statement: Merge) -> str:
    """Return the staged rows with the column that says whether the row removes another one. The
    condition is a text of the contract, in which columns have no alias: only those of the staged
    row are in its scope."""
    if statement.delete_when is None:
        return names.all_staged(statement.staged)
    deletes = f"COALESCE(({statement.delete_when}), FALSE) AS {_DELETES}"
    return f"(SELECT *, {deletes} FROM {names.all_staged(statement.staged)}) AS {SOURCE}"


def _remember(names: Names, statement: Merge, tombstones: str) -> str:
    """Return the statement that writes the tombstones of the staged rows that remove others, also
    if the table has no such row yet: an older row may still arrive. They take the place of older
    tombstones with the same key."""
    kept = kept_columns(statement)
    updates = [f"{name(each)} = {column(SOURCE, each)}" for each in kept]
    removed_at = name(REMOVED_AT)
    return (
        f"MERGE {names.table(tombstones)} AS {TARGET} USING (\n"
        f"SELECT * FROM (\n{_newest(names, statement)}\n) WHERE {_DELETES}\n"
        f") AS {SOURCE} ON {equal(statement.key)}\n"
        f"WHEN MATCHED THEN UPDATE SET {', '.join(updates)}, {removed_at} = CURRENT_TIMESTAMP()\n"
        f"WHEN NOT MATCHED BY TARGET THEN INSERT ({listed(kept)}, {removed_at})"
        f" VALUES ({listed(kept, SOURCE)}, CURRENT_TIMESTAMP())"
    )


def _newer(statement: Merge, alias: str) -> str:
    """Return the condition that the staged row is newer than that of another table."""
    at, upload = ((column(SOURCE, each), column(alias, each)) for each in (INGESTED_AT, UPLOAD_ID))
    later = f"({at[0]} > {at[1]} OR ({at[0]} = {at[1]} AND {upload[0]} > {upload[1]}))"
    if statement.latest_by is None:
        return later
    ours, theirs = column(SOURCE, statement.latest_by), column(alias, statement.latest_by)
    same = f"({ours} = {theirs} OR ({ours} IS NULL AND {theirs} IS NULL))"
    return any_of(
        [
            f"{ours} > {theirs}",
            f"({ours} IS NOT NULL AND {theirs} IS NULL)",
            f"({same} AND {later})",
        ]
    )
