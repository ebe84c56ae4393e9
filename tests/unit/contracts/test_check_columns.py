"""Optional fields, defaults, `fieldsMatch` and `extraColumns` do not contradict other rules."""

from collections.abc import Callable
from typing import Any

import pytest

from csvgate.contracts.hashing import contract_hash
from unit.validation.files import contract

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
            "'drop' is not one of refuse, ignore",
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
        {"fields": [A | {"default": "NA"}], "missingValues": ["", "N/A"]},
        {"fields": [A | {"type": "number", "decimalChar": ",", "default": "1,5"}]},
        {"fields": [A | REQUIRED], "fieldsMatch": "partial", "extraColumns": "ignore"},
        {"fields": [A | {"label": ["", "X", "a"]}, {"name": "b", "label": "c"}]},
    ],
)
def test_valid_contracts(found: Callable[..., Found], schema: dict[str, Any]) -> None:
    assert [] == found(schema=schema)


def test_columns_are_found_by_labels_only(found: Callable[..., Found]) -> None:
    fields = [A | {"optional": True}, {"name": "b"}]
    schema = {"fields": fields, "fieldsMatch": "subset", "extraColumns": "ignore"}
    expected = [(f"schema.{p}", BY_LABEL) for p in ("fields[0].optional", "fieldsMatch",
                                                    "extraColumns")]  # fmt: skip
    assert sorted(expected) == sorted(found(schema=schema, dialect={"header": False}))
    exact = {"fields": [A], "fieldsMatch": "exact"}
    assert [] == found(schema=exact, dialect={"header": False})


def test_each_property_changes_the_hash() -> None:
    contracts = [
        contract("a", "b"),
        contract("a", {"name": "b", "optional": True}),
        contract("a", {"name": "b", "default": "x"}),
        contract("a", {"name": "b", "label": ["b", "B2"]}),
        *(contract("a", "b", schema={"fieldsMatch": match}) for match in ("exact", "subset")),
        contract("a", "b", schema={"extraColumns": "ignore"}),
    ]
    assert len(contracts) == len(set(map(contract_hash, contracts)))
