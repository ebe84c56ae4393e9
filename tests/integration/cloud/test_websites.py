"""Websites in a developer's browser cannot use the local cloud."""

import http.client
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from google.api_core.exceptions import GoogleAPICallError

from local_cloud import LocalCloud

pytestmark = pytest.mark.cloud


def answer(url: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)) as client:
        client.request("GET", "/", headers=headers)
        return client.getresponse()


def addresses(cloud: LocalCloud) -> dict[str, str]:
    endpoints = cloud.endpoints
    servers = {name: endpoints[name] for name in ("storage", "bigquery", "mailbox", "eventarc")}
    return {**servers, **endpoints["functions"]}


def test_other_host_names_and_websites_are_refused(recording_cloud: LocalCloud) -> None:
    for name, url in addresses(recording_cloud).items():
        for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
            refused = answer(url, headers)
            assert 403 == refused.status, name
            assert "Access-Control-Allow-Origin" not in refused.headers, name
        assert 403 != answer(url, {}).status, name


def test_a_query_cannot_read_files(recording_cloud: LocalCloud) -> None:
    query = recording_cloud.bigquery.query("SELECT * FROM read_csv('/etc/passwd')")
    with pytest.raises(GoogleAPICallError, match="disabled by configuration"):
        query.result()


def test_nobody_else_can_read_the_data_directory(recording_cloud: LocalCloud) -> None:
    assert 0o700 == recording_cloud.data_dir.stat().st_mode & 0o777
