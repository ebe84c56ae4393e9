"""Tables as BigQuery describes them, the conversions that it makes, and the text of statements."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlglot import exp

from csvgate.ports import Column, Partitioning
from csvgate_ops.deploy.tables.compare import table_plan
from csvgate_ops.deploy.tables.conversions import _WIDER_KINDS, both, can_widen
from csvgate_ops.deploy.tables.ddl import command, literal
from csvgate_ops.deploy.tables.model import Clustering, ExistingTable
from csvgate_ops.deploy.tables.read import existing
from csvgate_ops.deploy.tables.view import as_json, lines, summary
from unit.deploy.plan.environments import ROOT
from unit.deploy.tables.altered import PLACE, altered, parsed
from unit.deploy.tables.sales_table import contract, table, with_column


def test_a_table_as_bigquery_describes_it() -> None:
    described = {
        "type": "TABLE",
        "schema": {
            "fields": [
                {"name": "a", "type": "STRING", "mode": "REQUIRED", "maxLength": "40"},
                {"name": "b", "type": "NUMERIC", "precision": "12", "scale": "2"},
                {"name": "c", "type": "INTEGER", "mode": "NULLABLE", "description": "C"},
                {"name": "d", "type": "RECORD", "mode": "REPEATED", "fields": []},
            ]
        },
        "timePartitioning": {"type": "MONTH", "field": "a", "expirationMs": "34560000000"},
        "requirePartitionFilter": True,
        "clustering": {"fields": ["b"]},
        "labels": {"team": "shop"},
        "description": "Sales",
        "tableConstraints": {"primaryKey": {"columns": ["a", "c"]}},
    }
    assert existing(described) == ExistingTable(
        (
            Column("a", "STRING(40)", required=True),
            Column("b", "NUMERIC(12, 2)"),
            Column("c", "INTEGER", description="C"),
            Column("d", "ARRAY<RECORD>"),
        ),
        "TABLE",
        Partitioning("a", "month"),
        ("b",),
        "Sales",
        {"team": "shop"},
        400,
        True,
        ("a", "c"),
    )
    ranges = {"field": "c", "range": {"start": "0", "end": "100", "interval": "10"}}
    assert existing({"rangePartitioning": ranges}) == ExistingTable(
        (), partition_by=Partitioning("c", None, 0, 100, 10)
    )
    assert existing({"timePartitioning": {"type": "DAY"}}) == ExistingTable(
        (), partition_by=Partitioning(None, "day")
    )


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("INT64", "NUMERIC", True),
        ("INTEGER", "BIGNUMERIC", True),
        ("INT64", "FLOAT64", True),
        ("INT64", "NUMERIC(19)", True),
        ("INT64", "NUMERIC(28, 9)", True),
        ("INT64", "NUMERIC(18)", False),
        ("NUMERIC", "BIGNUMERIC", True),
        ("NUMERIC", "BIGNUMERIC(38, 9)", True),
        ("NUMERIC", "BIGNUMERIC(38, 10)", False),
        ("NUMERIC(12, 2)", "FLOAT64", True),
        ("DATE", "DATETIME", True),
        ("DATE", "TIMESTAMP", False),
        ("FLOAT64", "NUMERIC", False),
        ("BIGNUMERIC", "NUMERIC", False),
        ("INT64", "STRING", False),
        ("STRING", "BYTES", False),
        ("STRING(40)", "STRING(41)", True),
        ("STRING(40)", "STRING", True),
        ("STRING", "STRING(40)", False),
        ("BYTES(3)", "BYTES(4)", True),
        ("NUMERIC(12, 2)", "NUMERIC(13, 3)", True),
        ("NUMERIC(12, 2)", "NUMERIC(12, 3)", False),
        ("ARRAY<STRING>", "STRING", False),
    ],
)
def test_conversions_of_bigquery(old: str, new: str, allowed: bool) -> None:
    assert can_widen(old, new) == allowed


def test_the_page_names_the_conversions() -> None:
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    found = {
        old: tuple(re.findall(r"[A-Z0-9]+", news))
        for old, news in re.findall(r"\b([A-Z0-9]+) to ((?:[A-Z0-9]+(?:, | or )?)+)", page)
    }
    assert found == _WIDER_KINDS


@pytest.mark.parametrize(
    ("there", "ours", "expected"),
    [
        ("NUMERIC(14, 1)", "NUMERIC(12, 2)", "NUMERIC(15, 2)"),
        ("NUMERIC(29, 0)", "NUMERIC(9, 9)", "NUMERIC(38, 9)"),
        ("BIGNUMERIC(38, 0)", "BIGNUMERIC(38, 38)", "BIGNUMERIC(76, 38)"),
        ("NUMERIC", "NUMERIC(9, 9)", None),
        ("NUMERIC(9, 9)", "BIGNUMERIC(9, 9)", None),
        ("STRING(2)", "STRING(3)", None),
        ("RECORD", "STRING", None),
    ],
)
def test_a_type_that_holds_both(there: str, ours: str, expected: str | None) -> None:
    assert both(there, ours) == expected


@example('costs ${HOME} or `id` \\ "x"\n')
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_description_is_quoted(text: str) -> None:
    """On one line, as one literal, and without a variable that a plan or a shell would fill in."""
    quoted = literal(text)
    found = parsed(f"SELECT {quoted}")
    (value,) = found.find_all(exp.Literal)
    assert value.this == text
    assert "$" not in quoted


@pytest.mark.parametrize("name", ["a`b", "a\\", "`; DROP TABLE x; --"])
def test_hostile_names_of_columns_stay_names(name: str) -> None:
    """A table that was not created by csvgate may have any column."""
    found = table(columns=(*table().columns, Column(name, "STRING", required=True)))
    (change,) = table_plan(contract(), found).changes
    assert altered(found, (change,)).columns[-1] == Column(name, "STRING")


def test_lines_and_json() -> None:
    found = with_column("city", type="STRING(20)")
    plan = table_plan(contract(destination={"cluster_by": ["city"]}), found)
    assert list(lines(plan, PLACE)) == [
        "shop.sales:",
        "  city: STRING(20) to STRING(40)",
        "    bq --project_id=my-project --location=EU query --nouse_legacy_sql "
        '"ALTER TABLE \\`my-project\\`.\\`shop\\`.\\`sales\\` '
        'ALTER COLUMN \\`city\\` SET DATA TYPE STRING(40)"',
        "  cluster new rows by city",
        "    bq --project_id=my-project update --clustering_fields=city shop.sales",
    ]
    assert as_json(plan, PLACE)["state"] == "changes"
    assert as_json(plan, PLACE)["changes"][1] == {
        "what": "cluster new rows by city",
        "command": list(command(PLACE, Clustering("shop.sales", ("city",), "")).argv),
    }
    assert summary([plan]) == "the next deploy makes 2 changes"
    states = [table_plan(contract(), t) for t in (None, table(), table(kind="VIEW"))]
    assert [as_json(p, PLACE)["state"] for p in states] == ["missing", "follows", "refused"]
    assert summary(states) == "1 table refused: a deploy would stop before any change"
    assert summary(states[:2]) == "nothing to change"
