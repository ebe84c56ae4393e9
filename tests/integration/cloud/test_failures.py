"""What keeps the local cloud from coming up is said clearly, and nothing is left running."""

import socket
from pathlib import Path

import pytest

from csvgate_ops.local.cloud import emulators
from csvgate_ops.local.cloud.errors import CloudError
from csvgate_ops.local.cloud.files import DataDir
from csvgate_ops.local.cloud.options import Options
from csvgate_ops.local.supervisor.run import prepare
from integration.cloud.conftest import FUNCTIONS, recording_options
from local_cloud import LocalCloud, eventually, mentions


def refusal(cloud: LocalCloud, *options: str) -> str:
    """What `up` says when it refuses; nothing must be left of it."""
    done = cloud.csvgate("up", *options, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback (most recent call last)" not in done.stderr.partition("last lines of")[0]
    eventually(lambda: not mentions(str(cloud.data_dir)), "no process is left", seconds=5)
    assert not (cloud.data_dir / "endpoints.json").exists()
    return done.stderr


@pytest.fixture
def cloud(tmp_path: Path) -> LocalCloud:
    return LocalCloud(tmp_path / "data")


def test_a_port_in_use_is_named(cloud: LocalCloud) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refusal(cloud, "--port", f"storage={port}")
    assert f"storage: port {port} is in use" in said
    assert "to fix it:" in said


def test_a_remembered_port_that_is_taken_is_replaced(tmp_path: Path) -> None:
    options = Options(data_dir=tmp_path, functions=FUNCTIONS)
    before = prepare(options, DataDir(tmp_path)).ports
    with socket.create_server(("127.0.0.1", before["storage"])):
        after = prepare(options, DataDir(tmp_path)).ports
    assert after["storage"] != before["storage"]
    assert {**after, "storage": 0} == {**before, "storage": 0}


def test_a_missing_function_is_named(cloud: LocalCloud, tmp_path: Path) -> None:
    empty = tmp_path / "functions"
    empty.mkdir()
    said = refusal(cloud, "--functions", str(empty))
    assert f"validate_and_parse: {empty}/validate_and_parse/main.py is missing" in said
    assert "--functions" in said


def test_a_missing_emulator_is_named_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulators, "repository", lambda: tmp_path)
    with pytest.raises(CloudError) as caught:
        prepare(Options(data_dir=tmp_path / "data", functions=FUNCTIONS), DataDir(tmp_path))
    assert caught.value.fault.component == "bigquery"
    assert "make setup" in caught.value.fault.remedy


def test_broken_contracts_are_said_whole(cloud: LocalCloud, tmp_path: Path) -> None:
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    (contracts / "orders.yaml").write_text("dataset: orders\nmatches: [x]\n")
    said = refusal(cloud, "--contracts", str(contracts), "--functions", str(FUNCTIONS))
    assert "contracts: " in said
    assert "matches" in said
    assert "destination" in said


def test_a_broken_topology_is_said_whole(cloud: LocalCloud, tmp_path: Path) -> None:
    topology = tmp_path / "topology.yaml"
    topology.write_text("buckets: {}\ntopics: {}\n")
    said = refusal(cloud, "--topology", str(topology))
    assert "functions: Field required" in said
    assert "triggers: Field required" in said


@pytest.mark.cloud
def test_a_function_that_cannot_be_imported(cloud: LocalCloud, tmp_path: Path) -> None:
    options = recording_options(tmp_path)
    broken = tmp_path / "functions"
    (broken / "enrich_records").mkdir(parents=True)
    (broken / "enrich_records" / "main.py").write_text("raise RuntimeError('as written')\n")
    for sound in ("validate_and_parse", "notify_stakeholders"):
        (broken / sound).symlink_to(FUNCTIONS / sound)
    said = refusal(cloud, *options, "--functions", str(broken))
    assert "enrich_records: exited with code 1 before it was ready" in said
    assert "RuntimeError: as written" in said
    again = cloud.csvgate("env", check=False)
    assert again.returncode == 1
    assert "RuntimeError: as written" in again.stderr


@pytest.mark.cloud
def test_a_port_taken_by_the_time_it_is_needed(cloud: LocalCloud, tmp_path: Path) -> None:
    """The second local cloud with the same ports fails; the first one does not notice."""
    options = recording_options(tmp_path)
    with LocalCloud(tmp_path / "first", *options) as first:
        port = first.endpoints["mailbox"].rpartition(":")[2]
        said = refusal(cloud, *options, "--port", f"mailbox={port}")
        assert f"mailbox: port {port} is in use" in said
        assert first.csvgate("env").returncode == 0
