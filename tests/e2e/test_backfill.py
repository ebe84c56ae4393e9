"""`csvgate backfill` on a running cloud: files of another bucket, and a second run."""

import json
from pathlib import Path
from typing import Any

import pytest

from e2e.uploads import make_orders, table_lines
from local_cloud import LocalCloud

pytestmark = pytest.mark.cloud


def backfill(cloud: LocalCloud, *arguments: str) -> dict[str, Any]:
    done = cloud.csvgate("backfill", "orders/backfill-", *arguments, "--yes", "--json", check=False)
    found: dict[str, Any] = json.loads(done.stdout)
    assert 0 == done.returncode, done.stderr
    return found


def test_an_archive_is_loaded_once(local_cloud: LocalCloud, tmp_path: Path) -> None:
    archive = local_cloud.storage.create_bucket("example-archive")
    for number in range(3):
        path = tmp_path / f"{number}.csv"
        make_orders(path, rows=20, bad=0, seed=100 + number)
        archive.blob(f"orders/backfill-{number}.csv").upload_from_filename(str(path))
    first = backfill(local_cloud, "--bucket", archive.name, "--rate", "20")
    assert (3, 0) == (first["sent"], first["known"])
    assert ["completed"] * 3 == [it["state"] for it in first["outcomes"]]
    uploads = [it["upload"] for it in first["outcomes"]]
    assert [20, 20, 20] == [len(table_lines(local_cloud, upload)) for upload in uploads]

    again = backfill(local_cloud, "--bucket", archive.name)
    assert (0, 3) == (again["sent"], again["known"])
    in_place = backfill(local_cloud)
    assert (0, 3) == (in_place["sent"], in_place["known"])
    assert [20, 20, 20] == [len(table_lines(local_cloud, upload)) for upload in uploads]
