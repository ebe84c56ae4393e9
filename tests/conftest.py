"""Settings of all tests: how they are spread over processes, that an interrupted run leaves nothing
behind, that no test fails for being slow, and what a passed test reports."""

import gc
import sys
from collections.abc import Callable, Iterator

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from lanes import lane, rank
from reaper import Reaper, end_with_make

NOTED = "noted"
"""The property that `note` records."""
YOUNG_OBJECTS = 10_000
"""How many new objects make Python look for cycles of garbage. Its own 700 are meant for programs
that must stay small; most of the tests' objects are gone before there are this many."""

# A test must not fail because the machine is busy. Other settings are the same in CI and elsewhere.
settings.register_profile(
    "csvgate", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("csvgate")


class Lanes(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives the next lane to a process that is free."""

    def _split_scope(self, nodeid: str) -> str:
        return lane(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    config.option.loadscopereorder = False
    return Lanes(config, log)


REAPER = pytest.StashKey[Reaper]()
INTERRUPTED = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
    end_with_make()
    config.stash[REAPER] = Reaper()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[INTERRUPTED] = exitstatus == pytest.ExitCode.INTERRUPTED


def pytest_unconfigure(config: pytest.Config) -> None:
    if REAPER in config.stash:
        config.stash[REAPER].dismiss(interrupted=config.stash.get(INTERRUPTED, True))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort by lane if there are several processes; a single one keeps the order of folders."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


@pytest.fixture(autouse=True)
def nothing_is_refused() -> Iterator[None]:
    """Fail a test in which a function needed more than the roles that deploy grants to it."""
    yield
    if world := sys.modules.get("world"):
        refused = list(dict.fromkeys(world.REFUSED))
        world.REFUSED.clear()
        assert [] == refused


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Callable[[object], None]:
    """Adds a line to the report of the run, such as a count or the seed that a test drew."""
    return lambda text: record_property(NOTED, str(text))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in report.user_properties:
            if name == NOTED and report.when == "call":
                terminalreporter.line(f"{report.nodeid.rpartition('::')[2]}: {text}")
