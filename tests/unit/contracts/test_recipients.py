"""The recipients are the same, read with the contracts or without them."""

import json
from pathlib import Path
from typing import Any

import pytest

from csvgate.contracts.checked import checked_contracts
from csvgate.contracts.checked_lines import CHECKED
from csvgate.contracts.hashing import from_json, to_json
from csvgate.contracts.load import load_directory
from csvgate.contracts.recipients import (
    read_checked_recipients,
    recipients_by_dataset,
    recipients_in,
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
def folder(tmp_path: Path) -> Path:
    (tmp_path / "orders.yaml").write_text(CONTRACT.format(name="orders") + NOTIFY)
    (tmp_path / "quiet.yaml").write_text(CONTRACT.format(name="quiet"))
    (tmp_path / CHECKED).write_bytes(checked_contracts(tmp_path, load_directory(tmp_path)))
    return tmp_path


def test_they_are_those_of_the_contracts(folder: Path) -> None:
    assert read_checked_recipients(folder) == recipients_by_dataset(load_directory(folder))
    assert read_checked_recipients(folder) == {
        "orders": {
            "completed": ("anna.kovacs@example.com", "joerg.oestby@example.com"),
            "rejected": NONE,
            "failed": ("on-call@example.com",),
        },
        "quiet": {"completed": NONE, "rejected": NONE, "failed": NONE},
    }


def test_each_outcome_of_the_model_is_read(folder: Path) -> None:
    for contract in load_directory(folder):
        dataset, found = recipients_in(to_json(contract))
        assert (dataset, dict(found)) == (contract.dataset, dict(contract.notify))


def test_other_yaml_files_count(folder: Path) -> None:
    (folder / "quiet.yaml").write_text(CONTRACT.format(name="quiet") + NOTIFY)
    assert read_checked_recipients(folder) is None


def test_no_part_is_taken_for_the_whole(folder: Path) -> None:
    data = (folder / CHECKED).read_bytes()
    for length in range(0, len(data), 7):
        (folder / CHECKED).write_bytes(data[:length])
        assert read_checked_recipients(folder) is None


def test_a_contract_may_not_take_the_place_of_another(folder: Path) -> None:
    first, one, _ = (folder / CHECKED).read_bytes().splitlines(keepends=True)
    (folder / CHECKED).write_bytes(first + one + one)
    assert read_checked_recipients(folder) is None


@pytest.mark.parametrize("line", [b"[]", b"null", b"{}", b"{", b'{"dataset":"quiet","notify":1}'])
def test_a_line_that_is_not_a_contract(line: bytes, folder: Path) -> None:
    first, one, _ = (folder / CHECKED).read_bytes().splitlines(keepends=True)
    (folder / CHECKED).write_bytes(first + one + line + b"\n")
    assert read_checked_recipients(folder) is None


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
