"""The same pipeline over Google's own Pub/Sub emulator."""

from pathlib import Path

import pytest

from csvgate_ops.local import google_emulator
from e2e.uploads import reject_lines, table_lines, upload
from local_cloud import LocalCloud

pytestmark = [
    pytest.mark.cloud,
    pytest.mark.skipif(
        not google_emulator.installed(), reason="needs gcloud's Pub/Sub emulator and Java"
    ),
]


def test_an_upload_over_googles_emulator(tmp_path: Path) -> None:
    sample = Path(__file__).parents[2] / "samples" / "orders.csv"
    good = sample.read_bytes().splitlines(keepends=True)
    path = tmp_path / "orders.csv"
    rows = [b"ORD-%08d" % n + good[1][len(b"ORD-00000000") :] for n in range(20)]
    path.write_bytes(good[0] + b"".join(rows) + b"short,row\n")
    with LocalCloud(tmp_path / "cloud", "--pubsub", "google") as cloud:
        status = upload(cloud, path, "orders/google.csv")
        assert "completed" == status["state"]
        assert list(range(2, 22)) == table_lines(cloud, status["id"])
        assert [22] == reject_lines(cloud, status)
