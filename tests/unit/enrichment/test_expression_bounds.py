"""The length of every value in an expression is bounded before a row is seen."""

from datetime import date
from typing import Any

import pytest

from csvgate.enrichment.rows.steps import plan_steps
from csvgate.enrichment.sql.allowed_functions import FUNCTIONS
from csvgate.enrichment.sql.bounds import RULES, bounded
from csvgate.enrichment.sql.expression import compile_expression
from csvgate.enrichment.sql.growth import Size, column_size
from csvgate.enrichment.sql.process.duckdb_process import shared
from csvgate.enrichment.sql.result_types import duckdb_type
from csvgate.types.bigquery import parse
from unit.enrichment.enrich_examples import contract, derive, derived

FIELDS = {
    "s": "STRING",
    "t": "STRING",
    "c": "STRING(20)",
    "w": "STRING(2000)",
    "n": "INT64",
    "d": "DATE",
    "j": "JSON",
    "b": "BYTES",
}
TIMES = "times as long as s, over 64"
PRODUCT = "grows with the product of the lengths"


def refusals(sql: str, bigquery: str = "STRING") -> list[str]:
    steps = plan_steps(contract(FIELDS, [derive(sql, bigquery)]), {})
    return [message for _, message in steps.complaints]


def test_every_allowed_function_has_a_rule() -> None:
    assert RULES == FUNCTIONS


@pytest.mark.parametrize(
    ("sql", "bigquery", "why"),
    [
        ("damerau_levenshtein(s, c)", "INT64", PRODUCT),
        ("levenshtein(c, t)", "INT64", PRODUCT),
        ("levenshtein(w, c)", "INT64", "an argument of up to 8,000 bytes"),
        ("levenshtein(left(s, 251), c)", "INT64", "an argument of up to 1,004 bytes"),
        ("levenshtein(left(s, -1), c)", "INT64", "an argument of any length"),
        ("levenshtein(left(s, n), c)", "INT64", "an argument of any length"),
        ("jaccard(s, t)", "FLOAT64", PRODUCT),
        ("jaro_similarity(s, t)", "FLOAT64", PRODUCT),
        ("jaro_winkler_similarity(s, t)", "FLOAT64", PRODUCT),
        ("nfc_normalize(s)", "STRING", PRODUCT),
        ("contains(s, t)", "BOOL", PRODUCT),
        ("instr(s, t)", "INT64", PRODUCT),
        ("split_part(s, t, 1)", "STRING", PRODUCT),
        ("len(string_split(s, t))", "INT64", PRODUCT),
        ("s LIKE t", "BOOL", PRODUCT),
        ("s NOT ILIKE t", "BOOL", PRODUCT),
        ("trim(s, t)", "STRING", PRODUCT),
        ("translate(s, t, 'x')", "STRING", PRODUCT),
        ("replace(s, 'a', t)", "STRING", PRODUCT),
        ("replace(replace(s, 'a', 'bbbbbbbbb'), 'b', 'aaaaaaaaa')", "STRING", TIMES),
        ("replace(s, t[1:1], 'a')", "STRING", PRODUCT),
        ("replace(s, c, '" + "x" * 65 + "')", "STRING", TIMES),
        ("hex(" * 7 + "s" + ")" * 7, "STRING", TIMES),
        ("octet_length(CAST(" + "hex(" * 6 + "s" + ")" * 6 + " AS BYTES))", "INT64", ""),
        ("||".join(["s"] * 65), "STRING", TIMES),
        ("concat(" + ", ".join(["s"] * 65) + ")", "STRING", TIMES),
        ("concat_ws(s, " + ", ".join(["'a'"] * 66) + ")", "STRING", TIMES),
        ("length(CAST([" + ", ".join(["s"] * 17) + "] AS VARCHAR))", "INT64", TIMES),
        ("CAST(to_json([to_json([to_json(s)])]) AS VARCHAR)", "STRING", TIMES),
        ("CASE WHEN length(" + "hex(" * 7 + "s" + ")" * 7 + ") > 1 THEN 'a' END", "STRING", TIMES),
        ("coalesce('a', " + "hex(" * 7 + "s" + ")" * 7 + ")", "STRING", TIMES),
        ("n IN (1, length(" + "hex(" * 7 + "s" + ")" * 7 + "))", "BOOL", TIMES),
        ("'a' BETWEEN '' AND " + "hex(" * 7 + "s" + ")" * 7, "BOOL", TIMES),
        ("true AND 'a' < " + "hex(" * 7 + "s" + ")" * 7, "BOOL", TIMES),
        ("TRY(" + "hex(" * 7 + "s" + ")" * 7 + ")", "STRING", TIMES),
        ("length(" + ") + length(".join(["hex(hex(hex(hex(hex(hex(s))))))"] * 5) + ")", "INT64",
         "630 times as long as a column in sum, over 512"),
        ("regexp_replace(s, 'a', t, 'g')", "STRING", "a replacement that is not a literal"),
        ("regexp_replace(s, 'a', '" + "x" * 64 + "', 'g')", "STRING", TIMES),
        ("regexp_replace(s, '(a)', '" + r"\1" * 22 + "', 'g')", "STRING", TIMES),
        ("regexp_matches(s, t)", "BOOL", "a pattern that is not a literal"),
        ("regexp_extract(s, t)", "STRING", "a pattern that is not a literal"),
        ("json_extract_string(j, '$..*')", "STRING", "with *, which may find values in values"),
        ("json_extract(j, '$[*]')", "STRING", "with *"),
        ("json_exists(j, coalesce('$..*', s))", "BOOL", "neither a literal nor a column"),
        ("len(json_extract(j, [" + ", ".join(["'$.a'"] * 65) + "]))", "INT64",
         "times as long as j, over 64"),
        ("json_contains(j, s)", "BOOL", "calls json_contains"),
        ("CAST(CAST(s AS VARIANT) AS VARCHAR)", "STRING", "casts to VARIANT"),
        ("CAST(CAST(s AS VARIANT[]) AS VARCHAR)", "STRING", "casts to VARIANT"),
        ("CAST(CAST(s AS STRUCT(a VARCHAR)) AS VARCHAR)", "STRING", "casts to STRUCT"),
        ("CAST(CAST(s AS MAP(VARCHAR, INT)) AS VARCHAR)", "STRING", "casts to MAP"),
        ("CAST(CAST(s AS UNION(a INT)) AS VARCHAR)", "STRING", "casts to UNION"),
        ("CAST(CAST(s AS GEOMETRY) AS VARCHAR)", "STRING", "casts to GEOMETRY"),
        ("CAST(CAST(s AS BIT) AS VARCHAR)", "STRING", "casts to BIT"),
    ],
)  # fmt: skip
def test_refused(sql: str, bigquery: str, why: str) -> None:
    assert [True] * bool(why) == [why in message for message in refusals(sql, bigquery)]


@pytest.mark.parametrize(
    ("sql", "bigquery"),
    [
        ("upper(trim(s)) || '-' || lower(t)", "STRING"),
        ("levenshtein(c, left(s, 100))", "INT64"),
        ("jaro_winkler_similarity(c, 'example')", "FLOAT64"),
        ("nfc_normalize(c)", "STRING"),
        ("contains(s, c)", "BOOL"),
        ("s LIKE '%a_b%'", "BOOL"),
        ("replace(replace(s, 'ä', 'ae'), '{name}', left(t, 20))", "STRING"),
        ("regexp_replace(s, '([a-z]+) ([a-z]+)', '\\2, \\1', 'g')", "STRING"),
        ("split_part(s, ';', 2)", "STRING"),
        ("json_extract_string(j, '$.a.b')", "STRING"),
        ("json_value(CAST(s AS JSON), t)", "STRING"),
        ("CASE " + " ".join(f"WHEN s = '{i}' THEN 'x{i}'" for i in range(60)) + " END", "STRING"),
        ("CAST(n AS VARCHAR) || lpad(CAST(n AS VARCHAR), 12, '0')", "STRING"),
        ("sha256(" + " || ".join(["s", "t", "c"] * 10) + ")", "STRING"),
        ("strftime(d, '%Y-%m')", "STRING"),
        ("TRY_CAST(s AS DECIMAL(38, 9))", "NUMERIC"),
    ],
)
def test_useful_expressions_stay_within_the_bounds(sql: str, bigquery: str) -> None:
    assert [] == refusals(sql, bigquery)


def test_columns_of_earlier_steps_count() -> None:
    """Otherwise each step could multiply the length again."""
    eight = "concat(" + ", ".join(["{0}"] * 8) + ")"
    steps: list[dict[str, Any]] = [
        derive(eight.format("s"), "STRING", "a"),
        derive(eight.format("a"), "STRING", "y"),
        derive(eight.format("y"), "STRING", "z"),
    ]
    assert [] == plan_steps(contract(FIELDS, steps[:2]), {}).complaints
    [(path, message)] = plan_steps(contract(FIELDS, steps), {}).complaints
    assert ("enrich", 2, "derive", "z", "sql") == path
    assert "512 times as long as s" in message


def of(sql: str) -> Size:
    types = {name: parse(kind) for name, kind in FIELDS.items()}
    sizes = {name: column_size(name, kind) for name, kind in types.items()}
    return compile_expression(
        sql, {name: duckdb_type(kind) for name, kind in types.items()}, sizes, shared()
    ).size


LONG: dict[str, Any] = {
    "s": 'a\u0323Ⱥ\x01ſ\\"ﬃ' * 50,
    "t": "x" * 77,
    "c": "ä" * 20,
    "w": "\U0001f600" * 2000,
    "n": -(2**63),
    "d": date(2026, 9, 30),
    "j": '{"a": ["x", "y"], "b": "\\u0000"}',
    "b": b"\x00" * 90,
}


@pytest.mark.parametrize(
    ("sql", "bigquery"),
    [
        ("lower(s)", "STRING"),
        ("upper(s)", "STRING"),
        ("strip_accents(s)", "STRING"),
        ("nfc_normalize(c)", "STRING"),
        ("hex(s)", "STRING"),
        ("hex(b)", "STRING"),
        ("to_base64(b)", "STRING"),
        ("CAST(b AS VARCHAR)", "STRING"),
        ("CAST(to_json(s) AS VARCHAR)", "STRING"),
        ("CAST(json_object('k', s, 'l', t) AS VARCHAR)", "STRING"),
        ("CAST(json_array(s, n, d) AS VARCHAR)", "STRING"),
        ("CAST([s, t, c] AS VARCHAR)", "STRING"),
        ("string_split(s, 'x')[1]", "STRING"),
        ("url_encode(s)", "STRING"),
        ("regexp_escape(s)", "STRING"),
        ("regexp_replace(s, '', 'xyz', 'g')", "STRING"),
        ("regexp_replace(t, '(x)', '\\0\\1\\1--', 'g')", "STRING"),
        ("replace(s, 'a', 'bcdefg')", "STRING"),
        ("replace(t, left(t, 1), left(c, 10))", "STRING"),
        ("translate(t, 'x', '\U0001f600')", "STRING"),
        ("concat_ws(t, c, c, c, s)", "STRING"),
        ("concat(n, d, n)", "STRING"),
        ("overlay(s placing t from 3)", "STRING"),
        ("lpad(t, 1000, '\U0001f600')", "STRING"),
        ("rpad('', 999, 'ä')", "STRING"),
        ("left(w, 30)", "STRING"),
        ("substring(w, 5, 40)", "STRING"),
        ("strftime(d, '%A, %d %B %Y %c %x')", "STRING"),
        ("sha256(s)", "STRING"),
        ("CAST(n AS VARCHAR)", "STRING"),
        ("greatest(s, t, c)", "STRING"),
        ("coalesce(NULL, w)", "STRING"),
        ("CASE WHEN n > 0 THEN c ELSE w END", "STRING"),
        ("CAST(json_extract(j, ['$.a', '$.b', '$']) AS VARCHAR)", "STRING"),
        ("json_extract_string(j, '$.b')", "STRING"),
        ("dayname(d) || monthname(d)", "STRING"),
        ("w", "STRING"),
    ],
)
def test_no_value_is_longer_than_its_bound(sql: str, bigquery: str) -> None:
    """The rules, against DuckDB itself."""
    [value] = derived(sql, bigquery, FIELDS, {name: [value] for name, value in LONG.items()})
    size = of(sql)
    lengths = {
        name: len(value if isinstance(value, bytes) else str(value).encode())
        for name, value in LONG.items()
    }
    grown = size.fixed + sum(share * lengths[name] for name, share in size.shares.items())
    assert len(value.encode()) <= min(grown, size.most)


def test_a_bound_that_is_too_small_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csvgate.enrichment.sql.bounds._TIMES_FIRST", {"hex": 1.5})
    with pytest.raises(AssertionError):
        test_no_value_is_longer_than_its_bound("hex(s)", "STRING")


def test_the_size_of_a_tree_needs_its_columns_alone() -> None:
    [tree] = shared().parse("SELECT hex(s)")["statements"]
    [root] = tree["node"]["select_list"]
    assert Size(0, {"s": 2}) == bounded(root, {"s": Size(0, {"s": 1})})
