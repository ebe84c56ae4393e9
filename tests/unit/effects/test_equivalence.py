"""The statements do what the fake does, on random rows and in any order of arrival.

DuckDB runs the statements, translated from BigQuery's dialect. The fake is what the tests of the
protocol rely on.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.effects.model import (
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
    Statement,
)
from csvgate.effects.sql.query import Query
from csvgate.effects.sql.statements import conflicts_of, statement_of
from csvgate.ports import Column
from fakes.statements import NoTable, conflicts, run
from fakes.write_streams import Table
from unit.effects.statements import MORNING, PROJECT, effect

COLUMNS = {
    "customer": "VARCHAR",
    "day": "DATE",
    "changed": "BIGINT",
    "state": "VARCHAR",
    "_upload_id": "VARCHAR",
    "_line": "BIGINT",
    "_ingested_at": "TIMESTAMPTZ",
}
TOMBSTONES = "csvgate_tombstones_customers"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
Rows = list[tuple[Any, ...]]


class Both:
    """The same tables in DuckDB and in memory."""

    def __init__(self) -> None:
        self.sql = duckdb.connect()
        self.sql.execute(f'ATTACH \':memory:\' AS "{PROJECT}"; CREATE SCHEMA "{PROJECT}".crm')
        self.sql.execute("SET TimeZone = 'UTC'")
        self.fake: dict[str, Table] = {}
        self.create("customers", [*COLUMNS])
        kept = ["customer", "changed", "_upload_id", "_ingested_at"]
        self.create(TOMBSTONES, kept, removed=True)

    def create(self, table: str, columns: list[str], *, removed: bool = False) -> None:
        types = [f'"{name}" {COLUMNS[name]}' for name in columns]
        types += ['"_csvgate_removed_at" TIMESTAMPTZ'] if removed else []
        self.sql.execute(f'CREATE TABLE "{PROJECT}".crm."{table}" ({", ".join(types)})')
        self.fake[f"crm.{table}"] = Table(tuple(Column(name, "STRING") for name in columns))

    def stage(self, number: int, rows: Rows, upload: str, hour: int) -> Staged:
        name, at = f"staging_{number}", MORNING + timedelta(hours=hour)
        whole = [(*row, upload, line, at) for line, row in enumerate(rows, 2)]
        if rows:
            self.create(name, [*COLUMNS])
            marks = ", ".join("?" * len(COLUMNS))
            self.sql.executemany(f'INSERT INTO "{PROJECT}".crm."{name}" VALUES ({marks})', whole)
            staged = [dict(zip(COLUMNS, row, strict=True)) for row in whole]
            self.fake[f"crm.{name}"].rows.extend(staged)
        days = sorted(row[1] for row in rows if row[1] is not None)
        range_ = None
        if days:
            range_ = Range(column="day", type="DATE", low=str(days[0]), high=str(days[-1]))
        return Staged(
            table=name,
            columns=tuple(COLUMNS),
            rows=len(rows),
            upload=upload,
            ingested_at=at,
            range=range_,
        )

    def run(self, changed: Effect) -> None:
        run(changed, self.fake, NOW, {})
        self.execute(statement_of(changed, PROJECT))

    def execute(self, query: Query) -> Rows:
        values = {each.name: each.value for each in query.parameters}
        for statement in sqlglot.parse(query.text, read="bigquery"):
            assert statement is not None
            text = statement.sql("duckdb")
            used = {name: value for name, value in values.items() if f"${name}" in text}
            found = self.sql.execute(text, used)
        return found.fetchall()

    def assert_equal(self) -> None:
        for table in ("customers", TOMBSTONES):
            names = [column.name for column in self.fake[f"crm.{table}"].columns]
            listed = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in names)
            found = self.sql.execute(f'SELECT {listed} FROM "{PROJECT}".crm."{table}"').fetchall()
            rows = self.fake[f"crm.{table}"].rows
            there = [tuple(_text(row.get(name)) for name in names) for row in rows]
            assert sorted(found, key=repr) == sorted(there, key=repr), table

    def visible(self) -> Rows:
        return sorted((tuple(row.values()) for row in self.fake["crm.customers"].rows), key=repr)


def _text(value: Any) -> str | None:
    """Return a value as DuckDB writes it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S+00}"
    return None if value is None else str(value)


CUSTOMERS = st.sampled_from(["anna", "ben", "null", ""])
DAYS = st.sampled_from([None, date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)])
NUMBERS = st.sampled_from([None, 1, 2, 3])
STATES = st.sampled_from(["new", "deleted", None])
ROW = st.tuples(CUSTOMERS | st.none(), DAYS, NUMBERS, STATES)
KEYED = st.tuples(CUSTOMERS, st.just(date(2026, 11, 20)), NUMBERS, STATES)
UPLOADS = st.sampled_from(["u1", "u2", "u3", "u4"])
LOADS = st.lists(
    st.tuples(st.lists(ROW, max_size=5), UPLOADS, st.integers(0, 3)), min_size=1, max_size=5
)


def any_statement(draw: st.DrawFn, staged: Staged) -> Statement:
    keys = st.lists(st.sampled_from(["customer", "day", "state"]), min_size=1, unique=True)
    kinds: dict[str, Any] = {
        "insert": lambda: Insert(staged=staged),
        "unique": lambda: InsertUnique(
            staged=staged, keys=tuple(map(tuple, draw(st.lists(keys, min_size=1, max_size=2))))
        ),
        "replace": lambda: Replace(
            staged=staged,
            uploads=tuple(draw(st.sets(UPLOADS))),
            range=draw(st.sampled_from([None, staged.range])),
        ),
        "replace_by": lambda: ReplaceBy(staged=staged, columns=tuple(draw(keys))),
        "replace_table": lambda: ReplaceTable(staged=staged),
        "delete": lambda: Delete(
            upload=draw(UPLOADS), range=draw(st.sampled_from([None, staged.range]))
        ),
    }
    made: Statement = kinds[draw(st.sampled_from([*kinds]))]()
    return made


@settings(max_examples=30, deadline=None)
@given(st.data(), LOADS)
def test_any_sequence_of_statements(
    data: st.DataObject, loads: list[tuple[Rows, str, int]]
) -> None:
    both = Both()
    for number, (rows, upload, hour) in enumerate(loads):
        staged = both.stage(number, rows, upload, hour)
        statement = data.draw(st.composite(any_statement)(staged))
        changed = effect(statement)
        if isinstance(statement, InsertUnique) and rows:
            found = both.execute(conflicts_of(changed, statement, PROJECT, 3))
            expected = conflicts(changed, both.fake, 3)
            assert found == [
                (each.line, statement.keys.index(each.columns), each.upload, each.there)
                for each in expected
            ]
        both.run(changed)
        both.assert_equal()


EMPTIED: dict[str, Callable[[Staged], Statement]] = {
    "insert": lambda staged: Insert(staged=staged),
    "unique": lambda staged: InsertUnique(staged=staged, keys=(("customer",),)),
    "replace": lambda staged: Replace(staged=staged, uploads=("u1",), range=None),
    "replace nothing": lambda staged: Replace(staged=staged, uploads=(), range=None),
    "replace_by": lambda staged: ReplaceBy(staged=staged, columns=("customer",)),
    "replace_table": lambda staged: ReplaceTable(staged=staged),
    "merge": lambda staged: Merge(staged=staged, key=("customer",), latest_by="changed"),
    "merge with tombstones": lambda staged: Merge(
        staged=staged,
        key=("customer",),
        latest_by="changed",
        delete_when="state = 'deleted'",
        tombstones=TOMBSTONES,
        lateness_days=30,
    ),
}


@pytest.mark.parametrize("left", [0, 1])
@pytest.mark.parametrize("kind", EMPTIED)
def test_a_staging_table_that_lacks_rows_changes_nothing(kind: str, left: int) -> None:
    """It has expired, and a delivery that was paused for days has created it again."""
    both = Both()
    day = date(2026, 11, 20)
    both.run(effect(Insert(staged=both.stage(1, [("anna", day, 1, "new")], "u1", 0))))
    staged = both.stage(2, [("anna", day, 2, "new"), ("ben", day, 2, "new")], "u2", 1)
    both.sql.execute(f'DELETE FROM "{PROJECT}".crm.staging_2 WHERE _line > {left + 1}')
    del both.fake["crm.staging_2"].rows[left:]
    changed = effect(EMPTIED[kind](staged))
    with pytest.raises(NoTable):
        run(changed, both.fake, NOW, {})
    with pytest.raises(duckdb.InvalidInputException, match="staged rows are missing"):
        both.execute(statement_of(changed, PROJECT))
    if "tombstones" in kind:
        both.sql.execute("ROLLBACK")
    both.assert_equal()
    assert both.visible() == [("anna", day, 1, "new", "u1", 2, MORNING)]


MERGED = st.lists(st.lists(KEYED, max_size=4, unique_by=lambda row: row[0]), min_size=1, max_size=4)


def merges(
    both: Both, files: list[Rows], latest_by: str | None, *, deletes: bool
) -> Iterator[Effect]:
    for number, rows in enumerate(files):
        staged = both.stage(number, rows, f"u{number}", number // 2)
        yield effect(
            Merge(
                staged=staged,
                key=("customer",),
                latest_by=latest_by,
                delete_when="state = 'deleted'" if deletes else None,
                tombstones=TOMBSTONES if deletes else None,
                lateness_days=30 if deletes else None,
            )
        )


@pytest.mark.parametrize("latest_by", [None, "changed"])
@pytest.mark.parametrize("deletes", [False, True])
@settings(max_examples=15, deadline=None)
@given(st.data(), MERGED)
def test_merges_in_any_order_have_one_result(
    latest_by: str | None, deletes: bool, data: st.DataObject, files: list[Rows]
) -> None:
    """The order in which files arrive, and repetitions, change nothing."""
    if latest_by:
        extra = data.draw(st.lists(KEYED, max_size=3))
        files = [[*file, *extra] for file in files]
    in_order, mixed = Both(), Both()
    for changed in merges(in_order, files, latest_by, deletes=deletes):
        in_order.run(changed)
        in_order.assert_equal()
    effects = list(merges(mixed, files, latest_by, deletes=deletes))
    for changed in data.draw(st.permutations([*effects, effects[0]])):
        mixed.run(changed)
        mixed.assert_equal()
    assert mixed.visible() == in_order.visible()
