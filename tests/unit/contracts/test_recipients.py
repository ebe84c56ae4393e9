"""The recipients are the same, read with the contracts or without them."""

import json
from pathlib import Path
from typing import Any

import pytest

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.hashing import from_json, to_json
from csvgate.contracts.load import load_directory
from csvgate.contracts.match import Contracts
from csvgate.contracts.recipients import (
    recipients_by_dataset,
    recipients_in,
    recipients_in_bundle,
)

CONTRACT = """\
dataset: {name}
match: ["{name}/*.csv"]
schema: {{fields: [{{name: id}}]}}
destination: {{dataset: d, table: {name}}}
"""
NOTIFY = """\
notify:
  completed: [anna.kovacs@example.com, joerg.oestby@example.com]
  failed: [on-call@example.com]
"""
NONE: tuple[str, ...] = ()


@pytest.fixture
def loaded(tmp_path: Path) -> Contracts:
    (tmp_path / "orders.yaml").write_text(CONTRACT.format(name="orders") + NOTIFY)
    (tmp_path / "quiet.yaml").write_text(CONTRACT.format(name="quiet"))
    return load_directory(tmp_path)


def test_they_are_those_of_the_contracts(loaded: Contracts) -> None:
    assert recipients_in_bundle(make_bundle(loaded)) == recipients_by_dataset(loaded)
    assert recipients_by_dataset(loaded) == {
        "orders": {
            "completed": ("anna.kovacs@example.com", "joerg.oestby@example.com"),
            "rejected": NONE,
            "failed": ("on-call@example.com",),
        },
        "quiet": {"completed": NONE, "rejected": NONE, "failed": NONE},
    }


def test_each_outcome_of_the_model_is_read(loaded: Contracts) -> None:
    for contract in loaded:
        dataset, found = recipients_in(to_json(contract))
        assert (dataset, dict(found)) == (contract.dataset, dict(contract.notify))


def test_no_part_is_taken_for_the_whole(loaded: Contracts) -> None:
    data = make_bundle(loaded).rstrip(b"\n")
    for length in range(0, len(data), 7):
        with pytest.raises(ValueError, match=r"."):
            recipients_in_bundle(data[:length])


@pytest.mark.parametrize("text", ["[]", "null", "{}", '{"dataset": "quiet", "notify": 1}'])
def test_what_is_not_a_contract_is_refused(text: str) -> None:
    bundle = f'{{"format": 1, "contracts": [{text}]}}'
    with pytest.raises(ValueError, match="not a contract"):
        recipients_in_bundle(bundle.encode())


def test_a_contract_may_not_take_the_place_of_another() -> None:
    bundle = f'{{"format": 1, "contracts": [{contract_of()}, {contract_of()}]}}'
    with pytest.raises(ValueError, match="same dataset name"):
        recipients_in_bundle(bundle.encode())


def contract_of(**changes: Any) -> str:
    found = {
        "dataset": "orders",
        "match": ["orders/*.csv"],
        "schema": {"fields": [{"name": "id"}]},
        "destination": {"dataset": "d", "table": "t"},
    }
    return json.dumps(found | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": 1},
        {"dataset": None},
        {"notify": None},
        {"notify": []},
        {"notify": {"completed": "a@example.com"}},
        {"notify": {"rejected": ["a@example.com", 2]}},
        {"notify": {"failed": None}},
    ],
)
def test_what_the_model_refuses_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        from_json(contract_of(**changes))
    with pytest.raises(ValueError, match="not a"):
        recipients_in(contract_of(**changes))


@pytest.mark.parametrize("changes", [{}, {"notify": {}}, {"notify": {"failed": ["a@example.com"]}}])
def test_what_is_left_out_has_no_recipients(changes: dict[str, Any]) -> None:
    dataset, found = recipients_in(contract_of(**changes))
    assert (dataset, dict(found)) == ("orders", dict(from_json(contract_of(**changes)).notify))
