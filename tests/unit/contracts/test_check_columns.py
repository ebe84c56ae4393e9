"""The columns of files: optional ones, defaults, further ones, and headers of several rows."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from csvgate.contracts.checks.cells.defaults import check_default
from csvgate.contracts.hashing import contract_hash
from csvgate.types.common.field_type import CellFault
from csvgate.validation.cells import Cells
from unit.validation.fast.kinds import KINDS
from unit.validation.files import Field, contract

Found = list[tuple[str, str]]
A: dict[str, Any] = {"name": "a"}
REQUIRED: dict[str, Any] = {"constraints": {"required": True}}
BY_LABEL = "needs a header, because columns are found by their labels; drop it"


@pytest.mark.parametrize(
    ("schema", "path", "message"),
    [
        (
            {"fields": [A | REQUIRED | {"optional": True}]},
            "fields[0].optional",
            "contradicts `required`: without the column, every row would be rejected; drop one of "
            "them, or add a `default`",
        ),
        (
            {"fields": [A | {"optional": True}, {"name": "b"}], "primaryKey": ["b", "a"]},
            "fields[0].optional",
            "a field of the primary key cannot be optional; drop it",
        ),
        (
            {"fields": [A, {"name": "b", "optional": True}], "fieldsMatch": "exact"},
            "fields[1].optional",
            "contradicts `fieldsMatch: exact`, which needs every column; use equal",
        ),
        (
            {"fields": [A | {"optional": True}], "fieldsMatch": "superset"},
            "fields[0].optional",
            "has no effect, because `fieldsMatch: superset` implies it; drop it",
        ),
        (
            {"fields": [A | {"default": "x", "constraints": {"unique": True}}]},
            "fields[0].default",
            "would repeat a value that must be unique; drop one of them",
        ),
        (
            {"fields": [A | {"default": "x"}], "primaryKey": "a"},
            "fields[0].default",
            "would repeat a value that must be unique; drop one of them",
        ),
        (
            {"fields": [A | {"default": ""}]},
            "fields[0].default",
            "'' is itself one of the missing values; drop one",
        ),
        (
            {"fields": [A | {"default": "NA", "missingValues": ["", "NA"]}]},
            "fields[0].default",
            "'NA' is itself one of the missing values; drop one",
        ),
        (
            {"fields": [A | {"type": "integer", "default": "1.5"}]},
            "fields[0].default",
            "'1.5' is not a valid cell of this field: it is not a whole number: digits, perhaps "
            "with a sign in front",
        ),
        (
            {"fields": [A | {"default": "xyz", "constraints": {"maxLength": 2, "enum": ["y"]}}]},
            "fields[0].default",
            "'xyz' is not a valid cell of this field: it has more than 2 characters and is not "
            "one of: y",
        ),
        (
            {"fields": [A | {"default": "x\0"}]},
            "fields[0].default",
            "'x\\x00' is not a valid cell of this field: it contains a NUL character",
        ),
        (
            {"fields": [A | {"default": 5}]},
            "fields[0].default",
            'should be text, but 5 is not text; put it in quotes: "5"',
        ),
        (
            {"fields": [A], "fieldsMatch": "some"},
            "fieldsMatch",
            "'some' is not one of exact, equal, subset, superset, partial",
        ),
        (
            {"fields": [A], "extraColumns": "drop"},
            "extraColumns",
            "'drop' is not one of refuse, ignore, rescue",
        ),
        (
            {"fields": [A], "rescueColumn": "rest"},
            "rescueColumn",
            "has no effect without `extraColumns: rescue`; add it, or drop this",
        ),
        (
            {"fields": [A], "extraColumns": "rescue", "rescueColumn": "A"},
            "rescueColumn",
            "'A' is also a field; choose another name for the rescued cells",
        ),
        (
            {"fields": [{"name": "rescued"}], "extraColumns": "rescue"},
            "rescueColumn",
            "'rescued' is also a field; choose another name for the rescued cells",
        ),
        (
            {"fields": [A], "extraColumns": "rescue", "rescueColumn": "_line"},
            "rescueColumn",
            "'_line' is reserved for csvgate; choose another name",
        ),
        (
            {"fields": [A], "extraColumns": "rescue", "fieldsMatch": "exact"},
            "extraColumns",
            "contradicts `fieldsMatch: exact`, which allows no further columns; use subset, or "
            "drop one",
        ),
        (
            {"fields": [A], "fieldsMatch": "subset", "extraColumns": "refuse"},
            "extraColumns",
            "contradicts `fieldsMatch: subset`, which allows further columns; use equal, or "
            "drop it",
        ),
        (
            {"fields": [A], "fieldsMatch": "partial", "extraColumns": "refuse"},
            "extraColumns",
            "contradicts `fieldsMatch: partial`, which allows further columns; use superset, or "
            "drop it",
        ),
        *(
            (
                {"fields": [A], "fieldsMatch": match, "extraColumns": "ignore"},
                "extraColumns",
                f"contradicts `fieldsMatch: {match}`, which allows no further columns; use "
                f"{use}, or drop one",
            )
            for match, use in (("equal", "subset"), ("exact", "subset"), ("superset", "partial"))
        ),
        (
            {"fields": [A | {"label": []}]},
            "fields[0].label",
            "is empty; it needs at least one entry",
        ),
        (
            {"fields": [A | {"label": ["X", " x"]}]},
            "fields[0].label[1]",
            "' x' is listed twice; keep one",
        ),
        (
            {"fields": [A | {"label": ["X", " "]}]},
            "fields[0].label[1]",
            'is blank; write the label from the file\'s header, or "" for a column without one',
        ),
        (
            {"fields": [A | {"label": ["X", "Y"]}, {"name": "b", "label": ["Z", "y"]}]},
            "fields[1].label[1]",
            "'y' of 'b' is also the label of 'a' (fields[0]); case and spaces around a label are "
            "ignored, so choose another label for one of them",
        ),
        (
            {"fields": [A | {"label": ""}, {"name": "b", "label": ["", "B"]}]},
            "fields[1].label[0]",
            "'' of 'b' is also the label of 'a' (fields[0]); case and spaces around a label are "
            "ignored, so choose another label for one of them",
        ),
        (
            {"fields": [A | {"label": ["X", 1]}]},
            "fields[0].label[1]",
            'should be text, but 1 is not text; put it in quotes: "1"',
        ),
    ],
)
def test_broken_rules(
    found: Callable[..., Found], schema: dict[str, Any], path: str, message: str
) -> None:
    place = f"schema.{path}"
    assert [(place, message)] == found(schema=schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"fields": [A | REQUIRED | {"optional": True, "default": "x"}]},
        {"fields": [A | {"default": "x"}, {"name": "b"}], "primaryKey": ["a", "b"]},
        {"fields": [A | {"optional": True}], "fieldsMatch": "equal", "extraColumns": "refuse"},
        {"fields": [A | {"optional": True}], "extraColumns": "ignore"},
        {"fields": [A], "fieldsMatch": "partial", "extraColumns": "rescue", "rescueColumn": "b"},
        {"fields": [A | {"default": "NA"}], "missingValues": ["", "N/A"]},
        {"fields": [A | {"type": "number", "decimalChar": ",", "default": "1,5"}]},
        {"fields": [A | REQUIRED], "fieldsMatch": "partial", "extraColumns": "ignore"},
        {"fields": [A | {"label": ["", "X", "a"]}, {"name": "b", "label": "c"}]},
    ],
)
def test_valid_contracts(found: Callable[..., Found], schema: dict[str, Any]) -> None:
    assert [] == found(schema=schema)


@pytest.mark.parametrize(("field", "cells"), KINDS)
def test_a_default_is_accepted_if_it_is_a_valid_cell(field: Field, cells: list[str]) -> None:
    """The defaults of a contract and the cells of a file are read by the same rules."""
    for text in (*cells, "NaN", "\u0663", "x" * 50):
        rules = contract({"name": "a", **field, "default": text})
        (declared,) = rules.schema_.fields
        reader = Cells(declared, rules.schema_, required=False)
        # A default is not replaced, so it may be a text that `replace` makes missing.
        is_valid = text not in reader.missing or text in declared.replace
        with suppress(CellFault):
            reader.missing_value()
            assert (text, is_valid) == (text, not list(check_default(declared, rules.schema_)))
            continue
        assert (text, 1) == (text, len(list(check_default(declared, rules.schema_))))


def test_columns_are_found_by_labels_only(found: Callable[..., Found]) -> None:
    fields = [A | {"optional": True}, {"name": "b"}]
    schema = {"fields": fields, "fieldsMatch": "subset", "extraColumns": "ignore"}
    expected = [(f"schema.{p}", BY_LABEL) for p in ("fields[0].optional", "fieldsMatch",
                                                    "extraColumns")]  # fmt: skip
    assert sorted(expected) == sorted(found(schema=schema, dialect={"header": False}))
    exact = {"fields": [A], "fieldsMatch": "exact"}
    assert [] == found(schema=exact, dialect={"header": False})


def test_the_rescue_column_is_a_column_of_the_table(found: Callable[..., Found]) -> None:
    schema = {"fields": [A], "extraColumns": "rescue", "rescueColumn": "more"}
    derive = {"more": {"sql": "a", "bigquery": "STRING"}}
    message = "'more' already is a column; choose another name"
    assert [("enrich[0].derive.more", message)] == found(schema=schema, enrich=[{"derive": derive}])
    destination = {"dataset": "d", "table": "t", "cluster_by": ["more"]}
    ((path, message),) = found(schema=schema, destination=destination)
    assert ("destination.cluster_by[0]", True) == (path, message.startswith("'more' is JSON; use"))


def test_each_property_changes_the_hash() -> None:
    contracts = [
        contract("a", "b"),
        contract("a", {"name": "b", "optional": True}),
        contract("a", {"name": "b", "default": "x"}),
        contract("a", {"name": "b", "label": ["b", "B2"]}),
        *(contract("a", "b", schema={"fieldsMatch": match}) for match in ("exact", "subset")),
        contract("a", "b", schema={"extraColumns": "ignore"}),
        contract("a", "b", schema={"extraColumns": "rescue"}),
        contract("a", "b", schema={"extraColumns": "rescue", "rescueColumn": "more"}),
    ]
    assert len(contracts) == len(set(map(contract_hash, contracts)))


@pytest.mark.parametrize(
    ("dialect", "path", "message"),
    [
        (
            {"headerRows": []},
            "headerRows",
            "is empty; write `header: false` for a file without one",
        ),
        (
            {"headerRows": [4, 5]},
            "headerRows",
            "should be [1], [1, 2] and so on: the rows of the header follow each other; skip the "
            "3 lines before them with `preambleLines`",
        ),
        *(
            (
                {"headerRows": rows},
                "headerRows",
                "should be [1], [1, 2] and so on: the rows of the header follow each other",
            )
            for rows in ([1, 3], [2, 1], [0, 1], [1, 1])
        ),
        (
            {"headerRows": list(range(1, 12))},
            "headerRows",
            "has 11 rows, but a header may have at most 10; skip lines before it with "
            "`preambleLines`",
        ),
        (
            {"headerJoin": "_"},
            "headerJoin",
            "has no effect on a header of one row; drop it, or add `headerRows`",
        ),
        (
            {"header": False, "headerRows": [1, 2]},
            "headerRows",
            "has no effect if `header` is false; drop one of them",
        ),
        (
            {"header": False, "headerJoin": ""},
            "headerJoin",
            "has no effect if `header` is false; drop one of them",
        ),
    ],
)
def test_broken_rules_of_header_rows(
    found: Callable[..., Found], dialect: dict[str, Any], path: str, message: str
) -> None:
    assert [(f"dialect.{path}", message)] == found(schema={"fields": [A]}, dialect=dialect)


def test_header_rows(found: Callable[..., Found]) -> None:
    for dialect in ({"headerRows": [1]}, {"headerRows": [1, 2, 3], "headerJoin": ""}):
        assert [] == found(schema={"fields": [A]}, dialect=dialect)


def test_sheets(found: Callable[..., Found]) -> None:
    fields = {"fields": [A]}
    for dialect in ({"sheetName": "Stock"}, {"sheetNumber": 2}):
        assert [] == found(schema=fields, dialect=dialect)
    both = {"sheetName": "Stock", "sheetNumber": 2}
    message = "cannot be used together with sheetName, because each of them chooses the sheet; "
    message += "keep one of them"
    assert [("dialect.sheetNumber", message)] == found(schema=fields, dialect=both)
    assert [path for path, _ in found(schema=fields, dialect={"sheetNumber": 0})] == [
        "dialect.sheetNumber"
    ]
