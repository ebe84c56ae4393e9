"""Killed processes: the local cloud recovers, or stops completely."""

import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.cloud.conftest import Recorded, recording_options
from local_cloud import CSVGATE, LocalCloud, eventually, mentions

pytestmark = pytest.mark.cloud

CHILDREN = (
    "guard",
    "storage",
    "pubsub",
    "bigquery",
    "mailbox",
    "eventarc",
    "validate_and_parse",
    "enrich_records",
    "notify_stakeholders",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("restarts")


@pytest.fixture(scope="module")
def cloud(folder: Path) -> Iterator[LocalCloud]:
    """Whatever a test does to it, the next one gets it up."""
    cloud = LocalCloud(folder / "data", *recording_options(folder))
    yield cloud
    cloud.down()


@pytest.fixture
def running(cloud: LocalCloud) -> LocalCloud:
    cloud.up()
    return cloud


def kill_and_await(cloud: LocalCloud, component: str) -> None:
    before = cloud.pids[component]
    os.kill(before, signal.SIGKILL)
    eventually(lambda: cloud.pids.get(component, before) != before, f"{component} again")
    eventually(lambda: f"ready component={component}" in tail(cloud, component), "it is ready")


def tail(cloud: LocalCloud, component: str) -> str:
    """The supervisor's log since the component last died."""
    log = (cloud.data_dir / "logs" / "supervisor.log").read_text()
    return log.rpartition(f"died component={component}")[2]


def test_every_child_is_restarted_where_it_was(running: LocalCloud, folder: Path) -> None:
    running.bucket("ledger").blob("kept").upload_from_string("kept")
    running.bigquery.query("CREATE TABLE sales.kept (a INT64)").result()
    running.bigquery.query("INSERT INTO sales.kept VALUES (7)").result()
    ports = (running.data_dir / "ports.json").read_text()
    for component in CHILDREN:
        kill_and_await(running, component)
    assert (running.data_dir / "ports.json").read_text() == ports
    id = running.publish("validated-records", b"after")  # noqa: A001
    recorded = Recorded(folder / "records")
    eventually(lambda: recorded.with_id("enrich_records", id), "delivery works again")
    running.bucket("uploads").blob("after.csv").upload_from_string("x")
    eventually(
        lambda: "after.csv" in {e["data"]["name"] for e in recorded.of("validate_and_parse")},
        "notifications work again",
    )
    assert running.bucket("ledger").blob("kept").download_as_bytes() == b"kept"
    assert [r.a for r in running.bigquery.query("SELECT a FROM sales.kept").result()] == [7]


def test_a_killed_function_leaves_no_worker_behind(running: LocalCloud, folder: Path) -> None:
    """The old worker must not answer on the port, nor go on with what it was doing."""
    id = running.publish("validated-records", b"", sleep="30", fail="0")  # noqa: A001
    recorded = Recorded(folder / "records")
    [call] = eventually(lambda: recorded.with_id("enrich_records", id), "it works on it")
    worker = call["pid"]
    kill_and_await(running, "enrich_records")
    assert worker not in mentions(str(folder))
    again = eventually(lambda: recorded.with_id("enrich_records", id)[1:], "the redelivery")
    assert again[0]["pid"] != worker
    kill_and_await(running, "enrich_records")


def test_a_hung_function_is_replaced(running: LocalCloud, folder: Path) -> None:
    before = running.pids["enrich_records"]
    os.killpg(before, signal.SIGSTOP)
    try:
        id = running.publish("validated-records", b"work")  # noqa: A001
        eventually(lambda: running.pids.get("enrich_records", before) != before, "another one")
        recorded = Recorded(folder / "records")
        eventually(lambda: recorded.with_id("enrich_records", id), "it does the work")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(before, signal.SIGCONT)
    log = (running.data_dir / "logs" / "supervisor.log").read_text()
    assert "hung component=enrich_records" in log


def test_killing_the_supervisor_ends_everything(running: LocalCloud, folder: Path) -> None:
    running.publish("validated-records", b"", sleep="60", fail="0")
    os.kill(running.pids["supervisor"], signal.SIGKILL)
    eventually(lambda: not mentions(str(folder)), "no process is left", seconds=10)
    assert running.csvgate("env", check=False).returncode == 1
    running.up()
    assert running.bucket("ledger").exists()


def test_state_survives_down_and_up_on_the_same_ports(running: LocalCloud, folder: Path) -> None:
    running.bucket("ledger").blob("survives").upload_from_string("yes")
    path = f"projects/{running.project}/topics/validate-and-parse-dead-letter"
    running.publisher.publish(path, b"a letter").result(timeout=10)
    ports = json.loads((running.data_dir / "ports.json").read_text())

    running.down()
    assert mentions(str(folder)) == []
    assert not (running.data_dir / "endpoints.json").exists()
    for port in ports.values():
        with socket.create_server(("127.0.0.1", port)):
            pass
    assert "was not running" in running.csvgate("down").stdout

    running.up()
    assert json.loads((running.data_dir / "ports.json").read_text()) == ports
    assert running.bucket("ledger").blob("survives").download_as_bytes() == b"yes"
    review = f"projects/{running.project}/subscriptions/validate-and-parse-dead-letter-review"
    [letter] = running.subscriber.pull(subscription=review, max_messages=1).received_messages
    assert letter.message.data == b"a letter"


def test_a_crash_loop_stops_everything_and_says_why(running: LocalCloud, folder: Path) -> None:
    for _ in range(5):
        before = running.pids["notify_stakeholders"]
        os.kill(before, signal.SIGTERM)
        eventually(
            lambda before=before: (
                not (running.data_dir / "endpoints.json").exists()  # type: ignore[misc]
                or running.pids.get("notify_stakeholders", before) != before
            ),
            "it is restarted, or all is over",
        )
    eventually(lambda: not mentions(str(folder)), "no process is left", seconds=15)
    said = running.csvgate("env", check=False)
    assert said.returncode == 1
    assert "notify_stakeholders: " in said.stderr
    assert "5 times within 30 s" in said.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_start_leaves_nothing(
    cloud: LocalCloud, folder: Path, number: signal.Signals
) -> None:
    cloud.down()
    with subprocess.Popen(
        [CSVGATE, "up", "--data-dir", cloud.data_dir, *cloud.options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert "storage is ready" in process.stderr.readline()
        process.send_signal(number)
        process.communicate(timeout=30)
    assert process.returncode in (130, 143)
    assert mentions(str(folder)) == []
    assert "was not running" in cloud.csvgate("down").stdout


def test_ctrl_c_in_the_foreground_stops_all(running: LocalCloud, folder: Path) -> None:
    running.down()
    process = subprocess.Popen(
        [CSVGATE, "up", "--foreground", "--data-dir", running.data_dir, *running.options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    eventually((running.data_dir / "endpoints.json").exists, "it is up")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "gs://local-csvgate-uploads" in output
    assert mentions(str(folder)) == []
