"""The JSON Schema and docs/contracts.md agree with the code."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from csvgate.contracts.checks.enrich import KEYS
from csvgate.contracts.json_schema import contract_schema
from csvgate.contracts.load import load
from csvgate.enrichment.judging.assumed import expression_mistakes
from csvgate.types.registry import FIELD_TYPES

BOUNDS_ROW = "`minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`"


@pytest.fixture
def schema(root: Path) -> dict[str, Any]:
    text = (root / "docs" / "contract.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs" / "contracts.md").read_text(encoding="utf-8")


def test_the_schema_is_current(root: Path) -> None:
    """Otherwise: python -m csvgate.contracts.json_schema > docs/contract.schema.json"""
    expected = (root / "docs" / "contract.schema.json").read_text(encoding="utf-8")
    assert contract_schema() == expected


def test_the_schema_accepts_the_contracts(root: Path, schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    for file in (root / "contracts").glob("*.yaml"):
        data = YAML(typ="safe", pure=True).load(file)
        assert list(Draft202012Validator(schema).iter_errors(data)) == []


@pytest.mark.parametrize(
    "edit",
    [
        {"on_overwrite": "ignore"},
        {"replace": "rows"},
        {"merge": {"latest_by": "id"}},
        {"nitify": {}},
        {"match": []},
        {"limits": {"max_bytes": []}},
        {"schema": {"fields": [{"name": "a", "constraints": {"requried": True}}]}},
    ],
)
def test_the_schema_refuses(
    orders_yaml: Path, schema: dict[str, Any], edit: dict[str, Any]
) -> None:
    data = YAML(typ="safe", pure=True).load(orders_yaml) | edit
    assert not Draft202012Validator(schema).is_valid(data)


def properties(node: Any) -> set[str]:
    """The names of all properties anywhere in a JSON Schema."""
    if isinstance(node, list):
        return set().union(*map(properties, node))
    if not isinstance(node, dict):
        return set()
    named = node.get("properties", {})
    return set(named).union(*map(properties, [*named.values(), *node.values()]))


def test_every_property_has_a_description(schema: dict[str, Any]) -> None:
    models = [schema, *schema["$defs"].values()]
    missing = [
        name
        for model in models
        for name, field in model["properties"].items()
        if not {"description", "$ref"} & set(field)
    ]
    assert missing == []


def test_every_property_is_on_the_page(schema: dict[str, Any], page: str) -> None:
    words = set(re.findall(r"[A-Za-z_]+", " ".join(re.findall(r"`([^`\n]+)`", page))))
    assert sorted(properties(schema) - words) == []


def test_every_type_is_on_the_page(page: str) -> None:
    section = page.split("### Types")[1].split("###")[0]
    for name, kind in FIELD_TYPES.items():
        [row] = [line for line in section.splitlines() if line.startswith(f"| `{name}` |")]
        _, default, also = re.findall(r"\|([^|]*)", row)[:3]
        assert default.split()[0] == kind.default_column == kind.columns[0]
        assert re.findall(r"\b[A-Z0-9]{3,}\b", also) == list(kind.columns[1:])
    assert f"{', '.join(KEYS[:-1])} or {KEYS[-1]}" in page


def test_the_page_names_the_types_of_each_property_and_constraint(page: str) -> None:
    rows = dict(re.findall(r"\| (`[^|]+`) \|(.*)\|\n", page))
    properties = {name for kind in FIELD_TYPES.values() for name in kind.properties}
    for name in sorted(properties):
        types = [type_ for type_, kind in FIELD_TYPES.items() if name in kind.properties]
        assert rows[f"`{name}`"].split("|")[1].startswith(f" {', '.join(types)}: ")
    for constraints in ("`minLength`, `maxLength`", "`pattern`", BOUNDS_ROW):
        names = set(re.findall(r"\w+", constraints))
        types = [type_ for type_, kind in FIELD_TYPES.items() if names <= kind.constraints]
        assert rows[constraints].split("|")[0] == f" {', '.join(types)} "


def test_the_page_names_the_formats_of_each_type(page: str) -> None:
    [row] = re.findall(r"\| `format` \|(.*)\|\n", page)
    for kind in FIELD_TYPES.values():
        assert set(kind.formats) <= set(re.findall(r"`(\w+)`", row))


def test_the_examples_on_the_page_load(page: str, tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 6
    for text in examples:
        file = tmp_path / f"{text.split()[1]}.yaml"
        file.write_text(text, encoding="utf-8")
        load(file, further=lambda each: expression_mistakes(each, {}))


def test_the_mistake_on_the_page(mistakes_in: Callable[..., Any], page: str, root: Path) -> None:
    text = (root / "contracts" / "orders.yaml").read_text(encoding="utf-8")
    wrong = text.replace("orders\n", "sales\n", 1).replace("required: true", "requried: true", 1)
    [found] = mistakes_in(wrong)
    assert f"contracts/orders.yaml:{str(found).partition(':')[2]}" in page
