"""The names of objects that the guard's proxy lists from the folder of fake-gcs-server."""

import json
import os
from pathlib import Path
from urllib.parse import urlencode

import pytest

from csvgate_ops.local.guard_proxy.object_names import answer, names

NAMES = (
    "days/2026-11-28/00000000002-5cef49.received.json",
    "days/2026-11-29/00000000001-5cef49.completed-1-9-2.json",
    "days/2026-11-29/00000000001-5cef49.received.json",
    "uploads/5cef49/attempts/0001/decision.json",
    "uploads/5cef49/received.json",
    # A full stop comes before a slash, and a zero after it.
    "uploads/5cef49.txt",
    "uploads/5cef490.txt",
    "uploads/zoë/łódź 🚢.csv",
    "uploads/～.csv",
    ".hidden/.object",
)
LISTED = {"fields": "items(name),nextPageToken", "projection": "noAcl", "prettyPrint": "false"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in NAMES:
        path = tmp_path / "storage" / "ledger" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.setxattr(path, "user.metadata", b"{}")
    (tmp_path / "storage" / "ledger" / "uploads" / "removed").mkdir()
    (tmp_path / "storage" / "ledger" / "uploads" / ".late.json1234").touch()
    (tmp_path / "private.json").touch()
    return tmp_path / "storage"


def asked(root: Path, bucket: str = "ledger", **parameters: str) -> bytes | None:
    return answer(root, f"/storage/v1/b/{bucket}/o?{urlencode(LISTED | parameters)}")


@pytest.mark.parametrize(
    "prefix", ["", "d", "days/", "days/2026-11", "uploads/5cef49", "uploads/5cef49/", "x/y/", ".h"]
)
@pytest.mark.parametrize("most", [1, 2, 1000])
def test_pages_have_every_name_with_the_prefix_in_order(root: Path, prefix: str, most: int) -> None:
    found, token = list[str](), ""
    for _ in range(len(NAMES) + 1):
        body = asked(root, prefix=prefix, maxResults=str(most), pageToken=token)
        assert body is not None
        page = json.loads(body)
        items = [item["name"] for item in page.get("items", ())]
        assert len(items) <= most
        found += items
        token = page.get("nextPageToken", "")
        if not token:
            break
        assert most == len(items)
    expected = [name for name in NAMES if name.startswith(prefix)]
    assert sorted(expected, key=str.encode) == found


def test_a_page_reads_only_the_folders_of_its_names(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, scandir = list[str](), os.scandir

    def noted(path: str) -> object:
        read.append(os.path.relpath(path, root / "ledger"))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", noted)
    assert NAMES[1:3] == tuple(names(root / "ledger", "days/2026-11-29/"))
    assert ["days/2026-11-29"] == read
    read.clear()
    assert NAMES[1] == next(names(root / "ledger", "days/", NAMES[0]))
    assert ["days", "days/2026-11-28", "days/2026-11-29"] == read
    read.clear()
    assert [] == list(names(root / "ledger", "days/2026-11-28/", NAMES[1]))
    assert [] == read


def test_a_folder_is_read_again_after_a_change(root: Path) -> None:
    day = root / "ledger" / "days" / "2026-11-28"
    os.utime(day, (1, 1))
    assert [NAMES[0]] == list(names(root / "ledger", "days/2026-11-28/"))
    assert [NAMES[0]] == list(names(root / "ledger", "days/2026-11-28/"))
    (day / "late.json").touch()
    assert [NAMES[0], "days/2026-11-28/late.json"] == list(
        names(root / "ledger", "days/2026-11-28/")
    )
    (day / "later.json").touch()
    os.utime(day, (2, 2))
    assert 3 == len(list(names(root / "ledger", "days/2026-11-28/")))


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": "items(name,generation),nextPageToken"},
        {"versions": "true"},
        {"delimiter": "/"},
        {"maxResults": "0"},
        {"maxResults": "٣"},
        {"prefix": "../"},
        {"prefix": "days/../../private"},
        {"prefix": "/etc/"},
        {"prefix": "days//"},
        {"prefix": "days/\0/"},
        {"bucket": "missing"},
        {"bucket": ".."},
        {"bucket": "%2e%2e"},
        {"bucket": "ledger%2fdays"},
        {"bucket": ""},
    ],
)
def test_everything_else_is_left_to_the_server(root: Path, changes: dict[str, str]) -> None:
    assert asked(root) is not None
    assert asked(root, **changes) is None


@pytest.mark.parametrize("target", ["/storage/v1/b/ledger/o/days", "/storage/v1/b", "/", "*"])
def test_other_addresses_are_left_to_the_server(root: Path, target: str) -> None:
    assert answer(root, f"{target}?{urlencode(LISTED)}") is None
