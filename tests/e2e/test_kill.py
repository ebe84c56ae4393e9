"""SIGKILL any function in the middle of a large upload: every valid row is there once."""

import json
import os
import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.paths import CHUNK_STREAM, FINISHED, RECEIVED, LedgerPath
from e2e.uploads import Fault, make_orders, reject_lines, table_lines
from local_cloud import CSVGATE, LocalCloud, eventually

pytestmark = pytest.mark.cloud
ROWS = 200_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Fault]]:
    path = tmp_path_factory.mktemp("large") / "orders.csv"
    return path, make_orders(path, rows=ROWS, bad=0.005, seed=3)


def state(cloud: LocalCloud, upload_id: str) -> dict[str, Any]:
    done = cloud.csvgate("status", upload_id, "--json", check=False)
    found: dict[str, Any] = (
        json.loads(done.stdout) if done.returncode == 0 else {"state": "unknown"}
    )
    return found


def is_under_way(cloud: LocalCloud, upload_id: str, function: str) -> bool:
    """The function has begun its part of the upload."""
    prefix = RECEIVED.folder(upload=upload_id)
    names = [b.name for b in cloud.bucket("ledger").list_blobs(prefix=prefix)]
    begun: dict[str, LedgerPath] = {
        "validate_and_parse": RECEIVED,
        "enrich_records": CHUNK_STREAM,
        "notify_stakeholders": FINISHED,
    }
    return any(begun[function].parse(name) for name in names)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "function", ["validate_and_parse", "enrich_records", "notify_stakeholders"]
)
def test_sigkill_in_the_middle(
    local_cloud: LocalCloud, large: tuple[Path, list[Fault]], function: str
) -> None:
    path, truth = large
    name = f"orders/killed-{function}.csv"
    blob = local_cloud.bucket("uploads").blob(name)
    blob.upload_from_filename(str(path))
    upload = Upload(blob.bucket.name, name, int(blob.generation))
    eventually(lambda: is_under_way(local_cloud, upload.id, function), f"{function} at work")
    pid = local_cloud.pids[function]
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: local_cloud.pids.get(function) not in (None, pid), "a restart")
    eventually(
        lambda: state(local_cloud, upload.id)["state"] in ("completed", "rejected", "failed"),
        "the upload's end",
        seconds=240,
    )
    status = state(local_cloud, upload.id)
    assert "completed" == status["state"], status
    loaded, rejected = table_lines(local_cloud, upload.id), reject_lines(local_cloud, status)
    assert sorted({fault.line for fault in truth}) == sorted(rejected)
    assert [] == [line for line, n in Counter(loaded + rejected).items() if n > 1]
    assert status["counts"]["read"] == len(loaded) + len(rejected)
    assert ROWS <= status["counts"]["read"]
    if function == "validate_and_parse":
        assert any("again" in step["what"] for step in status["timeline"])
    said = subprocess.run(
        [CSVGATE, "status", upload.id, "--data-dir", str(local_cloud.data_dir)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "completed" in said
