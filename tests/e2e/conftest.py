"""One local cloud for all end-to-end tests, and one for those about tables that uploads change."""

from collections.abc import Iterator

import pytest

from e2e.retail import Retail, retail
from local_cloud import local_cloud  # noqa: F401 - a fixture


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retail]:
    with retail(tmp_path_factory.mktemp("retail")) as found:
        yield found
