"""Fixtures of the Pub/Sub contract: every test runs against each backend that is installed.

A test that Google's emulator is known to fail carries `@differs("why")`; it then must fail there.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.pubsub.backends import Clients, EmbeddedBroker, free_port
from contract.pubsub.world import World
from csvgate_ops.broker import google


def pytest_configure(config: pytest.Config) -> None:
    """Make the suite's own marker known."""
    config.addinivalue_line(
        "markers",
        "differs(why, run=True): Google's emulator does not do this (run=False: and hangs on it)",
    )


@pytest.fixture(scope="session")
def embedded_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Our broker, one for all tests."""
    with EmbeddedBroker(tmp_path_factory.mktemp("pubsub") / "data") as broker:
        yield broker.address


@pytest.fixture(scope="session")
def google_address() -> Iterator[str]:
    """Google's emulator, one for all tests."""
    if not google.installed():
        pytest.skip(google.NEEDS)
    with google.GoogleEmulator(free_port()) as emulator:
        yield emulator.address


@pytest.fixture(params=["embedded", "google"])
def backend(request: pytest.FixtureRequest) -> str:
    """The name of the backend that this run of the test is about."""
    name = str(request.param)
    marker = request.node.get_closest_marker("differs")
    if name == "google" and marker:
        run = bool(marker.kwargs.get("run", True))
        request.applymarker(pytest.mark.xfail(reason=marker.args[0], strict=True, run=run))
    return name


@pytest.fixture
def address(backend: str, request: pytest.FixtureRequest) -> str:
    """host:port of the backend."""
    return str(request.getfixturevalue(f"{backend}_address"))


@pytest.fixture
def world(address: str) -> Iterator[World]:
    """Clients of the backend, with resource names that no other test uses."""
    with Clients(address) as clients:
        yield World(clients)


@pytest.fixture
def plain_world(address: str) -> Iterator[World]:
    """The same with channels that refuse answers over 4 MiB, as an unconfigured client has."""
    with Clients(address, plain=True) as clients:
        yield World(clients)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory for a broker of the test's own."""
    return tmp_path / "data"
