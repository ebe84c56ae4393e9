"""A statement on a table of 100 partitions reads only those that it can change.

BigQuery leaves out partitions by constants in the conditions of a statement, so the conditions are
taken from the statement and asked for each of the 100 days, and for rows without a day.
"""

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from csvgate.effects.model import Delete, InsertUnique, Merge, Range, Replace, ReplaceBy, Statement
from csvgate.effects.sql.query import TARGET
from csvgate.effects.sql.statements import conflicts_of, statement_of
from unit.effects.statements import PROJECT, effect, staged, statements

DAYS = [date(2026, 8, 14) + timedelta(days=number) for number in range(100)]
LAST = DAYS[98:]
"""The days of the staged rows: 2026-11-20 and 2026-11-21."""


def limits(text: str) -> list[Any]:
    """Return each condition of the statement about the day of the table that is changed."""
    [statement] = sqlglot.parse(text, read="bigquery")
    assert statement is not None
    return [
        between.find_ancestor(exp.Paren)
        for between in statement.find_all(exp.Between)
        if between.this.table == TARGET and between.this.name == "day"
    ]


def reads(text: str) -> int:
    """Return how often the statement reads the table that is changed."""
    [statement] = sqlglot.parse(text, read="bigquery")
    assert statement is not None
    return sum(
        table.name == "customers" and table.alias == TARGET
        for table in statement.find_all(exp.Table)
    )


def partitions(condition: Any) -> list[date | None]:
    """Return the partitions in which rows meet the condition."""
    days = ", ".join(f"(DATE '{day}')" for day in DAYS)
    table = f"(SELECT unnest AS day FROM unnest([{days}, NULL])) AS {TARGET}"
    query = f"SELECT day FROM {table} WHERE {condition.sql('duckdb')} ORDER BY day NULLS LAST"
    found = duckdb.sql(query)
    assert found is not None
    return [day for (day,) in found.fetchall()]


ROWS = staged()
PRUNED: dict[str, Statement] = {
    "replace": Replace(staged=ROWS, uploads=("u0",), range=ROWS.range),
    "replace without rows": Replace(staged=staged(rows=0), uploads=("u0",), range=ROWS.range),
    "delete": Delete(upload="u0", range=ROWS.range),
    "replace_by": ReplaceBy(staged=ROWS, columns=("customer", "day")),
    "merge": Merge(staged=ROWS, key=("DAY", "customer"), latest_by=None),
    "insert_unique": InsertUnique(staged=ROWS, keys=(("customer", "day"), ("day", "changed"))),
}


@pytest.mark.parametrize("kind", PRUNED)
def test_every_read_is_limited_to_the_affected_partitions(kind: str) -> None:
    text = statement_of(effect(PRUNED[kind]), PROJECT).text
    found = limits(text)
    assert len(found) == reads(text) > 0
    for condition in found:
        assert partitions(condition) == [*LAST, None]


def test_the_query_for_conflicts_is_limited_too() -> None:
    unique = PRUNED["insert_unique"]
    assert isinstance(unique, InsertUnique)
    text = conflicts_of(effect(unique), unique, PROJECT, 20).text
    assert len(limits(text)) == reads(text) == 2


def test_the_first_upload_of_a_name_does_not_read_the_table() -> None:
    """BigQuery charges a MERGE that can delete for the whole table, and nothing can be removed."""
    query = statement_of(effect(Replace(staged=ROWS, uploads=(), range=None)), PROJECT)
    [statement] = sqlglot.parse(query.text, read="bigquery")
    assert isinstance(statement, exp.Insert)
    assert query.parameters == ()


UNLIMITED: dict[str, Statement] = {
    "a row with the key may be in any partition": Merge(
        staged=ROWS, key=("customer",), latest_by=None
    ),
    "rows of that branch may be in any partition": ReplaceBy(staged=ROWS, columns=("customer",)),
    "the value must be nowhere": InsertUnique(staged=ROWS, keys=(("customer",),)),
    "all rows leave": statements(ROWS)["replace_table"],
    "the range is unknown": Replace(staged=ROWS, uploads=("u0",), range=None),
    "not partitioned": Merge(staged=staged(range_=None), key=("day",), latest_by=None),
}


@pytest.mark.parametrize("why", UNLIMITED)
def test_what_can_be_anywhere_is_looked_for_everywhere(why: str) -> None:
    assert limits(statement_of(effect(UNLIMITED[why]), PROJECT).text) == []


@pytest.mark.parametrize(
    ("type_", "low", "high"),
    [
        ("TIMESTAMP", "2026-11-20 08:00:00.5+00", "2026-11-21 08:00:00+00"),
        ("DATETIME", "2026-11-20 08:00:00", "2026-11-21 08:00:00"),
        ("INT64", "-5", "1000"),
    ],
)
def test_the_limits_are_constants_of_the_columns_type(type_: str, low: str, high: str) -> None:
    range_ = Range(column="day", type=type_, low=low, high=high)
    text = statement_of(effect(Delete(upload="u1", range=range_)), PROJECT).text
    first, last = (low, high) if type_ == "INT64" else (f"{type_} '{low}'", f"{type_} '{high}'")
    assert f"`day` BETWEEN {first} AND {last} OR" in text
    assert len(limits(text)) == 1
