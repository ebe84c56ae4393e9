"""What a real browser saves from the console, and what it is shown."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser import needs_chromium
from csvgate_ops.operate.upload_list import upload_ids
from integration.console.console_server import Served, served
from unit.operate.console.browsing import ENRICH, letter, letter_world, marker
from unit.protocol.orders import orders

pytestmark = needs_chromium


@pytest.fixture
def console() -> Iterator[Served]:
    there = letter_world()
    there.world.validate(there.world.upload("orders/März <1>.csv", orders(30, bad=2)))
    there.world.drain()
    letter(there, ENRICH, marker(n=1), csvgate_code="group.one")
    with served(there) as running:
        yield running


def saved(page: Page, role: str, name: str) -> tuple[str, bytes]:
    """The name and the bytes of the file that a click saves."""
    with page.expect_download() as started:
        page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]
    assert started.value.failure() is None
    return started.value.suggested_filename, Path(started.value.path()).read_bytes()


def test_download_of_a_reject_file(page: Page, console: Served) -> None:
    (upload,) = upload_ids(console.backend.world.ledger)
    ((name, stored),) = console.backend.world.store.buckets["rejects"].items()
    page.goto(console.entrance)
    page.goto(f"{console.url}/uploads/{upload}")
    file_name, masked = saved(page, "link", "Download masked")
    assert f"rejects-{upload}-masked.csv" == file_name
    assert stored.data.count(b"\n") == masked.count(b"\n")
    assert b"@" not in masked
    file_name, complete = saved(page, "button", "Download complete and record it")
    assert name.rpartition("/")[2].replace("<", "_").replace(">", "_") == file_name
    assert stored.data == complete
    expect(page.get_by_role("heading", name="Reject file")).to_be_visible()
    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_role("cell", name="rejects --reveal")).to_be_visible()


def test_download_of_a_group_and_copy_of_a_query(page: Page, console: Served) -> None:
    page.goto(console.entrance)
    page.goto(f"{console.url}/letters/groups")
    page.get_by_role("button", name="Download, group group.one").click()
    file_name, lines = saved(page, "button", "Download masked")
    assert file_name.endswith("-1-masked.jsonl")
    assert "group.one" == json.loads(lines)["code"]
    (upload,) = upload_ids(console.backend.world.ledger)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{console.url}/uploads/{upload}")
    page.get_by_role("button", name="Copy the query").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#query").text_content()
    assert f"_upload_id = '{upload}'" in copied
