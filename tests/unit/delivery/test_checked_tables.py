"""What an instance knows about its tables, used by several requests at the same time."""

from typing import Any

from csvgate.gcp.tables import Tables
from csvgate.ports import Column, TableSpec


def spec(table: str) -> TableSpec:
    return TableSpec("sales", table, (Column("a", "INT64"),))


def test_a_table_is_forgotten_while_another_request_checks_one() -> None:
    """Otherwise the failure of the write, which the delivery judges, is replaced by an error about
    a dictionary that changed."""
    tables = Tables.__new__(Tables)

    class Interrupted(TableSpec):
        @property
        def id(self) -> str:
            tables._fitted[spec("new")] = 1.0
            return "sales.interrupted"

    known: dict[Any, float] = {Interrupted("sales", "interrupted", ()): 1.0, spec("orders"): 1.0}
    tables._fitted = known
    tables.forget("sales.orders")
    assert spec("orders") not in tables._fitted
