"""Runs every suite against the in-memory fake and against an emulator of the service."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

import servers
from contract.ports.backends import (
    DIFFERENCES,
    PROJECT,
    Bucket,
    Dataset,
    FakeBucket,
    FakeDataset,
    FakeTopic,
    Topic,
)
from fakes.bigquery import FakeWarehouse
from fakes.pubsub import FakePublisher
from fakes.storage import FakeObjectStore

_numbers = count(1)
_SERVERS = {"bqemulator": "bigquery_servers", "local-bigquery": "local_bigquery_servers"}
"""The fixture of each emulator of BigQuery."""


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def gcs(state: Path) -> Iterator[str]:
    with servers.fake_gcs(state) as address:
        yield address


@pytest.fixture(scope="session")
def broker(state: Path) -> Iterator[str]:
    with servers.csvgate_broker(state) as address:
        yield address


@pytest.fixture(scope="session")
def google_broker(state: Path) -> Iterator[str]:
    if missing := servers.google_broker_missing():
        pytest.skip(missing)
    with servers.google_broker(state) as address:
        yield address


@pytest.fixture(scope="session")
def bigquery_servers(state: Path) -> Iterator[tuple[str, str]]:
    with servers.bqemulator(state, PROJECT) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def local_bigquery_servers(state: Path) -> Iterator[tuple[str, str]]:
    if missing := servers.local_bigquery_missing():
        pytest.skip(missing)
    with servers.local_bigquery(state) as addresses:
        yield addresses


@pytest.fixture(params=["fake", "fake-gcs-server"])
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    _expect(request)
    name = f"bucket-{next(_numbers)}"
    if request.param == "fake":
        return FakeBucket(name, FakeObjectStore(name))
    from contract.ports.real import GcsBucket

    monkeypatch.setenv("STORAGE_EMULATOR_HOST", request.getfixturevalue("gcs"))
    return GcsBucket(name)


@pytest.fixture(params=["fake"])
def versioned(request: pytest.FixtureRequest) -> Bucket:
    """A bucket that keeps noncurrent generations, which fake-gcs-server does not on files."""
    name = f"bucket-{next(_numbers)}"
    return FakeBucket(name, FakeObjectStore(name, versioned=True))


@pytest.fixture(params=["fake", "fake-eager", "broker", "google_broker"])
def topic(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Topic]:
    _expect(request)
    name = f"topic-{next(_numbers)}"
    if request.param.startswith("fake"):
        yield FakeTopic(name, FakePublisher(name, eager=request.param == "fake-eager"))
        return
    from contract.ports.real import PubSubTopic

    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", request.getfixturevalue(request.param))
    topic = PubSubTopic(name)
    yield topic
    topic.close()


@pytest.fixture(params=["fake", "documented", "bqemulator", "local-bigquery"])
def dataset(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dataset]:
    _expect(request)
    name = f"dataset_{next(_numbers)}"
    fake = FakeWarehouse(name)
    if request.param == "fake":
        yield FakeDataset(name, fake, fake)
    elif request.param == "documented":
        from contract.ports.documented_service import DocumentedService
        from contract.ports.real import documented_dataset
        from contract.ports.scripted_write import serving

        with serving(DocumentedService(fake)) as host:
            yield documented_dataset(fake, name, host)
    else:
        from contract.ports.real import bigquery_dataset

        rest, grpc = request.getfixturevalue(_SERVERS[request.param])
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", rest)
        yield bigquery_dataset(name, grpc)


def _expect(request: pytest.FixtureRequest) -> None:
    test = request.function.__name__
    if reason := DIFFERENCES.get((test, request.param)):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
