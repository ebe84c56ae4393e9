"""A real Chromium for tests; whoever asks for one is skipped by name where there is none.

In a conftest:  `from browser import chromium, page  # noqa: F401`
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

PROGRAM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(PROGRAM is None, reason="needs Chromium: make browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing that a page or the browser itself might ask for leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE_MS = 30_000.0
"""A guard against hanging: a busy machine is slow."""
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a browser that knows nothing yet. Fails the test at its end for whatever the
    browser complained of: an error in a script, a thing that the policy forbids."""
    context = chromium.new_context()
    opened = watched(context)
    yield opened
    # Before it is closed: what closing cuts off is no fault of the page.
    found = list(complaints(opened))
    context.close()
    assert not found, found


_COMPLAINTS: dict[Page, list[str]] = {}


def watched(context: BrowserContext) -> Page:
    """A new page whose complaints are kept."""
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    found = _COMPLAINTS[opened] = []
    opened.on("pageerror", lambda error: found.append(str(error)))
    opened.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    opened.on("dialog", lambda dialog: found.append(f"dialog {dialog.message}"))
    return opened


def complaints(opened: Page) -> list[str]:
    return _COMPLAINTS[opened]
