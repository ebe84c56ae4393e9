"""One harmless expression over a row, or a refusal that says why, before any row is seen."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from csvgate.enrichment.rows.steps import plan_steps
from csvgate.enrichment.sql.allowed_functions import FUNCTIONS, OPERATORS
from csvgate.enrichment.sql.process.duckdb_process import shared
from csvgate.enrichment.sql.process.engine import Budget
from csvgate.enrichment.sql.process.engine_errors import SqlError
from unit.enrichment.enrich_examples import contract, derive

FIELDS = {"n": "INT64", "s": "STRING", "a": "NUMERIC(12, 2)", "b": "BIGNUMERIC", "d": "DATE"}


def refusals(sql: str, bigquery: str = "STRING") -> list[tuple[object, str]]:
    return list(plan_steps(contract(FIELDS, [derive(sql, bigquery)]), {}).complaints)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("(SELECT max(n) FROM chunk)", "a subquery"),
        ("EXISTS (SELECT 1)", "a subquery"),
        ("n IN (SELECT 1)", "a subquery"),
        ("(SELECT content FROM read_text('/etc/passwd'))", "a subquery"),
        ("(FROM read_csv('/etc/passwd'))", "a subquery"),
        ("read_text('/etc/passwd')", "calls read_text"),
        ("1) FROM read_csv('/etc/passwd') AS x(y) WHERE (true", "more than one expression"),
        ("1); COPY (SELECT 1) TO '/tmp/x'; SELECT (1", "cannot be read as SQL: Only SELECT"),
        ("1); SELECT (2", "more than one expression"),
        ("1) UNION ALL SELECT (2", "more than one expression"),
        ("1), (2", "more than one expression"),
        ("1) LIMIT (1", "more than one expression"),
        ("1) WHERE (1 = 1", "more than one expression"),
        ("1) ORDER BY (1", "more than one expression"),
        ("1 --", "gives INTEGER, not STRING"),
        ("1 /*", "cannot be read as SQL"),
        ("1) AS v --", "cannot be read as SQL"),
        ("", "calls row"),
        (";", "cannot be read as SQL"),
        ("DROP TABLE chunk", "cannot be read as SQL"),
        ("sum(n)", "calls sum"),
        ("count(*)", "calls count"),
        ("string_agg(s, ',')", "calls string_agg"),
        ("row_number() OVER ()", "a window function"),
        ("sum(n) OVER ()", "a window function"),
        ("upper(DISTINCT s)", "as an aggregate"),
        ("upper(s) FILTER (WHERE true)", "as an aggregate"),
        ("unnest([1, 2])", "calls unnest"),
        ("random()", "calls random"),
        ("uuid()", "calls uuid"),
        ("gen_random_uuid()", "calls gen_random_uuid"),
        ("now()", "calls now"),
        ("today()", "calls today"),
        ("current_timestamp", "differs from one run to the next"),
        ("CURRENT_DATE", "differs from one run to the next"),
        ("age(d)", "calls age"),
        ("main.random()", "calls random"),
        ("system.main.upper(s)", "calls upper"),
        ("current_setting('threads')", "calls current_setting"),
        ("getvariable('x')", "calls getvariable"),
        ("nextval('x')", "calls nextval"),
        ("error('x')", "calls error"),
        ("sleep_ms(1000000)", "calls sleep_ms"),
        ("list_aggregate([1], 'sum')", "calls list_aggregate"),
        ("list_transform([1], lambda x: x)", "calls list_transform"),
        ("lambda x: x", "a lambda"),
        ("csvgate_divide(1, 0)", "calls csvgate_divide"),
        ("repeat(s, 1000000000)", "calls repeat"),
        ("rpad(s, 1000000000, 'x')", "a width that is not a literal number up to 1000"),
        ("rpad(s, n, 'x')", "a width that is not a literal number up to 1000"),
        ("?", "a parameter"),
        ("$1", "a parameter"),
        ("#1", "a column by its number"),
        ("*", "*: name the columns"),
        ("COLUMNS('.*')", "*: name the columns"),
        ("DEFAULT", "uses default"),
        ("s COLLATE nocase", "a collation"),
        ("nope", "an unknown column nope; the columns are n, s, a, b, d"),
        ("_line", "an unknown column _line"),
        ("rowid", "an unknown column rowid"),
        ("chunk", "an unknown column chunk"),
        ("chunk.n", "write the column's name alone"),
        ("upper(n)", "refused by DuckDB: No function matches"),
        ("CAST(s AS NUMERIC)", "casts to a NUMERIC without digits"),
        ("CAST(s AS nonsense)", "casts to nonsense, which is not among the types"),
        ("b + 1", "wider than the 38 digits"),
        ("a // 2", "// on decimals"),
        ("a" + " / a" * 9, "divides more than 8 times"),
        ("(" * 1900 + "1" + ")" * 1900, "cannot be read as SQL"),
        ("NOT " * 900 + "true", "nested too deeply"),
        ("1" + " + 1" * 999, "cannot be read as SQL"),
        ("s || '" + "x" * 4000 + "'", "longer than 4,000 characters"),
    ],
)
def test_refused(sql: str, why: str) -> None:
    [(path, message)] = refusals(sql)
    assert path == ("enrich", 0, "derive", "v", "sql")
    assert why in message


@pytest.mark.parametrize(
    ("sql", "bigquery", "why"),
    [
        ("n / 7", "NUMERIC", "gives DOUBLE, floating point and not exact, not NUMERIC"),
        ("a * 1e0", "NUMERIC(12, 2)", "write CAST(… AS DECIMAL(12,2)) if you want that"),
        ("a", "INT64", "gives DECIMAL(12,2), which has a fraction, not INT64"),
        ("n", "STRING", "gives BIGINT, not STRING: write CAST(… AS VARCHAR)"),
        ("s", "INT64", "gives VARCHAR, not INT64"),
        ("n", "BOOL", "gives BIGINT, not BOOL"),
        ("d", "TIMESTAMP", "gives DATE, without a time zone"),
        ("CAST(d AS DATETIME)", "TIMESTAMP", "gives TIMESTAMP, without a time zone"),
        ("d + INTERVAL 1 DAY", "DATE", "gives TIMESTAMP, not DATE"),
        ("[n]", "INT64", "gives BIGINT[], not INT64"),
    ],
)
def test_a_result_of_another_type(sql: str, bigquery: str, why: str) -> None:
    [(_, message)] = refusals(sql, bigquery)
    assert why in message


def test_all_mistakes_at_once() -> None:
    steps: list[dict[str, Any]] = [
        {"lookup": {"reference": "nope", "by": "n", "add": ["x"]}},
        {"derive": {"v": {"sql": "random()", "bigquery": "FLOAT64"}}},
        {"derive": {"S": {"sql": "n", "bigquery": "INT64"}}},
        {"derive": {"y": {"sql": "v + 'x'", "bigquery": "FLOAT64"}}},
        {
            "derive": {
                "z": {"sql": "w", "bigquery": "FLOAT64"},
                "w": {"sql": "v", "bigquery": "FLOAT64"},
            }
        },
    ]
    found = plan_steps(contract(FIELDS, steps), {}).complaints
    assert [path for path, _ in found] == [
        ("enrich", 0, "lookup", "reference"),
        ("enrich", 1, "derive", "v", "sql"),
        ("enrich", 2, "derive", "S"),
        ("enrich", 4, "derive", "z", "sql"),
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{file}')",
        "COPY (SELECT 1) TO '{file}'",
        "ATTACH '{file}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET threads = 8",
        "SELECT * FROM '{file}'",
        "SELECT * FROM table_in_python",
    ],
)
def test_the_database_is_locked_even_without_the_check(sql: str, tmp_path: Path) -> None:
    table_in_python = pa.table({"x": [1]})  # noqa: F841
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    with pytest.raises(SqlError):
        shared().select(sql.format(file=file), pa.table({"x": [1]}), Budget())
    assert file.read_text() == "a\n1\n"


def test_functions_are_of_the_row_alone_by_duckdbs_own_catalogue() -> None:
    sql = "SELECT function_name, function_type, stability FROM duckdb_functions()"
    catalogue: dict[str, set[tuple[str, str | None]]] = {}
    for row in shared().select(sql, pa.table({"x": [1]}), Budget()).to_pylist():
        kinds = catalogue.setdefault(row["function_name"], set())
        kinds.add((row["function_type"], row["stability"]))
    # Macros carry no stability; each of these has been read.
    macros = {"if", "nullif", "split_part", "date_add", "days_in_month"}
    syntax = {"regexp_full_match", "list_slice"}
    for name in FUNCTIONS - macros - syntax:
        assert catalogue.get(name) == {("scalar", "CONSISTENT")}, name
    for name in macros:
        assert {kind for kind, _ in catalogue[name]} == {"macro"}, name
    assert "/" in OPERATORS
