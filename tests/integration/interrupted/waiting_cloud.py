"""A test with a local cloud; test_interrupted_runs.py runs it and interrupts it."""

from pathlib import Path

import pytest

from integration.cloud.conftest import recording_options
from integration.interrupted.waiting import wait
from local_cloud import LocalCloud


@pytest.mark.cloud
def test_cloud(tmp_path: Path) -> None:
    with LocalCloud(tmp_path / "cloud", *recording_options(tmp_path)):
        wait(tmp_path)
