"""The statements as BigQuery's dialect reads them."""

import re
from typing import Any

import pytest
import sqlglot
from sqlglot import TokenType, exp

from csvgate.effects.model import Effect, InsertUnique, Range, Statement
from csvgate.effects.sql.quoting import literal, name
from csvgate.effects.sql.statements import conflicts_of, statement_of
from unit.effects.statements import PROJECT, effect, staged, statements

KINDS = [*statements(staged())]
HOSTILE = ["a`b", "a\\", "a'; DROP TABLE t; --", 'x"y', "new\nline", "select", "*", "@upload", "ü"]


def parsed(text: str) -> list[Any]:
    """Return the statements of a text. Raises if it is not BigQuery's SQL."""
    found = sqlglot.parse(text, read="bigquery", error_level=sqlglot.ErrorLevel.RAISE)
    return [each for each in found if each is not None]


def of_kind(kind: str, **given: Any) -> Statement:
    return statements(staged(**given))[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_one_statement_over_the_tables_of_the_effect(kind: str) -> None:
    query = statement_of(effect(of_kind(kind)), PROJECT)
    found = parsed(query.text)
    types = {"insert": [exp.Insert], "insert_unique": [exp.Insert], "delete": [exp.Delete]}
    script = [exp.Transaction, exp.Merge, exp.Merge, exp.Commit]
    expected = script if kind.endswith("tombstones") else types.get(kind, [exp.Merge])
    assert [type(each) for each in found] == expected
    tables = {each.sql("bigquery") for one in found for each in one.find_all(exp.Table)}
    named = {re.sub(r" AS .*", "", table).replace("`", "") for table in tables}
    allowed = {"customers", "csvgate_staging_u2_1", "csvgate_tombstones_customers"}
    assert named <= {f"{PROJECT}.crm.{table}" for table in allowed}
    assert f"{PROJECT}.crm.customers" in named


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_is_given_and_used(kind: str) -> None:
    query = statement_of(effect(of_kind(kind)), PROJECT)
    used = {each.name for one in parsed(query.text) for each in one.find_all(exp.Parameter)}
    assert used == {parameter.name for parameter in query.parameters}
    # A value is never part of the text, so that it cannot end what it stands in.
    assert "u1" not in query.text.replace("csvgate_staging_u2_1", "")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "delete"])
def test_without_rows_no_staging_table_is_read(kind: str) -> None:
    query = statement_of(effect(of_kind(kind, rows=0)), PROJECT)
    assert "csvgate_staging" not in query.text
    [found] = parsed(query.text)
    removes = kind in ("replace", "replace_table")
    assert isinstance(found, exp.Delete if removes else exp.Select)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_names_stay_names(kind: str, hostile: str) -> None:
    """The tokens are the same as with a harmless name, apart from the quoted names themselves."""
    tokens = {}
    for given in ("harmless", hostile):
        rows = staged(
            table=f"staging {given}",
            range_=Range(column=given, type="DATE", low="2026-11-20", high="2026-11-21"),
        )
        columns = tuple(given if column == "customer" else column for column in rows.columns)
        rows = rows.model_copy(update={"columns": columns})
        statement = _renamed(statements(rows)[kind], given)
        text = statement_of(effect(statement, f"table {given}"), PROJECT).text
        tokens[given] = [
            (token.token_type, "" if _names(token, given) else token.text)
            for token in sqlglot.tokenize(text, read="bigquery")
        ]
    assert tokens[hostile] == tokens["harmless"]


def _names(token: Any, given: str) -> bool:
    return token.token_type == TokenType.IDENTIFIER and given in _unescaped(token.text)


def _renamed(statement: Statement, column: str) -> Statement:
    """Return the statement with another name for the column `customer`."""
    changed: dict[str, Any] = {}
    for field in ("key", "columns"):
        if names := getattr(statement, field, None):
            changed[field] = tuple(column if each == "customer" else each for each in names)
    if isinstance(statement, InsertUnique):
        changed["keys"] = ((column,), ("day", "changed"))
    return statement.model_copy(update=changed)


def _unescaped(text: str) -> str:
    """sqlglot leaves escapes of identifiers as they are; BigQuery reads them as in strings."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_quoted_name_has_no_character_that_ends_it(hostile: str) -> None:
    quoted = name(hostile)
    assert quoted[0] == quoted[-1] == "`"
    assert not set(quoted[1:-1]) & set("`'\"\n\r\0")
    assert not re.search(r"\\(?!x[0-9a-f]{2})", quoted)
    assert _unescaped(quoted[1:-1]) == hostile


def test_literals() -> None:
    assert literal("DATE", "2026-11-21") == "DATE '2026-11-21'"
    moment = "2026-11-21 08:00:00.123456+00"
    assert literal("TIMESTAMP", moment) == f"TIMESTAMP '{moment}'"
    assert literal("INT64", "-5") == "-5"
    assert literal("DATE", "x' OR '1") == r"DATE 'x\x27 OR \x271'"
    for wrong in [("INT64", "5 OR TRUE"), ("DATE'", "x"), ("", "x"), ("date", "x")]:
        with pytest.raises(ValueError, match=r"type|invalid literal"):
            literal(*wrong)


def test_conflicts() -> None:
    unique = of_kind("insert_unique")
    assert isinstance(unique, InsertUnique)
    query = conflicts_of(effect(unique), unique, PROJECT, 20)
    [found] = parsed(query.text)
    assert found.named_selects == ["line", "key", "upload", "there"]
    assert found.args["limit"].expression.name == "20"


def test_names_are_given_to_the_tokenizer_whole() -> None:
    """The tests above would see nothing if the tokenizer took hostile names apart."""
    tokens = sqlglot.tokenize(f"SELECT {name('a; b')}", read="bigquery")
    assert [token.text for token in tokens] == ["SELECT", "a; b"]


def _all_effects() -> list[Effect]:
    return [effect(statement) for statement in statements(staged()).values()]


@pytest.mark.parametrize("given", _all_effects(), ids=lambda each: each.statement.kind)
def test_an_effect_survives_the_ledger(given: Effect) -> None:
    restored = Effect.model_validate_json(given.model_dump_json())
    assert restored == given
    assert statement_of(restored, PROJECT) == statement_of(given, PROJECT)
