"""Each stage, on a clean virtual environment made from its own lock, answers its golden event.

They run on the Python that csvgate is developed with, and on that of the deployed runtime, which is
skipped where it is not installed.

Storage and Pub/Sub are the servers of the contract suites. Each golden event is one that a function
cannot load, so its answer is a dead letter that keeps the message, and success.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from google.cloud import storage
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import POINTER, digest_of, pointer_to
from csvgate.contracts.load import load_directory
from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.staging.stage import Staged, stage
from csvgate_ops.local.cloud.credentials import ensure_credentials
from interpreters import interpreter
from servers import ROOT, await_ready, csvgate_broker, fake_gcs, free_port, running

PROJECT = "acme"
EVENTS = {
    "validate_and_parse": "eventarc_storage_service",
    "enrich_records": "eventarc_pubsub_chunk",
    "notify_stakeholders": "eventarc_pubsub_attributes_only",
}
CODES = {
    "validate_and_parse": "reference.missing",
    "enrich_records": "event.malformed",
    "notify_stakeholders": "event.malformed",
}
IMPORT_ALL = """\
import importlib, pathlib, sys
for file in sorted(pathlib.Path().rglob("*.py")):
    parts = file.with_suffix("").parts
    importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
assert not any("/ops/" in str(getattr(m, "__file__", "")) for m in sys.modules.values())
"""


@dataclass(frozen=True)
class Services:
    environment: dict[str, str]
    subscriber: SubscriberClient


@pytest.fixture(scope="module")
def topology() -> topo.Topology:
    return topo.load(ROOT / "deploy" / "topology.yaml")


@pytest.fixture(scope="module")
def staged(topology: topo.Topology, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Staged]:
    return stage(ROOT, tmp_path_factory.mktemp("build"), topology)


@pytest.fixture(scope="module")
def services(
    topology: topo.Topology, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Services]:
    directory = tmp_path_factory.mktemp("services")
    key = directory / "key.json"
    ensure_credentials(key, PROJECT)
    with fake_gcs(directory) as gcs, csvgate_broker(directory) as broker:
        environment = {
            "STORAGE_EMULATOR_HOST": gcs,
            "PUBSUB_EMULATOR_HOST": broker,
            "GOOGLE_APPLICATION_CREDENTIALS": str(key),
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            subscriber = _provision(topology)
        yield Services(environment, subscriber)
        subscriber.close()


def _provision(topology: topo.Topology) -> SubscriberClient:
    client = storage.Client(project=PROJECT)
    buckets = topo.bucket_names(topology, PROJECT)
    for name in buckets.values():
        client.create_bucket(name, timeout=10)
    # The stages contain the bundle itself.
    digest = digest_of(make_bundle(load_directory(ROOT / "contracts")))
    pointer = client.bucket(buckets["contracts"]).blob(POINTER)
    pointer.upload_from_string(pointer_to(digest), timeout=10)
    publisher, subscriber = PublisherClient(), SubscriberClient()
    for topic in topology.topics.values():
        publisher.create_topic(name=f"projects/{PROJECT}/topics/{topic.name}", timeout=10)
    for name, review in topology.subscriptions.items():
        subscriber.create_subscription(
            name=f"projects/{PROJECT}/subscriptions/{name}",
            topic=f"projects/{PROJECT}/topics/{topology.topics[review.topic].name}",
            timeout=10,
        )
    publisher.transport.close()
    return subscriber


@pytest.fixture(scope="module", params=EVENTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=["development", "deployed"])
def base(request: pytest.FixtureRequest, name: str, topology: topo.Topology) -> Path:
    """The interpreter that the virtual environment is made from."""
    if request.param == "development":
        return Path(sys.executable)
    runtime = topology.functions[name].runtime
    found = interpreter(runtime)
    if found is None:
        pytest.skip(f"the Python of {runtime} is not installed")
    return found


@pytest.fixture(scope="module")
def python(
    base: Path, name: str, staged: dict[str, Staged], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The interpreter of a virtual environment with the function's lock and nothing more."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    uv = Path(sys.executable).with_name("uv")
    lock = ("--require-hashes", "-r", staged[name].folder / "requirements.txt")
    # Wheels only: a source distribution may need a compiler, which the image may lack.
    install = (uv, "pip", "install", "--quiet", "--python", folder, "--no-build", *lock)
    for command in ((uv, "venv", "--quiet", "--python", base, folder), install):
        subprocess.run(command, check=True, timeout=300)
    return folder / "bin" / "python"


def _environment(services: Services, topology: topo.Topology, name: str) -> dict[str, str]:
    own = topo.environment(topology, name, PROJECT)
    return {**services.environment, **own, "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}


def test_all_of_a_stage_can_be_imported(name: str, python: Path, staged: dict[str, Staged]) -> None:
    subprocess.run(
        [python, "-c", IMPORT_ALL], cwd=staged[name].folder, env={}, check=True, timeout=120
    )


def test_it_answers_its_golden_event(
    name: str,
    python: Path,
    staged: dict[str, Staged],
    services: Services,
    topology: topo.Topology,
    tmp_path: Path,
) -> None:
    port, log = free_port(), tmp_path / "function.log"
    entry_point = topology.functions[name].entry_point
    # By `env -i`, so that nothing of this process's environment helps.
    variables = [f"{n}={v}" for n, v in _environment(services, topology, name).items()]
    framework = python.with_name("functions-framework")
    command = ["/usr/bin/env", "-i", "-C", staged[name].folder, *variables, framework]
    command += ["--target", entry_point, "--host", "127.0.0.1", "--port", str(port)]
    golden = json.loads((ROOT / "tests" / "golden" / f"{EVENTS[name]}.json").read_text())
    with running(command, log) as process:
        await_ready(process, log, port)
        assert 200 == _post(port, golden["request"]), log.read_text()
    assert CODES[name] == _dead_letter(services, name)["csvgate-code"], log.read_text()


def _post(port: int, request: dict[str, Any]) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("POST", "/", json.dumps(request["body"]), request["headers"])
        return connection.getresponse().status
    finally:
        connection.close()


def _dead_letter(services: Services, name: str) -> dict[str, str]:
    review = f"{name.replace('_', '-')}-dead-letter-review"
    path = f"projects/{PROJECT}/subscriptions/{review}"
    answer = services.subscriber.pull(subscription=path, max_messages=1, timeout=60)
    return dict(answer.received_messages[0].message.attributes)
