"""A small valid contract, and the mistakes that the loader finds in variations of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from csvgate.contracts.load import load
from csvgate.contracts.reading.mistakes import ContractError, Mistake

ROOT = Path(__file__).resolve().parents[3]
Found = list[tuple[str, str]]


@pytest.fixture
def orders_yaml() -> Path:
    return ROOT / "contracts" / "orders.yaml"


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def mistakes_in(tmp_path: Path) -> Callable[[str], list[Mistake]]:
    """The mistakes in the text of `sales.yaml`; none if it loads."""

    def run(text: str) -> list[Mistake]:
        file = tmp_path / "sales.yaml"
        file.write_text(text, encoding="utf-8")
        try:
            load(file)
        except ContractError as error:
            return list(error.mistakes)
        return []

    return run


@pytest.fixture
def found(mistakes_in: Callable[[str], list[Mistake]]) -> Callable[..., Found]:
    """Path and message of the mistakes in the valid contract with these properties replaced."""

    def run(**properties: Any) -> Found:
        whole = {
            "dataset": "sales",
            "match": ["sales/*.csv"],
            "schema": {"fields": [{"name": "id"}]},
            "destination": {"dataset": "d", "table": "t"},
            **properties,
        }
        # JSON is YAML.
        return [(m.path, m.message) for m in mistakes_in(json.dumps(whole))]

    return run


@pytest.fixture
def require_mistake(
    found: Callable[..., Found],
) -> Callable[[dict[str, Any], str, str | None], None]:
    """Require that a field with these properties has one mistake, at this path, with this message
    (any message if it is None)."""

    def require(field: dict[str, Any], path: str, message: str | None) -> None:
        [(where, words)] = found(schema={"fields": [{"name": "a", **field}]})
        assert where == f"schema.fields[0].{path}"
        if message is not None:
            assert words == message

    return require
