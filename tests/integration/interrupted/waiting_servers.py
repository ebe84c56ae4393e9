"""A test with two servers; test_interrupted_runs.py runs it and interrupts it."""

from pathlib import Path

from integration.interrupted.waiting import wait
from servers import csvgate_broker, fake_gcs


def test_servers(tmp_path: Path) -> None:
    with csvgate_broker(tmp_path), fake_gcs(tmp_path):
        wait(tmp_path)
