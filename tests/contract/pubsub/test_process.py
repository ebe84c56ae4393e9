"""The broker as a process: how it starts, refuses to start, idles and ends."""

import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

from google.api_core.exceptions import GoogleAPICallError, ServiceUnavailable

from contract.pubsub.backends import COMMAND, Clients, EmbeddedBroker, cpu_seconds
from contract.pubsub.world import Stream, World


def run(data_dir: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "--port", str(port), "--data-dir", data_dir],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_it_says_when_it_is_ready(data_dir: Path) -> None:
    with EmbeddedBroker(data_dir) as broker:
        assert broker.ready_line == (
            f"pubsub broker: ready on 127.0.0.1:{broker.port}, data in {data_dir}\n"
        )


def test_a_port_in_use_is_a_clear_error(data_dir: Path, tmp_path: Path) -> None:
    with EmbeddedBroker(data_dir) as broker:
        refused = run(tmp_path / "other", broker.port)

    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1] == (
        f"pubsub broker: cannot listen on 127.0.0.1:{broker.port}: "
        "the port is in use, or the host is not an address of this machine"
    )


def test_a_data_directory_has_one_broker(data_dir: Path) -> None:
    with EmbeddedBroker(data_dir):
        refused = run(data_dir, 0)

    assert refused.returncode == 1
    assert refused.stderr == (
        f"pubsub broker: another Pub/Sub broker is using {data_dir}; stop it first\n"
    )


def test_a_file_it_cannot_read_is_a_clear_error(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "pubsub.sqlite3").write_bytes(b"something else" * 1000)

    refused = run(data_dir, 0)

    assert refused.returncode == 1
    assert refused.stderr == (
        f"pubsub broker: cannot read {data_dir}/pubsub.sqlite3: file is not a database\n"
    )


def test_a_file_of_another_version_is_a_clear_error(data_dir: Path) -> None:
    data_dir.mkdir()
    with closing(sqlite3.connect(data_dir / "pubsub.sqlite3")) as file:
        file.execute("PRAGMA user_version=1")

    refused = run(data_dir, 0)

    assert refused.returncode == 1
    assert refused.stderr == (
        f"pubsub broker: cannot read {data_dir}/pubsub.sqlite3: it was written by version 1 of the "
        "broker, and this is version 2; delete the directory to start without its messages\n"
    )


def test_sigterm_ends_it_at_once_with_consumers_waiting(data_dir: Path) -> None:
    with EmbeddedBroker(data_dir) as broker, Clients(broker.address) as clients:
        world = World(clients)
        topic = world.topic()
        subscription = world.subscription(topic)
        stream = Stream(world, subscription)
        world.publish(topic, b"x")
        stream.take(1)  # the stream is open
        ended: list[GoogleAPICallError] = []

        def wait_for_more() -> None:
            try:
                stream.take(1)
            except GoogleAPICallError as error:
                ended.append(error)

        reader = threading.Thread(target=wait_for_more)
        reader.start()
        started = time.monotonic()

        code = broker.stop()

        assert code == 0
        assert time.monotonic() - started < 2.5
        reader.join(5)
        assert [type(error) for error in ended] == [ServiceUnavailable]


def test_an_idle_broker_uses_no_processor_time(data_dir: Path) -> None:
    with EmbeddedBroker(data_dir) as broker, Clients(broker.address) as clients:
        world = World(clients)
        topic = world.topic()
        future = world.subscriber.subscribe(world.subscription(world.topic()), lambda _: None)
        waiting = threading.Thread(target=world.pull, args=(world.subscription(topic),))
        waiting.start()
        time.sleep(0.5)
        before = cpu_seconds(broker.pid)

        time.sleep(1)

        assert cpu_seconds(broker.pid) - before < 0.1
        assert waiting.is_alive()
        world.publish(topic, b"x")
        waiting.join(10)
        future.cancel()
        future.result()
