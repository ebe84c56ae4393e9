"""The rows and the object name that a smoke test uploads."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from csvgate.contracts.load import load
from csvgate.contracts.model import Contract
from csvgate.validation.validate import validate
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.deploy.smoke.sample import find_contract, object_name, valid_rows
from unit.protocol.orders import HEADER, orders, row
from world import ROOT

CONTRACT = load(ROOT / "contracts" / "orders.yaml")
NOW = datetime(2026, 11, 25, 19, 5, 9, tzinfo=UTC)
OWN = "csvgate-smoke-20261125T190509-ab12"


def named(*match: str) -> str:
    return object_name(CONTRACT.model_copy(update={"match": match}), NOW, "ab12")


@pytest.mark.parametrize(
    ("match", "name"),
    [
        (("orders/*.csv",), f"orders/{OWN}.csv"),
        (("orders/*.csv.gz", "orders/*.csv"), f"orders/{OWN}.csv"),
        (("*/orders-*.csv",), f"x/orders-{OWN}.csv"),
        (("orders/**/*.csv",), f"orders/{OWN}.csv"),
        (("orders/**",), f"orders/{OWN}"),
        (("orders/????-*.csv",), f"orders/xxxx-{OWN}.csv"),
    ],
)
def test_a_name_that_the_contract_matches(match: tuple[str, ...], name: str) -> None:
    assert name == named(*match)


def test_no_name_is_left() -> None:
    with pytest.raises(Unusable, match=r"matches orders\.csv, o\?.csv, which leaves no room"):
        named("orders.csv", "o?.csv")


def loaded(data: bytes) -> tuple[int, int]:
    """Rows that the contract accepts and rejects."""
    batches = list(validate([data], CONTRACT))
    return sum(len(b.lines) for b in batches), sum(len(b.rejected) for b in batches)


def test_the_repository_s_sample_without_its_rejected_rows() -> None:
    data, rows = valid_rows((ROOT / "samples" / "orders.csv").read_bytes(), CONTRACT)
    assert (5, 0) == (rows, 0)
    assert (5, 0) == loaded(data)
    assert b"or with the neighbour" in data


def test_rejected_rows_of_several_lines_are_removed_completely() -> None:
    bad = b'ORD-00000099,C0000001,nobody,DE,EUR,1,1,2026-11-20T10:00:00Z,NEW,"one\ntwo\nthree"\n'
    data, rows = valid_rows(HEADER + row(1) + bad + row(2), CONTRACT)
    assert (HEADER + row(1) + row(2), 2) == (data, rows)
    data, rows = valid_rows(HEADER + bad + row(2) + bad.rstrip(b"\n"), CONTRACT)
    assert (HEADER + row(2), 1) == (data, rows)


def test_many_rejected_rows() -> None:
    data, rows = valid_rows(orders(40, bad=12), CONTRACT)
    assert (orders(40), 40) == (data, rows)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"no,orders\n1,2\n", "would be rejected as a whole"),
        (HEADER, "accepts no row"),
        (orders(0, bad=2), "accepts no row"),
    ],
)
def test_a_sample_that_cannot_be_used(data: bytes, told: str) -> None:
    with pytest.raises(Unusable, match=told):
        valid_rows(data, CONTRACT)


def test_an_unknown_dataset(tmp_path: Path) -> None:
    found: Contract = find_contract(ROOT / "contracts", "orders")
    assert CONTRACT == found
    with pytest.raises(Unusable, match=r"has no contract invoices; it has orders"):
        find_contract(ROOT / "contracts", "invoices")
    with pytest.raises(Unusable, match="has no contracts"):
        find_contract(tmp_path, "orders")
