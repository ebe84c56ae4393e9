"""One local cloud for all end-to-end tests."""

from local_cloud import local_cloud  # noqa: F401 - a fixture
