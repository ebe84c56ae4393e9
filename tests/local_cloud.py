"""A local cloud for tests, which the csvgate command starts and stops, with official clients.

In a conftest:  `from local_cloud import local_cloud  # noqa: F401`
"""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

import pytest
from google.cloud.bigquery import Client as BigQueryClient
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.cloud.storage import Bucket
from google.cloud.storage import Client as StorageClient

from csvgate_ops.local.eventarc.client import subscriber

ROOT = Path(__file__).parents[1]
CSVGATE = ROOT / ".venv" / "bin" / "csvgate"
DEADLINE_SECONDS = 60.0

T = TypeVar("T")


def eventually(look: Callable[[], T], what: str, seconds: float = DEADLINE_SECONDS) -> T:
    """Wait for a true value of `look` and return it; fail the test with `what` on timeout.

    Between two looks it rests as long as the last one took: a look may be a command, which takes a
    second of a processor from what it waits for."""
    deadline = time.monotonic() + seconds
    began = time.monotonic()
    while not (found := look()):
        ended = time.monotonic()
        if ended > deadline:
            pytest.fail(f"not within {seconds:.0f} s: {what}")
        time.sleep(max(0.05, ended - began))
        began = time.monotonic()
    return found


def mentions(text: str) -> list[int]:
    """Pids of running processes with this text in their arguments or environment.

    The test's own process and its parent are left out. It does not use the records of the local
    cloud.
    """
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) in (os.getpid(), os.getppid()):
            continue
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            described = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if text.encode() in described and state != "Z":
            found.append(int(entry.name))
    return found


class LocalCloud:
    """A data directory and the `csvgate` command. A context manager: `up`, then `down`."""

    def __init__(self, data_dir: Path, *up: str) -> None:
        """`up` is the options of `csvgate up`."""
        self.data_dir = data_dir
        self.options = up

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(self, *_: object) -> None:
        self.down()

    def csvgate(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command on this data directory. With `check`, an error fails the test."""
        command = [str(CSVGATE), *arguments, "--data-dir", str(self.data_dir)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
        if check and done.returncode != 0:
            pytest.fail(f"{' '.join(arguments)} → {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def up(self) -> None:
        self.csvgate("up", *self.options)

    def down(self) -> None:
        self.csvgate("down")

    @property
    def endpoints(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data_dir / "endpoints.json").read_text())
        return found

    @property
    def pids(self) -> dict[str, int]:
        """The current pids; a restarted component has a new one."""
        return dict(self.endpoints["pids"])

    @property
    def project(self) -> str:
        return str(self.endpoints["project"])

    @cached_property
    def environment(self) -> dict[str, str]:
        """The output of `csvgate env`."""
        found: dict[str, str] = json.loads(self.csvgate("env", "--json").stdout)
        return found

    @cached_property
    def storage(self) -> StorageClient:
        with variables(self.environment):
            return StorageClient()

    @cached_property
    def bigquery(self) -> BigQueryClient:
        with variables(self.environment):
            return BigQueryClient()

    @cached_property
    def publisher(self) -> PublisherClient:
        with variables(self.environment):
            return PublisherClient()

    @cached_property
    def subscriber(self) -> SubscriberClient:
        """A subscriber that accepts messages of any size."""
        with variables(self.environment):
            return subscriber(self.environment["PUBSUB_EMULATOR_HOST"])

    def bucket(self, key: str) -> Bucket:
        """`uploads`, `rejects`, `staging`, `ledger` or `references`."""
        return self.storage.bucket(self.endpoints["buckets"][key])

    def publish(self, topic: str, data: bytes, **attributes: str) -> str:
        """Publish to the topic with this name and return the message id."""
        path = f"projects/{self.project}/topics/{topic}"
        return str(self.publisher.publish(path, data, **attributes).result(timeout=30))


@contextmanager
def variables(wanted: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the block, for clients that read them when they are created."""
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud with default options, shared by all tests of the session."""
    with LocalCloud(tmp_path_factory.mktemp("local-cloud")) as cloud:
        yield cloud
