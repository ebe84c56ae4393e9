"""Settings of all tests: how they are spread over processes, that an interrupted run leaves nothing
behind, that no test fails for being slow, and what a passed test reports."""

from collections.abc import Callable

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from lanes import lane, rank
from reaper import Reaper, end_with_make

TOLD = "told"
"""The property that `tell` records."""

# A busy machine is no fault of the code. All else as it is, in CI or at home.
settings.register_profile(
    "csvgate", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("csvgate")


class Lanes(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Whole lanes to whoever is free, in their order."""

    def _split_scope(self, nodeid: str) -> str:
        return lane(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    config.option.loadscopereorder = False
    return Lanes(config, log)


REAPER = pytest.StashKey[Reaper]()
INTERRUPTED = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    end_with_make()
    config.stash[REAPER] = Reaper()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[INTERRUPTED] = exitstatus == pytest.ExitCode.INTERRUPTED


def pytest_unconfigure(config: pytest.Config) -> None:
    if REAPER in config.stash:
        config.stash[REAPER].dismiss(interrupted=config.stash.get(INTERRUPTED, True))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A single process keeps the order of the folders."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[object], None]:
    """Shown in the end, from whatever process: what a test counted, or the seed it drew."""
    return lambda text: record_property(TOLD, str(text))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in report.user_properties:
            if name == TOLD and report.when == "call":
                terminalreporter.line(f"{report.nodeid.rpartition('::')[2]}: {text}")
