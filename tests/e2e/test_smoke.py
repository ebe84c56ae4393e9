"""`csvgate smoke` on a working and on a broken local cloud."""

import re
import subprocess

import pytest

from e2e.uploads import table_lines
from local_cloud import LocalCloud

pytestmark = pytest.mark.cloud


def upload_id(done: subprocess.CompletedProcess[str]) -> str:
    found = re.search(r"upload +([0-9a-f]{20})", done.stdout)
    assert found, done.stdout
    return found[1]


def test_a_deployment_that_works(local_cloud: LocalCloud) -> None:
    done = local_cloud.csvgate("smoke")
    assert 4 == done.stdout.count("ok   ")
    assert "FAIL" not in done.stdout
    for step in ("received", "sealed", "decided to commit", "emailed: completed.1"):
        assert step in done.stdout
    assert 5 == len(table_lines(local_cloud, upload_id(done)))


def test_rows_are_taken_out_again(local_cloud: LocalCloud) -> None:
    done = local_cloud.csvgate("smoke", "--clean")
    assert "5 in local-csvgate.sales.orders" in done.stdout
    assert [] == table_lines(local_cloud, upload_id(done))


def test_an_upload_that_nobody_takes(local_cloud: LocalCloud) -> None:
    done = local_cloud.csvgate("smoke", "--as", "nobody/takes.csv", check=False)
    assert 1 == done.returncode
    assert "FAIL the upload completes (no contract matches nobody/takes.csv" in done.stdout
    hint = rf"For details, run: (\S+/)?csvgate status {upload_id(done)}$"
    assert re.search(hint, done.stderr, re.MULTILINE)


def test_a_time_that_is_too_short(local_cloud: LocalCloud) -> None:
    done = local_cloud.csvgate("smoke", "--timeout", "0", check=False)
    assert 1 == done.returncode
    assert "FAIL the upload completes" in done.stdout
