"""Which contract a file falls under without --contract."""

from pathlib import Path

import pytest

from csvgate_ops.author.check.choose import choose
from csvgate_ops.author.check.output import Unusable
from unit.author.check.check_examples import write_contract


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    contracts = tmp_path / "contracts"
    write_contract(contracts, "orders")
    write_contract(contracts, "people", match=["hr/people-*.csv", "people.csv"])
    write_contract(contracts, "deep", match=["in/orders/*.csv", "deep/*.csv"])
    (tmp_path / "orders").mkdir()
    monkeypatch.chdir(tmp_path)
    return contracts


@pytest.mark.parametrize(
    ("file", "name", "dataset"),
    [
        ("anything.csv", "orders/x.csv", "orders"),
        ("orders/x.csv", None, "orders"),
        ("./orders/x.csv", None, "orders"),
        ("/home/me/orders/x.csv", None, "orders"),
        ("../uploads/hr/people-1.csv", None, "people"),
        ("somewhere/people.csv", None, "people"),
        # As it is given comes before its last components.
        ("in/orders/x.csv", None, "deep"),
        (None, "hr/people-2.csv", "people"),
        # As `csvgate infer` would name its contract.
        ("/home/me/orders.csv", None, "orders"),
        ("orders_2026-11-21.csv", None, "orders"),
        # Its contract comes before that of the folder which the file happens to be in.
        ("/home/me/orders/deep.csv", None, "deep"),
        ("orders/deep.csv", None, "orders"),
    ],
)
def test_by_name_or_path(folder: Path, file: str | None, name: str | None, dataset: str) -> None:
    path = None if file is None else Path(file)
    assert choose(path, folder, name).dataset == dataset


def test_by_the_folder_that_one_is_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent / "orders")
    assert choose(Path("x.csv"), folder, None).dataset == "orders"
    assert choose(Path("deep_2.csv"), folder, None).dataset == "deep"


@pytest.mark.parametrize(
    ("file", "name", "said"),
    [
        ("x.csv", None, "no contract in the folder {folder} fits 'x.csv'"),
        ("orders/x.csv", "elsewhere/x.csv", "fits 'elsewhere/x.csv'"),
        ("home/in/orders/x.csv", None, "several contracts fit 'in/orders/x.csv'"),
    ],
)
def test_none_or_several(folder: Path, file: str, name: str | None, said: str) -> None:
    with pytest.raises(Unusable) as caught:
        choose(Path(file), folder, name)
    assert said.format(folder=folder) in caught.value.message
    assert "contract orders (orders/*.csv)" in caught.value.message
    assert "--contract PATH" in caught.value.message


def test_a_folder_without_contracts(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="has no contracts; draft the first one: csvgate infer"):
        choose(Path("x.csv"), tmp_path, None)


def test_many_contracts_are_named_only(tmp_path: Path) -> None:
    for number in range(22):
        write_contract(tmp_path, f"c{number:02}")
    with pytest.raises(Unusable) as caught:
        choose(Path("x.csv"), tmp_path, None)
    assert "It has the contracts c00, c01, c02" in caught.value.message
    assert "c19 and 2 more. Give the name" in caught.value.message
