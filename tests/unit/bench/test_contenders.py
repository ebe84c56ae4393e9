"""Contenders apply the rules, and miss only the faults that their notes name."""

from importlib import import_module
from pathlib import Path

import pytest
from bench import orders, truth
from bench.contenders import BY_NAME
from bench.truth import Score, score

ROWS = 3000
STOPS = {"row.stray_quote", "encoding.invalid"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> orders.OrdersFile:
    return orders.write(tmp_path_factory.mktemp("contenders"), ROWS, bad=0.1)


def scored(name: str, made: orders.OrdersFile) -> Score:
    entry = BY_NAME[name]
    path = made.cleaned if entry.cleaned else made.csv
    path = made.returns if entry.carriage_returns else path
    outcome = import_module(f"bench.contenders.{name}").run(path)
    assert outcome.rows == ROWS
    return score(truth.read(made.truth), outcome.findings, entry.place)


@pytest.mark.parametrize("name", ["csvgate_encoded", "csvgate_values", "csvgate_returns"])
def test_csvgate_is_exact(name: str, made: orders.OrdersFile) -> None:
    assert scored(name, made).perfect


@pytest.mark.parametrize(
    ("name", "misses"),
    [
        ("csv_reader", {"row.stray_quote"}),
        ("pydantic_rows", STOPS),
        ("pydantic_encoded", STOPS),
        ("polars_mask", {*STOPS, "row.too_few_fields", "row.too_many_fields"}),
    ],
)
def test_the_others_miss_only_what_they_cannot_see(
    name: str, misses: set[str], made: orders.OrdersFile
) -> None:
    actual = scored(name, made)
    assert misses == set(actual.missed)
    assert actual.rows_false == 0
    assert actual.rows_found > 0


def test_every_contender_is_there() -> None:
    folder = Path(import_module("bench.contenders").__file__ or "").parent
    modules = {path.stem for path in folder.glob("*.py")} - {
        "__init__",
        "orders_rules",
        "records_out",
    }
    assert set(BY_NAME) == modules
