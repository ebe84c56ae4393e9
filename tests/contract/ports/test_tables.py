"""The tables of the Warehouse port, with the fake and with the emulators."""

from dataclasses import replace

import pytest

from contract.ports.backends import Dataset, spec
from csvgate.ports import Column, Partitioning
from csvgate.runtime.errors import Permanent

ALL_KINDS = (
    Column("text", "STRING", required=True, description="Words"),
    Column("bytes", "BYTES"),
    Column("whole", "INTEGER"),
    Column("real", "FLOAT"),
    Column("money", "NUMERIC"),
    Column("yes", "BOOLEAN"),
    Column("day", "DATE"),
    Column("hour", "TIME"),
    Column("local", "DATETIME"),
    Column("moment", "TIMESTAMP"),
    Column("tree", "JSON"),
)


def test_a_missing_table_is_created(dataset: Dataset) -> None:
    orders = spec(dataset, *ALL_KINDS)
    orders = replace(orders, partition_by=Partitioning("moment"), cluster_by=("text", "whole"))
    dataset.warehouse.ensure_table(orders)
    found = dataset.columns("orders")
    assert [(c.name, c.required, c.description) for c in found] == [
        (c.name, c.required, c.description) for c in ALL_KINDS
    ]
    assert dataset.rows("orders") == []


def test_it_may_be_repeated(dataset: Dataset) -> None:
    for _ in range(3):
        dataset.warehouse.ensure_table(spec(dataset, *ALL_KINDS))


def test_parameters_of_types_survive(dataset: Dataset) -> None:
    columns = [Column("a", "STRING(40)"), Column("b", "NUMERIC(12, 2)"), Column("c", "BYTES(3)")]
    dataset.warehouse.ensure_table(spec(dataset, *columns))
    assert dataset.columns("orders") == columns


def test_without_its_dataset(dataset: Dataset) -> None:
    with pytest.raises(Permanent, match=r"table\.no_dataset"):
        dataset.warehouse.ensure_table(replace(spec(dataset, *ALL_KINDS), dataset="nowhere"))


@pytest.mark.parametrize(
    "column",
    [
        Column("A", "STRING"),
        Column("a", "STRING", required=True),
        Column("a", "STRING(10)"),
        Column("a", "STRING", description="other words"),
    ],
    ids=str,
)
def test_a_wider_column_fits(dataset: Dataset, column: Column) -> None:
    dataset.make_table("orders", [Column("a", "STRING"), Column("more", "DATE")])
    dataset.warehouse.ensure_table(spec(dataset, column))


def test_every_difference_is_named(dataset: Dataset) -> None:
    dataset.make_table(
        "orders",
        [
            Column("a", "STRING"),
            Column("b", "INT64"),
            Column("c", "DATE", required=True),
            Column("extra", "BOOL", required=True),
        ],
    )
    ours = [Column("a", "STRING"), Column("b", "NUMERIC"), Column("c", "DATE"), Column("d", "TIME")]
    with pytest.raises(Permanent) as caught:
        dataset.warehouse.ensure_table(spec(dataset, *ours))
    assert (caught.value.code, caught.value.message) == (
        "table.contradicts",
        f"table {dataset.name}.orders does not match the contract."
        " b: expected NUMERIC NULLABLE, found INT64 NULLABLE;"
        " c: expected DATE NULLABLE, found DATE REQUIRED;"
        " d: expected TIME NULLABLE, not in the table;"
        " extra: the table requires it (BOOL REQUIRED), but the contract lacks it."
        " `csvgate tables plan ENV` shows the statements that alter it, and the next deploy runs"
        " them; or name another table in the contract's destination. Then replay",
    )


@pytest.mark.parametrize(
    ("table", "ours"),
    [
        ("STRING(10)", "STRING"),
        ("STRING(10)", "STRING(11)"),
        ("NUMERIC(12, 2)", "NUMERIC"),
        ("NUMERIC(12, 2)", "NUMERIC(13, 3)"),
        ("NUMERIC(12, 2)", "NUMERIC(12, 1)"),
    ],
)
def test_a_narrower_column_contradicts(dataset: Dataset, table: str, ours: str) -> None:
    dataset.make_table("orders", [Column("a", table)])
    with pytest.raises(Permanent, match=r"table\.contradicts"):
        dataset.warehouse.ensure_table(spec(dataset, Column("a", ours)))
