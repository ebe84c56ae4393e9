"""The hash changes exactly if rows could change; JSON restores the same contract."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.contracts.hashing import contract_hash, from_json, to_json
from csvgate.contracts.load import load
from csvgate.contracts.model import (
    Constraints,
    Contract,
    Derivation,
    Destination,
    Dialect,
    EnrichStep,
    Limits,
    Lookup,
    Notify,
    Reference,
    Schema,
    SchemaField,
)


@pytest.fixture
def orders(orders_yaml: Path) -> Contract:
    return load(orders_yaml)


def edited(path: Path, old: str, new: str, folder: Path) -> Contract:
    text = path.read_text(encoding="utf-8")
    assert old in text
    file = folder / path.name
    file.write_text(text.replace(old, new), encoding="utf-8")
    return load(file)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("dataset: orders\n", "# the shop's orders\n\ndataset:   'orders'\n"),
        ("on_overwrite: append ", "on_overwrite: append\nencoding: utf-8 "),
        ("{dataset: sales, table: orders,", "{table: orders, dataset: sales,"),
        ("max_bytes: 5GiB", "max_bytes: 5368709120"),
        ("  completed: [sales-data@example.com]", "  completed: [somebody.else@example.com]"),
        ('match: ["orders/*.csv",', 'match: ["orders/new/*.csv",'),
        ("name: notes,", "name: notes, title: Notes, description: Whatever,"),
        ("schema:\n", "schema:\n  title: Orders\n  description: Of the shop\n"),
        ("partition_by: ordered_at", "labels: {team: a}, partition_by: {column: ordered_at}"),
        ("partition_by: ordered_at", "partition_by: {column: ordered_at, unit: day}"),
        ("quoteChar: '\"', doubleQuote: true, header: true", 'delimiter: ","'),
    ],
)
def test_a_change_without_effect_on_rows_keeps_the_hash(
    orders: Contract, orders_yaml: Path, tmp_path: Path, old: str, new: str
) -> None:
    if old.startswith("on_overwrite"):
        tmp = orders_yaml.read_text(encoding="utf-8").replace("encoding: utf-8\n", "")
        orders_yaml = tmp_path / "orders.yaml"
        orders_yaml.write_text(tmp, encoding="utf-8")
    if old.startswith("quoteChar"):
        old = '{delimiter: ",", ' + old + "}"
        new = "{" + new + "}"
    assert contract_hash(edited(orders_yaml, old, new, tmp_path)) == contract_hash(orders)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rejected_rate: 0.2", "rejected_rate: 0.3"),
        ("on_overwrite: append", "on_overwrite: refuse"),
        ("maximum: 1000", "maximum: 1001"),
        ("minimum: 0}", 'minimum: "0"}'),
        ("sensitive: true", "sensitive: false"),
        ('delimiter: ","', 'delimiter: ";"'),
        ("NUMERIC(12, 2)", "NUMERIC(13, 2)"),
        ("table: orders", "table: orders2"),
        ("cluster_by: [country, status]", "cluster_by: [status, country]"),
        ("partition_by: ordered_at", "partition_by: {column: ordered_at, unit: month}"),
        ("partition_by: ordered_at", "partition_by: {unit: day}"),
        ("partition_by: ordered_at", "partition_by: ordered_at, partition_expiry_days: 9"),
        ("object: fx_rates.csv", "object: rates.csv"),
        ("round(amount * eur_rate, 2)", "amount * eur_rate"),
        ("encoding: utf-8", "encoding: latin-1"),
    ],
)
def test_a_change_with_effect_on_rows_changes_the_hash(
    orders: Contract, orders_yaml: Path, tmp_path: Path, old: str, new: str
) -> None:
    assert contract_hash(edited(orders_yaml, old, new, tmp_path)) != contract_hash(orders)


def test_the_order_of_derived_columns_counts(orders: Contract) -> None:
    one, two = Derivation(sql="1", bigquery="INT64"), Derivation(sql="2", bigquery="INT64")
    forth = orders.model_copy(update={"enrich": (EnrichStep(derive={"a": one, "b": two}),)})
    back = orders.model_copy(update={"enrich": (EnrichStep(derive={"b": two, "a": one}),)})
    assert contract_hash(forth) != contract_hash(back)
    assert list(from_json(to_json(back)).enrich[0].derive or {}) == ["b", "a"]


def test_the_hash_of_orders_stays(orders: Contract) -> None:
    """Uploads that have started are pinned to it, so it changes only with the meaning of a
    contract."""
    assert contract_hash(orders) == "440ab2327292b7235aa540e579c7b46a"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"dataset": "a"}'])
def test_not_a_contract(text: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        from_json(text)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
SCALAR = st.one_of(
    TEXT, st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)
)
FIELDS = st.builds(
    SchemaField,
    name=NAME,
    label=st.none() | TEXT,
    type=st.sampled_from(["string", "integer", "number", "datetime"]),
    bigquery=st.none() | TEXT,
    missing_values=st.none() | st.lists(TEXT).map(tuple),
    constraints=st.builds(
        Constraints,
        required=st.booleans(),
        min_length=st.none() | st.integers(min_value=0),
        minimum=st.none() | SCALAR,
        exclusive_maximum=st.none() | SCALAR,
        enum=st.none() | st.lists(SCALAR, max_size=4).map(tuple),
    ),
)
STEPS = st.one_of(
    st.builds(
        EnrichStep,
        lookup=st.builds(
            Lookup, reference=TEXT, by=TEXT, add=st.lists(NAME, min_size=1).map(tuple)
        ),
    ),
    st.builds(
        EnrichStep,
        derive=st.dictionaries(TEXT, st.builds(Derivation, sql=TEXT, bigquery=TEXT), max_size=3),
    ),
)
PARTITIONS = st.fixed_dictionaries(
    {},
    optional={
        "column": TEXT,
        "unit": st.sampled_from(["hour", "day", "month", "year"]),
        "start": st.integers(),
        "end": st.integers(),
        "step": st.integers(),
    },
)
CONTRACTS = st.builds(
    Contract,
    dataset=TEXT,
    match=st.lists(NAME, min_size=1, max_size=3).map(tuple),
    dialect=st.builds(Dialect, delimiter=TEXT, escape_char=st.none() | TEXT),
    schema=st.builds(
        Schema,
        fields=st.lists(FIELDS, min_size=1, max_size=3).map(tuple),
        primary_key=st.none() | TEXT | st.lists(TEXT, max_size=2).map(tuple),
    ),
    destination=st.builds(
        Destination,
        dataset=TEXT,
        table=TEXT,
        partition_by=st.none() | TEXT | PARTITIONS,
        partition_expiry_days=st.none() | st.integers(min_value=1, max_value=1000),
        require_partition_filter=st.none() | st.booleans(),
        labels=st.dictionaries(TEXT, TEXT, max_size=2),
    ),
    limits=st.builds(
        Limits,
        rejected_rate=st.floats(min_value=0, max_value=1),
        max_bytes=st.none() | st.integers(min_value=1),
    ),
    enrich=st.lists(STEPS, max_size=3).map(tuple),
    references=st.dictionaries(TEXT, st.builds(Reference, object=TEXT, key=TEXT), max_size=2),
    notify=st.builds(Notify, failed=st.lists(TEXT, max_size=2).map(tuple)),
)


@given(CONTRACTS)
def test_json_restores_the_contract(contract: Contract) -> None:
    text = to_json(contract)
    back: Any = from_json(text)
    assert back == contract
    # 1, true and 1.0 are equal, as are mappings in any order; their texts are not.
    assert to_json(back) == text
    assert contract_hash(back) == contract_hash(contract)
