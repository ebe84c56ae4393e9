"""The labels of fields are compared as those of a header are, and need a header."""

from collections.abc import Callable
from typing import Any

import pytest

from csvgate.contracts.hashing import contract_hash, from_json, to_json
from unit.validation.files import contract

Found = list[tuple[str, str]]
ALIKE = "; case and spaces around a label are ignored, so choose another label for one of them"


@pytest.mark.parametrize(
    ("fields", "path", "message"),
    [
        *(
            (
                [{"name": "a", "label": blank}],
                "fields[0].label",
                'is blank; write the label from the file\'s header, or "" for a column without one',
            )
            for blank in (" \t", "\u00a0\u200b")
        ),
        (
            [{"name": "a", "label": "Order ID"}, {"name": "b", "label": " order id"}],
            "fields[1].label",
            "' order id' of 'b' is also the label of 'a' (fields[0])" + ALIKE,
        ),
        (
            [{"name": "b"}, {"name": "a", "label": "B"}],
            "fields[1].label",
            "'B' of 'a' is also the name of 'b' (fields[0])" + ALIKE,
        ),
        (
            [{"name": "a", "label": "\uff22"}, {"name": "b"}],
            "fields[0].label",
            "'\uff22' of 'a' is also the name of 'b' (fields[1])" + ALIKE,
        ),
        (
            [{"name": "a", "label": "_csvgate_line"}],
            "fields[0].label",
            "'_csvgate_line' is reserved for csvgate's reject files; rename the column in the file",
        ),
        (
            [{"name": "a", "label": 1}, {"name": "b", "label": "a"}],
            "fields[0].label",
            "should be text or a list, but is 1",
        ),
    ],
)
def test_broken_rules(
    found: Callable[..., Found], fields: list[dict[str, Any]], path: str, message: str
) -> None:
    assert [(f"schema.{path}", message)] == found(schema={"fields": fields})


@pytest.mark.parametrize(
    "fields",
    [
        [{"name": "a", "label": "Order ID"}, {"name": "b", "label": "OrderID"}, {"name": "c"}],
        [{"name": "a", "label": "b"}, {"name": "b", "label": "a"}],
        [{"name": "a", "label": " A "}],
        [{"name": "line", "label": "_line"}, {"name": "x", "label": "Größe, netto (m²)\n"}],
    ],
)
def test_valid_contracts(found: Callable[..., Found], fields: list[dict[str, Any]]) -> None:
    assert [] == found(schema={"fields": fields})


def test_a_label_needs_a_header(found: Callable[..., Found]) -> None:
    fields = [{"name": "a", "label": "X"}, {"name": "b", "label": "x"}, {"name": "c"}]
    message = (
        "has no effect if `dialect.header` is false; write `title` instead, or drop `header: false`"
    )
    assert [(f"schema.fields[{i}].label", message) for i in (0, 1)] == found(
        schema={"fields": fields}, dialect={"header": False}
    )


def test_a_label_changes_the_hash() -> None:
    bare, labelled = contract("a"), contract({"name": "a", "label": "Order ID"})
    other = contract({"name": "a", "label": "Order No"})
    assert 3 == len({contract_hash(rules) for rules in (bare, labelled, other)})
    assert labelled == from_json(to_json(labelled))
