"""BigQuery's address is wrong; an upload fails; an operator finds the cause, fixes it and replays.

At the wrong address another service answers (the broker), as after a slip in a deploy's settings:
that fails at once, where a port that nobody listens on would keep the client trying for 45 s.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser import chromium, needs_chromium, page  # noqa: F401 - fixtures
from e2e.test_upload import HEADER, row
from e2e.uploads import emails, reject_lines, table_lines
from local_cloud import CSVGATE, ROOT, LocalCloud, eventually
from servers import free_port

pytestmark = [pytest.mark.cloud, needs_chromium]
ROWS, ATTEMPTS = 600, 5
CODE = "bigquery.unavailable"
RETRIED = "will be retried"


def impatient(folder: Path) -> Path:
    """The topology with as few delivery attempts as Pub/Sub takes, and short waits between."""
    text = (ROOT / "deploy" / "topology.yaml").read_text()
    text, changed = re.subn("max_delivery_attempts: [0-9]+", "max_delivery_attempts: 5", text)
    assert 3 == changed
    text, changed = re.subn(
        "min_backoff: 1s, max_backoff: 10s", "min_backoff: 1s, max_backoff: 1s", text
    )
    assert 1 == changed
    path = folder / "topology.yaml"
    path.write_text(text)
    return path


@contextmanager
def console(cloud: LocalCloud, log: Path) -> Iterator[str]:
    """The address that `csvgate console` prints."""
    command = [CSVGATE, "console", "--no-open", "--data-dir", cloud.data_dir]
    with log.open("wb") as out:
        process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=subprocess.STDOUT)
    try:
        yield eventually(lambda: _address(log), "the console's address")
    finally:
        process.terminate()
        assert 0 == process.wait(timeout=20)


def _address(log: Path) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", log.read_text())
    return found[0] if found else ""


def given_back(cloud: LocalCloud) -> list[int]:
    """Attempts at which enrich_records gave a delivery back, to be tried again."""
    lines = (cloud.data_dir / "logs" / "enrich_records.log").read_text().splitlines()
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    return [e["attempt"] for e in entries if (e["message"], e.get("code")) == (RETRIED, CODE)]


def dead_letters(cloud: LocalCloud) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(cloud.csvgate("dlq", "list", "--json").stdout)
    return found


@pytest.mark.timeout(400)
def test_break_find_fix_replay(tmp_path: Path, page: Page) -> None:  # noqa: F811 - the fixture
    path, broker = tmp_path / "orders.csv", free_port()
    path.write_bytes(HEADER + b"".join(row(number) for number in range(ROWS)))
    fixed = (
        *("--topology", str(impatient(tmp_path)), "--port", f"pubsub={broker}"),
        *("--env", "CSVGATE_CHUNK_BYTES=16384"),
    )
    broken = (*fixed, "--env", f"BIGQUERY_STORAGE_EMULATOR_HOST=127.0.0.1:{broker}")
    with LocalCloud(tmp_path / "cloud", *broken) as cloud:
        sent = cloud.csvgate("upload", str(path), "--as", "orders/story.csv", "--json")
        upload = str(json.loads(sent.stdout)["id"])
        eventually(lambda: 2 in given_back(cloud), "retries")
        chunks = eventually(lambda: int(status_of(cloud, upload).get("chunks") or 0), "all chunks")
        assert chunks > 1
        letters = eventually(lambda: complete(dead_letters(cloud), chunks), "dead letters")
        assert {("enrich_records", CODE, upload, ATTEMPTS)} == {
            (each["function"], each["code"], each["upload"], each["attempt"]) for each in letters
        }
        assert [] == table_lines(cloud, upload)

    with LocalCloud(tmp_path / "cloud", *fixed) as cloud:
        with console(cloud, tmp_path / "console.log") as entrance:
            find_and_replay(page, entrance, chunks)
            eventually(lambda: status_of(cloud, upload)["state"] == "completed", "the end")
            see_that_all_is_well(page)
        assert [] == dead_letters(cloud)
        status = status_of(cloud, upload)
        lines = table_lines(cloud, upload)
        assert list(range(2, ROWS + 2)) == lines
        assert [] == reject_lines(cloud, status)
        completed = eventually(lambda: about_completion(cloud, upload), "the email")
        assert 1 == len(completed)


def find_and_replay(page: Page, entrance: str, chunks: int) -> None:  # noqa: F811
    """From the overview to the one code, its reason, and all of its letters sent again."""
    page.goto(entrance)
    page.get_by_role("link", name="Dead letters").first.click()
    page.get_by_role("link", name="Groups").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(CODE)
    expect(rows).to_contain_text("BigQuery answered 501")
    expect(rows.locator("td.num").first).to_have_text(str(chunks))
    rows.get_by_role("link", name=CODE).click()
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(CODE)
    expect(page.get_by_role("table")).to_contain_text("ORD-")
    expect(page.get_by_text("A replay sends the message to validated-records.")).to_be_visible()
    page.get_by_role("link", name="Dead letters").first.click()
    page.get_by_label(f"all {chunks}").check()
    page.get_by_role("button", name="Replay…").click()
    expect(page.get_by_text("will go to validated-records, for enrich_records")).to_be_visible()
    page.get_by_label("Reason").fill("BigQuery's address is right again")
    page.get_by_role("button", name=f"Replay {chunks} letters").click()
    expect(page.get_by_role("status")).to_have_text("Done")
    expect(page.locator("#progress dt:text-is('Done') + dd")).to_have_text(str(chunks))


def see_that_all_is_well(page: Page) -> None:  # noqa: F811
    page.get_by_role("button", name="Back to the dead letters").click()
    expect(page.get_by_text("There are no dead letters: no failure waits")).to_be_visible()
    page.get_by_role("link", name="Uploads", exact=True).click()
    expect(page.get_by_role("row", name="orders/story.csv")).to_contain_text("completed")
    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_role("cell", name="BigQuery's address is right again")).to_be_visible()


def status_of(cloud: LocalCloud, upload: str) -> dict[str, Any]:
    done = cloud.csvgate("status", upload, "--json", check=False)
    found: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    return found


def complete(letters: list[dict[str, Any]], wanted: int) -> list[dict[str, Any]]:
    return letters if len(letters) >= wanted else []


def about_completion(cloud: LocalCloud, upload: str) -> list[dict[str, Any]]:
    """The emails about the final result, not about the failure before it."""
    return [email for email in emails(cloud, upload) if "failed" not in email["subject"].lower()]
