"""For any file the loader returns a contract or reports mistakes; it never fails otherwise."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from csvgate.contracts.hashing import contract_hash, from_json, to_json
from csvgate.contracts.load import load
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import ContractError, Mistake

ORDERS = YAML(typ="safe", pure=True).load(
    Path(__file__).resolve().parents[3] / "contracts" / "orders.yaml"
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data)
    found: list[tuple[Any, ...]] = []
    for key, value in inner:
        found.append((*path, key))
        if isinstance(value, dict | list):
            found += places(value, (*path, key))
    return found


WORDS = st.sampled_from(
    ["", "name", "orders", "order_id", "integer", "datetime", "DATE", "NUMERIC(3)", "\\", "*", "%"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(places(ORDERS)), st.sampled_from(["set", "drop", "rename"]), VALUES, WORDS
    ),
    max_size=4,
)


def edit(data: Any, path: tuple[Any, ...], action: str, value: Any, word: str) -> None:
    for key in path[:-1]:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(data, dict) and path[-1] in data:
        if action == "set":
            data[path[-1]] = value
        else:
            old = data.pop(path[-1])
            if action == "rename":
                data[word] = old
    elif isinstance(data, list) and isinstance(path[-1], int) and path[-1] < len(data):
        data[path[-1]] = value


def loaded(file: Path) -> tuple[Contract | None, tuple[Mistake, ...]]:
    try:
        return load(file), ()
    except ContractError as error:
        return None, error.mistakes


@given(EDITS)
def test_an_edited_contract(edits: list[tuple[tuple[Any, ...], str, Any, str]]) -> None:
    data = json.loads(json.dumps(ORDERS))
    for each in edits:
        edit(data, *each)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "orders.yaml"
        file.write_text(json.dumps(data), encoding="utf-8")
        contract, mistakes = loaded(file)
    if contract is None:
        assert len({(m.path, m.message) for m in mistakes}) == len(mistakes) > 0
    else:
        assert contract_hash(from_json(to_json(contract))) == contract_hash(contract)


@given(st.binary(max_size=60) | st.text(alphabet="ab:-[]{}&*!?|'\" \n\t#,~01.", max_size=60))
def test_any_bytes(data: bytes | str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "x.yaml"
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        contract, mistakes = loaded(file)
    assert contract or mistakes
