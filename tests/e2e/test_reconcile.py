"""`csvgate reconcile` on real rows in BigQuery's emulator: what was planted is found, and named."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from e2e.uploads import make_orders, upload
from local_cloud import LocalCloud

pytestmark = pytest.mark.cloud
ORPHAN = "00000000000000000000"


def reconcile(cloud: LocalCloud, *uploads: str) -> list[tuple[str, str]]:
    """Code and upload of what is found of these uploads; others in this cloud are not ours."""
    done = cloud.csvgate("reconcile", "--json", check=False)
    findings: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    assert (1 if findings else 0) == done.returncode, done.stderr
    return sorted((f["code"], f["upload"]) for f in findings if f["upload"] in uploads)


def run(cloud: LocalCloud, sql: str) -> None:
    cloud.bigquery.query(sql).result()


@pytest.fixture(scope="module")
def loaded(local_cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The id of a completed upload with rejected rows. Orphans are taken away in the end."""
    path = tmp_path_factory.mktemp("reconciled") / "orders.csv"
    make_orders(path, rows=40, bad=0.1, seed=11)
    status = upload(local_cloud, path, "orders/reconciled.csv")
    assert "completed" == status["state"], status
    yield status["id"]
    run(local_cloud, f"DELETE FROM `sales.orders` WHERE _upload_id = '{ORPHAN}'")


def test_planted_faults_are_found(local_cloud: LocalCloud, loaded: str) -> None:
    assert [] == reconcile(local_cloud, loaded, ORPHAN)
    rows = f"FROM `sales.orders` WHERE _upload_id = '{loaded}'"
    lines = [
        row["_line"]
        for row in local_cloud.bigquery.query(f"SELECT _line {rows} ORDER BY 1").result()
    ]
    one = f"{rows} AND _line = {lines[0]}"
    changed = f"SELECT * REPLACE ('{ORPHAN}' AS _upload_id) {one}"
    run(local_cloud, f"INSERT INTO `sales.orders` {changed}")
    assert [("rows.orphan", ORPHAN)] == reconcile(local_cloud, loaded, ORPHAN)

    run(local_cloud, f"INSERT INTO `sales.orders` SELECT * {one}")
    assert [("rows.duplicate", loaded)] == reconcile(local_cloud, loaded)
    run(local_cloud, f"DELETE {rows} AND _line = {lines[1]}")
    assert [("rows.duplicate", loaded), ("rows.missing", loaded)] == reconcile(local_cloud, loaded)

    run(local_cloud, f"DELETE {one}")
    assert [("rows.missing", loaded)] == reconcile(local_cloud, loaded)
    said = local_cloud.csvgate("reconcile", check=False).stdout
    present, committed = f"{len(lines) - 2:,}", f"{len(lines):,}"
    expected = f"{present} of its lines are in the table, but {committed} were committed"
    assert expected in " ".join(said.split())


def test_a_real_project_is_read_the_same_way(
    local_cloud: LocalCloud, loaded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the official clients, names out of the topology, no data directory."""
    for name, value in local_cloud.environment.items():
        monkeypatch.setenv(name, value)
    elsewhere = LocalCloud(local_cloud.data_dir / "nothing is up here")
    for command in (("reconcile", "--json"), ("breaker", "--json"), ("status", loaded, "--json")):
        asked = (*command, "--project", local_cloud.project)
        here = local_cloud.csvgate(*command, check=False).stdout
        assert json.loads(here) == json.loads(elsewhere.csvgate(*asked, check=False).stdout)
