"""Small orders files for the protocol's tests, and their contract with labels."""

from collections.abc import Mapping

from csvgate.contracts.load import load_directory
from csvgate.contracts.match import Contracts
from world import ROOT

HEADER = b"order_id,customer_id,email,country,currency,amount,quantity,ordered_at,status,notes\n"


def row(number: int, amount: str = "10.50") -> bytes:
    """One row, valid unless `amount` is invalid."""
    return (
        f"ORD-{number:08d},C0000001,a{number}@example.com,DE,EUR,{amount},1,"
        f"2026-11-20T10:00:00Z,NEW,note {number}\n"
    ).encode()


def orders(valid: int, bad: int = 0) -> bytes:
    """A header, and `valid` valid rows with `bad` invalid ones spread among them."""
    rows = [row(n) for n in range(valid)]
    for n in range(bad):
        rows.insert(n * 3, row(10_000 + n, amount="twelve"))
    return HEADER + b"".join(rows)


def labelled_orders(labels: Mapping[str, str]) -> Contracts:
    """The orders contract with labels for some fields, by their names."""
    contract = load_directory(ROOT / "contracts").for_dataset("orders")
    assert contract is not None
    fields = tuple(
        field.model_copy(update={"label": labels.get(field.name)})
        for field in contract.schema_.fields
    )
    schema = contract.schema_.model_copy(update={"fields": fields})
    return Contracts([contract.model_copy(update={"schema_": schema})])
