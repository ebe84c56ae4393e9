"""How the tests are spread over processes, when `make test` has several."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from lanes import lane, rank


class Lanes(LoadScopeScheduling):
    """Whole lanes to whoever is free, in their order."""

    def _split_scope(self, nodeid: str) -> str:
        return lane(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    config.option.loadscopereorder = False
    return Lanes(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A single process keeps the order of the folders."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))
