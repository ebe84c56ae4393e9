"""The JSON form of contracts is used only beside the YAML files that it was made from."""

from pathlib import Path

import pytest

from csvgate.contracts.checked import checked_contracts, read_checked
from csvgate.contracts.checked_lines import CHECKED
from csvgate.contracts.hashing import contract_hash, to_json
from csvgate.contracts.load import load_directory

ORDERS = """\
dataset: orders
match: ["orders/*.csv"]
schema:
  fields:
    - {name: id, description: "a\\u2028b\\u0085c\\nd é"}
    - {name: size, type: number, constraints: {minimum: 0.1, enum: [1, 2.5]}}
destination: {dataset: d, table: t}
limits: {max_bytes: 5GiB}
enrich:
  - derive: {z: {sql: "1", bigquery: INT64}, a: {sql: "2", bigquery: INT64}}
"""
OTHER = """\
dataset: other
match: ["other/*.csv"]
schema: {fields: [{name: id}]}
destination: {dataset: d, table: u}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "orders.yaml").write_text(ORDERS)
    (tmp_path / "other.yml").write_text(OTHER)
    (tmp_path / CHECKED).write_bytes(checked_contracts(tmp_path, load_directory(tmp_path)))
    return tmp_path


def test_it_holds_the_same_contracts(folder: Path) -> None:
    loaded, checked = list(load_directory(folder)), read_checked(folder)
    assert loaded == checked
    assert [*map(contract_hash, loaded)] == [*map(contract_hash, checked)]
    assert [*map(to_json, loaded)] == [*map(to_json, checked)]


def test_a_yaml_file_that_changed_counts(folder: Path) -> None:
    text = ORDERS.replace("5GiB", "6GiB")
    (folder / "orders.yaml").write_text(text)
    assert read_checked(folder) is None


def test_a_yaml_file_that_was_added_counts(folder: Path) -> None:
    (folder / "third.yaml").write_text(OTHER.replace("other", "third"))
    assert read_checked(folder) is None


def test_a_yaml_file_that_was_removed_counts(folder: Path) -> None:
    (folder / "other.yml").unlink()
    assert read_checked(folder) is None


def test_without_it(tmp_path: Path) -> None:
    assert read_checked(tmp_path) is None
    assert read_checked(tmp_path / "missing") is None


def test_no_part_of_it_is_taken_for_the_whole(folder: Path) -> None:
    data = (folder / CHECKED).read_bytes()
    for length in range(0, len(data) - 1, 7):
        (folder / CHECKED).write_bytes(data[:length])
        assert read_checked(folder) is None
    lines = data.splitlines(keepends=True)
    (folder / CHECKED).write_bytes(b"".join(lines[:-1]))
    assert read_checked(folder) is None


@pytest.mark.parametrize("data", [b"\xff", b"[]\n", b"null\n", b"{}\n{}\n", b"\n"])
def test_other_contents_are_ignored(data: bytes, folder: Path) -> None:
    (folder / CHECKED).write_bytes(data)
    assert read_checked(folder) is None
