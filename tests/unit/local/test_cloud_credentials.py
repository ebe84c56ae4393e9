"""The credentials of a local cloud: private, and nobody is asked about them."""

import threading
from pathlib import Path
from typing import Any

import google.auth
import pytest

from csvgate_ops.local.cloud.credentials import ensure_credentials
from csvgate_ops.local.cloud.files import read_json, write_json
from csvgate_ops.operate.dead_letters.connect import account


class Asked:
    """A transport of google-auth that remembers whom it should have asked."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    def __call__(self, url: str, *_: Any, **__: Any) -> Any:
        self.urls.append(url)
        raise ConnectionError("nobody is there")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "credentials.json"
    ensure_credentials(path, "p")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "p")
    return path


def test_they_are_private_and_stay_as_they_are(path: Path) -> None:
    first, written = read_json(path), path.stat().st_mtime_ns
    ensure_credentials(path, "p")
    assert (first, written) == (read_json(path), path.stat().st_mtime_ns)
    assert 0o600 == path.stat().st_mode & 0o777


def test_those_of_another_kind_or_project_are_replaced(path: Path) -> None:
    wanted = read_json(path)
    write_json(path, {"type": "service_account", "private_key": "x"}, mode=0o600)
    ensure_credentials(path, "p")
    assert wanted == read_json(path)
    ensure_credentials(path, "q")
    assert wanted != read_json(path)


@pytest.mark.parametrize("scopes", [None, ["https://www.googleapis.com/auth/bigquery"]])
def test_a_request_with_them_asks_nobody(path: Path, scopes: list[str] | None) -> None:
    """Neither for a token nor where it may be used, which google-auth asks in a thread."""
    before = set(threading.enumerate())
    found: Any
    found, project = google.auth.default(scopes=scopes)
    asked, headers = Asked(), dict[str, str]()
    found.before_request(asked, "GET", "http://127.0.0.1:1/bigquery/v2", headers)
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
    assert [] == asked.urls
    assert "Bearer local-csvgate" == headers["authorization"]
    assert "p" == project


def test_they_say_who_acts(path: Path) -> None:
    assert account().startswith("csvgate-local@p.iam.gserviceaccount.com (")
