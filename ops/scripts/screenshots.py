"""Take the screenshots of docs/console.md: start a local cloud, upload good and bad files, and
visit the console with Chromium. Run it with `make screenshots`.

`screenshots.py --before DIRECTORY` takes those of another version too, from a checkout of it, over
the same local cloud: docs/images/console-*-before.png show commit f20a465f."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from csvgate_ops.local.cloud.files import DataDir
from csvgate_ops.local.cloud.launch import start, stop
from csvgate_ops.local.cloud.options import Options, repository
from csvgate_ops.local.loopback.serving import address, listen, server
from csvgate_ops.operate.console.access import TOKEN, Access
from csvgate_ops.operate.console.app import create_app
from csvgate_ops.operate.console.jobs import Jobs
from csvgate_ops.operate.console.site import Site
from csvgate_ops.operate.dead_letters import connect
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.follow import follow, send
from csvgate_ops.session import Session
from csvgate_ops.session import connect as session_of

IMAGES: Final = repository() / "docs" / "images"
MAX_BYTES: Final = 200_000
FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WIDE: Final = (1200, 860)
PHONE: Final = (390, 844)
TIMEOUT_SECONDS: Final = 120.0


def main() -> None:
    before = Path(sys.argv[2]) if sys.argv[1:2] == ["--before"] else None
    program = shutil.which("chromium")
    if program is None:
        sys.exit("screenshots: chromium is missing; `make browser` installs it")
    with TemporaryDirectory() as folder:
        data_dir = Path(folder) / "cloud"
        start(Options(data_dir=data_dir), lambda _: None)
        try:
            fill_cloud(session_of(data_dir), connect.local(data_dir), Path(folder))
            with console(data_dir) as url_with_token, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
                take(browser, url_with_token)
                if before is not None:
                    with console_of(before, data_dir) as other:
                        take(browser, other, "-before")
        finally:
            stop(DataDir(data_dir))
    for image in sorted(IMAGES.glob("console-*.png")):
        size = image.stat().st_size
        print(f"{image.relative_to(repository())}  {size:,} bytes")
        if size > MAX_BYTES:
            sys.exit(f"{image} is larger than {MAX_BYTES:,} bytes")


def fill_cloud(session: Session, context: DeadLetterContext, folder: Path) -> None:
    """Make good uploads and bad ones: a broken file, a missing reference, a refused email, and a
    message that cannot be decoded."""
    for number, rows in enumerate((4000, 2500, 5200), start=18):
        upload(session, orders(folder, rows, seed=number), f"orders/2026-11-{number}.csv")
    upload(session, repository() / "samples" / "timesheet.csv", "orders/timesheet.csv")
    references = session.storage().bucket(session.bucket("references"))
    rates = references.blob("fx_rates.csv").download_as_bytes()
    references.blob("fx_rates.csv").delete()
    for number in range(21, 25):
        name = f"orders/2026-11-{number}.csv"
        upload(session, orders(folder, 900, seed=number), name, wait=False)
    wait_for_dead_letters(context, 8)
    references.blob("fx_rates.csv").upload_from_string(rates, content_type="text/csv")
    refuse_mail(session)
    upload(session, orders(folder, 1800, seed=25), "orders/2026-11-25.csv", wait=False)
    publish(session, "validated-records", b"hello?")
    wait_for_dead_letters(context, 11)


def orders(folder: Path, rows: int, seed: int) -> Path:
    path = folder / f"{seed}.csv"
    maker = repository() / "samples" / "make_orders.py"
    options = ["--rows", str(rows), "--bad", "0.02", "--seed", str(seed), str(path)]
    subprocess.run([sys.executable, str(maker), *options], check=True)
    return path


def upload(session: Session, path: Path, name: str, *, wait: bool = True) -> None:
    sent = send(session, path, name)
    for _ in follow(session.ledger(), sent.id, TIMEOUT_SECONDS if wait else 0):
        pass


def refuse_mail(session: Session) -> None:
    fault = json.dumps({"status": 401, "message": "The API key is invalid, expired or revoked."})
    url = f"{session.endpoints['mailbox']}/_faults"
    request = Request(url, fault.encode(), {"Content-Type": "application/json"})  # noqa: S310 - our own loopback
    urlopen(request, timeout=10).close()  # noqa: S310


def publish(session: Session, topic: str, data: bytes) -> None:
    from google.cloud.pubsub_v1 import PublisherClient

    publisher = PublisherClient()
    publisher.publish(publisher.topic_path(session.project, topic), data).result(timeout=30)


def wait_for_dead_letters(context: DeadLetterContext, wanted: int) -> None:
    wait_until(lambda: len(read(context).letters) >= wanted, f"{wanted} dead letters")


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"screenshots: timed out waiting for {what}")
        time.sleep(0.5)


@contextmanager
def console(data_dir: Path) -> Iterator[str]:
    """Run the console and yield its address with the access token."""
    context = connect.local(data_dir, actor="sam@example.com")
    site, access = Site.of(context, "local-csvgate", is_local=True), Access()
    listener = listen("127.0.0.1", 0)
    serving = server(listener, create_app(site, access, Jobs(site.now)))
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    try:
        yield f"{address(listener)}/?{TOKEN}={access.token}"
    finally:
        serving.shutdown()


SERVE: Final = """
import sys
from pathlib import Path
sys.path.insert(0, "ops/scripts")
import screenshots
with screenshots.console(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
"""Runs the console as the script of the version does whose checkout is the current directory."""


@contextmanager
def console_of(checkout: Path, data_dir: Path) -> Iterator[str]:
    """Run the console of another version and yield its address with the access token."""
    path = os.pathsep.join(str(checkout / folder) for folder in ("ops", "shared"))
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(data_dir)],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": path},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None  # noqa: S101 - it is a pipe
        try:
            yield running.stdout.readline().strip()
        finally:
            running.terminate()


def take(browser: Browser, url_with_token: str, suffix: str = "") -> None:
    """Take overview, letter and groups, light, dark and on a phone. Without a suffix, which marks
    another version's, take a confirmation and the list on a phone as well."""
    IMAGES.mkdir(exist_ok=True)
    for look, size, scheme in (
        ("", WIDE, "light"),
        ("-dark", WIDE, "dark"),
        ("-phone", PHONE, "light"),
    ):
        page = visit(browser, url_with_token, size, scheme)
        shot(page, f"overview{look}{suffix}")
        page.get_by_role("link", name="Dead letters").first.click()
        if look == "-phone" and not suffix:
            shot(page, "phone")
        page.get_by_role("link", name="Groups").click()
        shot(page, f"groups{look}{suffix}")
        page.get_by_role("link", name="rows.rejected").first.click()
        page.locator("tbody th a").first.click()
        page.get_by_role("heading", name="Facts").wait_for()
        shot(page, f"letter{look}{suffix}")
    if suffix:
        return
    page = visit(browser, url_with_token, WIDE, "light")
    page.get_by_role("link", name="Dead letters").first.click()
    page.get_by_role("link", name="Groups").click()
    page.get_by_role("button", name="Replay, group reference").first.click()
    page.get_by_label("Reason").fill("fx_rates.csv is back")
    shot(page, "confirm", 560)


def visit(browser: Browser, url_with_token: str, size: tuple[int, int], scheme: str) -> Page:
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url_with_token)
    page.get_by_role("heading", name="Overview").wait_for()
    return page


def shot(page: Page, name: str, height: int | None = None) -> None:
    """Save the upper `height` pixels of the page, or all that is visible."""
    if height is not None:
        page.set_viewport_size({"width": WIDE[0], "height": height})
    page.screenshot(path=IMAGES / f"console-{name}.png")


if __name__ == "__main__":
    main()
