"""Each rule about foreign keys has a case that breaks it, and one that follows it."""

from collections.abc import Callable
from typing import Any

import pytest

Found = list[tuple[str, str]]
KEYS = "STRING, INT64, NUMERIC, BIGNUMERIC, BOOL, DATE"
REFERENCES = {"customers": {"object": "customers.csv", "key": "id"}}
FIELDS = [
    {"name": "a"},
    {"name": "b", "type": "integer"},
    {"name": "at", "type": "datetime"},
    {"name": "x", "type": "number", "bigquery": "FLOAT64"},
]


def key(fields: Any = "a", columns: Any = "id", resource: str = "customers") -> dict[str, Any]:
    return {"fields": fields, "reference": {"resource": resource, "fields": columns}}


@pytest.mark.parametrize(
    ("keys", "path", "message"),
    [
        ([key("aa")], "[0].fields[0]", "'aa' is not a field; did you mean `a`?"),
        ([key(["a", "a"], ["x", "y"])], "[0].fields[1]", "'a' is listed twice; keep one"),
        ([key("at")], "[0].fields[0]", f"'at' is TIMESTAMP, which cannot be a key; use {KEYS}"),
        ([key(["a", "x"], ["p", "q"])], "[0].fields[1]",
         f"'x' is FLOAT64, which cannot be a key; use {KEYS}"),
        ([key(["a", "b"])], "[0].reference.fields",
         "has 1 columns for 2 fields; name one column for each field"),
        ([key(["a", "b"], ["p", "p"])], "[0].reference.fields[1]", "'p' is listed twice; keep one"),
        ([key("a", [""])], "[0].reference.fields[0]", "is empty; name a column of the reference"),
        ([key(resource="custmers")], "[0].reference.resource",
         "'custmers' is not in `references`; did you mean `customers`?"),
        ([key(resource="")], "[0].reference.resource",
         "is empty, which would mean the file itself; this is not supported, so name a reference"),
        ([key(), key()], "[1]", "is listed twice; keep one"),
        ([key(), key(["a"])], "[1]", "is listed twice; keep one"),
        ([{"fields": "a"}], "[0].reference", "is missing; it is required"),
        ([{"fields": "a", "reference": {"fields": "id"}}], "[0].reference.resource",
         "is missing; it is required"),
        ([{**key(), "field": "a"}], "[0].field",
         "unknown property `field`; did you mean `fields`?"),
        ([key(3)], "[0].fields", "should be a list, but is 3"),
        (key(), "", "should be a list, but is a mapping"),
    ],
)  # fmt: skip
def test_broken_rules(found: Callable[..., Found], keys: Any, path: str, message: str) -> None:
    schema = {"fields": FIELDS, "foreignKeys": keys}
    expected = [(f"schema.foreignKeys{path}", message)]
    assert expected == found(schema=schema, references=REFERENCES)


def test_a_key_without_fields(found: Callable[..., Found]) -> None:
    schema = {"fields": FIELDS, "foreignKeys": [key([], [])]}
    expected = [("schema.foreignKeys[0].fields", "is empty; name at least one field")]
    assert expected == found(schema=schema, references=REFERENCES)


def test_there_are_no_references(found: Callable[..., Found]) -> None:
    schema = {"fields": FIELDS, "foreignKeys": [key()]}
    message = "'customers' is not in `references`; there are none"
    assert [("schema.foreignKeys[0].reference.resource", message)] == found(schema=schema)


def test_a_field_with_a_wrong_type_is_reported_once(found: Callable[..., Found]) -> None:
    schema = {"fields": [{"name": "a", "bigquery": "TEXT"}], "foreignKeys": [key()]}
    [(path, _)] = found(schema=schema, references=REFERENCES)
    assert "schema.fields[0].bigquery" == path


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [key()],
        [key(["a"], ["id"])],
        [key("b"), key("a"), key(["a", "b"], ["p", "q"]), key("a", "other")],
    ],
)
def test_valid_contracts(found: Callable[..., Found], keys: Any) -> None:
    schema = {"fields": FIELDS, "foreignKeys": keys}
    assert [] == found(schema=schema, references=REFERENCES)
