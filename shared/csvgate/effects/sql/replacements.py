"""The statements that remove rows, and add the staged ones at the same moment.

A MERGE whose condition is FALSE is BigQuery's documented way to do both in one statement: it joins
nothing, and reads only the partitions that the conditions of its clauses leave.
"""

from typing import Final

from csvgate.contracts.checks.column_names import UPLOAD_ID
from csvgate.effects.model import Delete, Insert, Replace, ReplaceBy, ReplaceTable, Staged
from csvgate.effects.sql.inserts import in_key, insert
from csvgate.effects.sql.query import NOTHING, SOURCE, TARGET, Parameter, Query
from csvgate.effects.sql.quoting import all_of, column, comparable, in_range, name
from csvgate.effects.sql.tables import (
    Names,
    inserted,
    line,
    load_parameters,
    of_other_uploads,
)

_NEWER: Final = "_csvgate_n"


def replace(names: Names, statement: Replace) -> Query:
    removed = [
        f"{column(TARGET, UPLOAD_ID)} IN UNNEST(@uploads)",
        *in_range(TARGET, statement.range),
    ]
    parameters = (Parameter("uploads", "STRING", statement.uploads),)
    if not statement.staged.rows:
        if not statement.uploads:
            return NOTHING
        return Query(f"DELETE FROM {names.target()}\nWHERE {all_of(removed)}", parameters)
    if not statement.uploads:
        # A MERGE that can delete is charged for the whole table, also if it deletes nothing.
        return insert(names, Insert(staged=statement.staged))
    return Query(_exchange(names, statement.staged, all_of(removed)), parameters)


def replace_table(names: Names, statement: ReplaceTable) -> Query:
    if not statement.staged.rows:
        return Query(f"DELETE FROM {names.target()}\nWHERE TRUE")
    return Query(_exchange(names, statement.staged, "TRUE"))


def delete(names: Names, statement: Delete) -> Query:
    removed = [f"{column(TARGET, UPLOAD_ID)} = @upload", *in_range(TARGET, statement.range)]
    return Query(
        f"DELETE FROM {names.target()}\nWHERE {all_of(removed)}",
        (Parameter("upload", "STRING", statement.upload),),
    )


def replace_by(names: Names, statement: ReplaceBy) -> Query:
    """The source has two kinds of rows: those to be inserted, whose keys are NULL, so that they
    match no row of the table; and one row for each combination of values, with keys, which matches
    the rows to be removed. MERGE allows no correlated subqueries in its clauses."""
    staged, columns = statement.staged, statement.columns
    if not staged.rows:
        return NOTHING
    nearby = in_range(TARGET, in_key(staged.range, columns))
    numbered = [(_key(number), each) for number, each in enumerate(columns)]
    in_target = ", ".join(f"{comparable(TARGET, each)} AS {key}" for key, each in numbered)
    newer = (
        f"SELECT DISTINCT {in_target} FROM {names.target()}"
        f" WHERE {all_of([*of_other_uploads('>'), *nearby])}"
    )
    same = all_of(f"{_NEWER}.{key} = {comparable(SOURCE, each)}" for key, each in numbered)
    no_keys = ", ".join(f"CAST(NULL AS STRING) AS {key}" for key, _ in numbered)
    keys = ", ".join(comparable(SOURCE, each) for each in columns)
    matches = [f"{comparable(TARGET, each)} = {SOURCE}.{key}" for key, each in numbered]
    return Query(
        f"MERGE {names.target()} USING (\n"
        f"  SELECT {SOURCE}.*, {no_keys} FROM {names.all_staged(staged)}\n"
        f"  LEFT JOIN ({newer}) AS {_NEWER} ON {same}\n"
        f"  WHERE {_NEWER}.{_key(0)} IS NULL\n"
        f"  UNION ALL\n"
        f"  SELECT {SOURCE}.*, {keys} FROM {names.staging(staged)} WHERE TRUE\n"
        f"  QUALIFY ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY {line(SOURCE)}) = 1\n"
        f") AS {SOURCE} ON {all_of([*matches, *nearby])}\n"
        f"WHEN MATCHED AND {all_of(of_other_uploads('<'))} THEN DELETE\n"
        f"WHEN NOT MATCHED BY TARGET AND {SOURCE}.{_key(0)} IS NULL"
        f" THEN {inserted(staged.columns)}",
        load_parameters(staged),
    )


def _exchange(names: Names, staged: Staged, removed: str) -> str:
    return (
        f"MERGE {names.target()} USING {names.all_staged(staged)} ON FALSE\n"
        f"WHEN NOT MATCHED BY SOURCE AND {removed} THEN DELETE\n"
        f"WHEN NOT MATCHED BY TARGET THEN {inserted(staged.columns)}"
    )


def _key(number: int) -> str:
    return name(f"_csvgate_key{number}")
