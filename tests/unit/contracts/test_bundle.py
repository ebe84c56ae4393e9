"""A bundle holds the same contracts as the YAML files, and damaged ones are refused."""

import json
from pathlib import Path

import pytest

from csvgate.contracts.bundle import make_bundle, read_bundle
from csvgate.contracts.bundle_format import (
    bundle_in_use,
    bundle_name,
    contracts_in,
    digest_of,
    pointer_to,
)
from csvgate.contracts.hashing import contract_hash, to_json
from csvgate.contracts.load import load_directory
from csvgate.contracts.match import Contracts

ROOT = Path(__file__).resolve().parents[3]
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
DIGEST = digest_of(b"a bundle")


@pytest.fixture
def loaded(tmp_path: Path) -> Contracts:
    (tmp_path / "orders.yaml").write_text(ORDERS)
    (tmp_path / "other.yml").write_text(OTHER)
    return load_directory(tmp_path)


def folders() -> list[Path]:
    shipped = {file.parent for file in ROOT.glob("samples/**/contracts/*.yaml")}
    return [ROOT / "contracts", *sorted(shipped)]


def is_restored(contracts: Contracts) -> None:
    restored = read_bundle(make_bundle(contracts))
    assert list(contracts) == list(restored)
    assert [*map(contract_hash, contracts)] == [*map(contract_hash, restored)]
    assert [*map(to_json, contracts)] == [*map(to_json, restored)]


def test_it_holds_the_same_contracts(loaded: Contracts) -> None:
    is_restored(loaded)


@pytest.mark.parametrize("folder", folders(), ids=str)
def test_it_holds_those_of_the_repository(folder: Path) -> None:
    is_restored(load_directory(folder))


def test_the_same_contracts_have_one_digest(loaded: Contracts, tmp_path: Path) -> None:
    first = digest_of(make_bundle(loaded))
    (tmp_path / "orders.yaml").write_text(f"# a comment\n{ORDERS}")
    assert digest_of(make_bundle(reversed(list(load_directory(tmp_path))))) == first
    (tmp_path / "orders.yaml").write_text(ORDERS.replace("5GiB", "6GiB"))
    assert digest_of(make_bundle(load_directory(tmp_path))) != first
    assert bundle_name(first) == f"bundles/{first}.json"


def test_a_property_that_is_not_used_is_not_in_it(loaded: Contracts) -> None:
    """A function of an earlier version does not know the property, and could not read it."""
    orders, other = contracts_in(make_bundle(loaded))
    assert {"dataset", "match", "schema", "destination"} == other.keys()
    assert {"max_bytes": 5 * 2**30} == orders["limits"]


def test_what_a_later_version_adds_around_the_contracts_is_ignored(loaded: Contracts) -> None:
    document = json.loads(make_bundle(loaded)) | {"made_by": "a later version"}
    assert list(read_bundle(json.dumps(document).encode())) == list(loaded)


def test_no_part_of_it_is_taken_for_the_whole(loaded: Contracts) -> None:
    data = make_bundle(loaded).rstrip(b"\n")
    for length in range(0, len(data), 7):
        with pytest.raises(ValueError, match=r"."):
            read_bundle(data[:length])


@pytest.mark.parametrize(
    "data",
    [
        *(b"\xff", b"[]", b"null", b"{}", b"", b'{"format":1}', b'{"format":1,"contracts":{}}'),
        *(b'{"format":2,"contracts":[]}', b'{"format":1,"contracts":[{}]}'),
        b'{"format":1,"contracts":[{"dataset":"a","match":["a"],"schema":{"fields":[{"name":"i"}]},'
        b'"destination":{"dataset":"d","table":"t"},"unheard_of":1}]}',
    ],
)
def test_other_contents_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_bundle(data)


def test_two_contracts_of_one_name_are_refused(loaded: Contracts) -> None:
    document = json.loads(make_bundle(loaded))
    document["contracts"] = 2 * document["contracts"][:1]
    with pytest.raises(ValueError, match="same dataset name"):
        read_bundle(json.dumps(document).encode())


def test_a_pointer_names_a_bundle() -> None:
    assert bundle_in_use(pointer_to(DIGEST).encode()) == DIGEST
    later = json.loads(pointer_to(DIGEST)) | {"made_by": "a later version"}
    assert bundle_in_use(json.dumps(later).encode()) == DIGEST


@pytest.mark.parametrize(
    "document",
    [
        *([], {}, {"format": 2, "bundle": DIGEST}, {"format": 1}, {"format": 1, "bundle": 7}),
        *({"format": 1, "bundle": f"../{DIGEST}"}, {"format": 1, "bundle": f"{DIGEST}\n"}),
    ],
)
def test_other_pointers_are_refused(document: object) -> None:
    with pytest.raises(ValueError, match=r"not a pointer"):
        bundle_in_use(json.dumps(document).encode())
