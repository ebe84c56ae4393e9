"""Fixtures of the Pub/Sub contract: every test runs against each backend that is installed.

A test that Google's emulator is known to fail carries `@differs("why")`; it then must fail there.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.pubsub.backends import Clients, EmbeddedBroker
from contract.pubsub.world import World
from csvgate_ops.local import google_emulator
from servers import free_port


def pytest_configure(config: pytest.Config) -> None:
    """Make the suite's own marker known, and let it ask without waiting."""
    config.addinivalue_line(
        "filterwarnings", "ignore:The return_immediately flag:DeprecationWarning"
    )
    config.addinivalue_line(
        "markers",
        "differs(why, run=True): Google's emulator does not do this (run=False: and hangs on it)",
    )


@pytest.fixture(scope="session")
def embedded_clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """Our broker, one for all tests."""
    data_dir = tmp_path_factory.mktemp("pubsub") / "data"
    with EmbeddedBroker(data_dir) as broker, Clients(broker.address) as clients:
        yield clients


@pytest.fixture(scope="session")
def google_clients() -> Iterator[Clients]:
    """Google's emulator, one for all tests."""
    if not google_emulator.installed():
        pytest.skip(google_emulator.NEEDS)
    with (
        google_emulator.GoogleEmulator(free_port()) as emulator,
        Clients(emulator.address) as clients,
    ):
        yield clients


@pytest.fixture(params=["embedded", "google"])
def backend(request: pytest.FixtureRequest) -> str:
    """The name of the backend of this run of the test."""
    name = str(request.param)
    marker = request.node.get_closest_marker("differs")
    if name == "google" and marker:
        run = bool(marker.kwargs.get("run", True))
        request.applymarker(pytest.mark.xfail(reason=marker.args[0], strict=True, run=run))
    return name


@pytest.fixture
def clients(backend: str, request: pytest.FixtureRequest) -> Clients:
    """Clients of the backend."""
    found = request.getfixturevalue(f"{backend}_clients")
    assert isinstance(found, Clients)
    return found


@pytest.fixture
def address(clients: Clients) -> str:
    """host:port of the backend."""
    return clients.address


@pytest.fixture
def world(clients: Clients) -> World:
    """The backend, with resource names that no other test uses."""
    return World(clients)


@pytest.fixture
def default_world(address: str) -> Iterator[World]:
    """The same with channels that refuse responses over 4 MiB, as clients do by default."""
    with Clients(address, default_limits=True) as clients:
        yield World(clients)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory for a broker that the test starts."""
    return tmp_path / "data"
