"""Tiny uploads, their contracts, and the expected result of each row: an oracle that shares no code
with the engine."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from csvgate.contracts.hashing import to_json
from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract

HEADER = "id,shop,amount"
MAX_REJECTED = 2
"""The rejected rows that the contracts allow."""
SHOPS = b"shop,city\nS1,Ghent\nS2,Lille\n"
OTHER_SHOPS = b"shop,city\nS1,Turin\n"
LONG_SHOPS = b"shop,city\nS1,%b\n" % (b"Llan" * 500)
"""With it, each enriched row takes 2 kB."""
CITIES = {SHOPS: "Ghent", OTHER_SHOPS: "Turin", LONG_SHOPS: "Llan" * 500}
"""The city of S1 in each of them."""
TABLE = "sales.orders"
WAYS: dict[str, dict[str, Any]] = {
    "daily": {"on_overwrite": "replace"},
    "whole": {"replace": "table"},
    "parts": {"replace_by": ["id"]},
    "stock": {"merge": {"key": ["id"]}},
    "prices": {"merge": {"key": ["id"], "latest_by": "amount"}},
    "codes": {"unique": "table"},
}
"""The folders whose uploads change rows of their table, which has the folder's name, and how their
contracts say so."""


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    amount: str
    """An integer; with anything else the row must be rejected."""

    def text(self) -> str:
        return f"{self.id},S1,{self.amount}"

    def valid(self, version: int) -> bool:
        """Version 2 of the contract allows amounts up to 99."""
        return self.amount.isdigit() and (version != 2 or int(self.amount) <= 99)


@dataclass(frozen=True, slots=True)
class File:
    rows: tuple[Row, ...] = ()
    header: str = HEADER

    @property
    def data(self) -> bytes:
        return "".join(
            f"{line}\n" for line in (self.header, *(r.text() for r in self.rows))
        ).encode()

    @property
    def unreadable(self) -> bool:
        return self.header != HEADER

    def valid_lines(self, version: int) -> list[int]:
        return [n for n, row in enumerate(self.rows, 2) if row.valid(version)]

    def rejected_lines(self, version: int) -> list[int]:
        return [n for n, row in enumerate(self.rows, 2) if not row.valid(version)]

    def expected(self, version: int, *, replaces: bool) -> str:
        """The outcome, if the upload is neither overwritten nor deleted. One that `replaces` others
        must not only remove their rows, because all of its own are rejected."""
        over = len(self.rejected_lines(version)) > MAX_REJECTED
        only_removes = replaces and self.rows and not self.valid_lines(version)
        return "rejected" if self.unreadable or over or only_removes else "completed"


def file(*amounts: str) -> File:
    """One row for each amount."""
    return File(tuple(Row(f"R{n}", amount) for n, amount in enumerate(amounts)))


UNREADABLE = File((Row("R0", "1"),), header="id,nothing,else")


@cache
def contracts(version: int) -> Contracts:
    """`orders/` may be overwritten, `held/` refuses it, and `once/` leaves out what is loaded
    already; they load into one table. Those of WAYS have a table each. Version 0 has no contract,
    and in version 3 they have other names."""
    if not version:
        return Contracts([])
    return Contracts(
        [
            _contract("orders", version, {"on_overwrite": "append"}),
            _contract("held", version, {"on_overwrite": "refuse"}),
            _contract("once", version, {"identical": "skip"}),
            *(_contract(name, version, way, table=name) for name, way in WAYS.items()),
        ]
    )


@cache
def version_of(contract_json: str) -> int:
    """Which version of the contracts a pinned contract is."""
    for version in (1, 2, 3):
        if contract_json in {to_json(c) for c in contracts(version)}:
            return version
    raise AssertionError("a plan holds a contract that nobody deployed")


def _contract(dataset: str, version: int, way: dict[str, Any], table: str = "orders") -> Contract:
    way = dict(way)
    unique = {"unique": way.pop("unique")} if "unique" in way else {}
    amount = {"required": True, "minimum": 0, **({"maximum": 99} if version == 2 else {})}
    return Contract.model_validate(
        {
            "dataset": f"{dataset}_renamed" if version == 3 else dataset,
            "match": [f"{dataset}/*.csv"],
            "schema": {
                "fields": [
                    {"name": "id", "type": "string", "constraints": {"required": True, **unique}},
                    {"name": "shop", "type": "string"},
                    {"name": "amount", "type": "integer", "constraints": amount},
                ]
            },
            "destination": {"dataset": "sales", "table": table},
            "identical": "load",
            **way,
            "limits": {"rejected_rows": MAX_REJECTED},
            "enrich": [{"lookup": {"reference": "shops", "by": "shop", "add": ["city"]}}],
            "references": {"shops": {"object": "shops.csv", "key": "shop"}},
            "notify": {
                "completed": ["done@example.com"],
                "rejected": ["back@example.com"],
                "failed": ["ops@example.com"],
            },
        }
    )
