"""Contracts of a running local cloud that change."""

import os
from pathlib import Path

import pytest

from csvgate_ops.local.cloud.contract_watch import (
    ContractWatch,
    await_contracts,
    contracts_digest,
    load_contracts,
)
from csvgate_ops.local.cloud.errors import CloudError
from csvgate_ops.local.cloud.files import DataDir, write_json

RIGHT = """\
dataset: {name}
match: ["{name}/*.csv"]
schema: {{fields: [{{name: id}}]}}
destination: {{dataset: d, table: {name}}}
"""


def write(folder: Path, name: str, text: str = RIGHT) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(text.format(name=name))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "contracts", "orders")
    return tmp_path / "contracts"


def test_a_change_is_reported_once_when_the_folder_rests(folder: Path) -> None:
    watch = ContractWatch(folder)
    assert watch.look() is None
    write(folder, "people")
    assert watch.look() is None, "it may still be written to"
    change = watch.look()
    assert change is not None
    assert (change.digest, change.mistakes) == (contracts_digest(folder), "")
    assert watch.look() is None


def test_a_touched_file_is_not_a_change(folder: Path) -> None:
    watch = ContractWatch(folder)
    os.utime(folder / "orders.yaml", ns=(1, 1))
    assert [None] * 3 == [watch.look() for _ in range(3)]


def test_a_mistake_is_reported_and_its_correction_too(folder: Path) -> None:
    watch = ContractWatch(folder)
    write(folder, "people", "dataset: people\n")
    watch.look()
    change = watch.look()
    assert change is not None
    assert "match: is missing" in change.mistakes
    write(folder, "people")
    watch.look()
    change = watch.look()
    assert change is not None
    assert change.mistakes == ""


def test_a_removed_contract_is_a_change(folder: Path) -> None:
    write(folder, "people")
    watch = ContractWatch(folder)
    (folder / "people.yaml").unlink()
    watch.look()
    assert watch.look() is not None


def test_an_upload_waits_for_the_contracts_to_be_in_use(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir = DataDir(tmp_path / "data")
    endpoints = {"contracts": str(folder), "data_dir": str(data_dir.root)}
    slept = list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        write_json(data_dir.endpoints, {**endpoints, "contracts_digest": contracts_digest(folder)})

    monkeypatch.setattr("csvgate_ops.local.cloud.contract_watch.time.sleep", sleep)
    write_json(data_dir.endpoints, {**endpoints, "contracts_digest": "of those before"})
    assert ["orders"] == [contract.dataset for contract in await_contracts(endpoints)]
    assert len(slept) == 1


def test_mistakes_end_the_wait(folder: Path, tmp_path: Path) -> None:
    write(folder, "people", "dataset: people\n")
    with pytest.raises(CloudError, match="match: is missing"):
        await_contracts({"contracts": str(folder), "data_dir": str(tmp_path)})


def test_a_folder_without_contracts_names_infer(tmp_path: Path) -> None:
    with pytest.raises(CloudError) as caught:
        load_contracts(tmp_path)
    assert f"the folder {tmp_path} has no contracts" in str(caught.value)
    assert f"csvgate infer FILE --out {tmp_path}" in str(caught.value)
