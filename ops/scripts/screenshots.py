"""Take the screenshots of docs/console.md: start a local cloud, upload good and bad files, and
visit the console with Chromium. Run it with `make screenshots`."""

import json
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

from csvgate_ops.cli.session import Session
from csvgate_ops.cli.session import connect as session_of
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

IMAGES: Final = repository() / "docs" / "images"
MAX_BYTES: Final = 150_000
FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WIDE: Final = (1200, 860)
PHONE: Final = (390, 844)
TIMEOUT_SECONDS: Final = 120.0


def main() -> None:
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


def take(browser: Browser, url_with_token: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    page = visit(browser, url_with_token, WIDE, "light")
    shot(page, "overview")
    page.get_by_role("link", name="Dead letters").first.click()
    page.get_by_role("link", name="rows.rejected").first.click()
    shot(page, "letter")
    dark = visit(browser, url_with_token, WIDE, "dark")
    dark.get_by_role("link", name="Dead letters").first.click()
    dark.get_by_role("link", name="Groups").click()
    shot(dark, "groups")
    phone = visit(browser, url_with_token, PHONE, "light")
    phone.get_by_role("link", name="Dead letters").first.click()
    shot(phone, "phone")
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
