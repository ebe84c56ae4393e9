"""Pages that refresh themselves, in a real browser: what appears by itself, and what stays."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Request, Route, expect

from browser import complaints, needs_chromium
from csvgate.protocol.ledger.entries import Tripped
from csvgate.runtime.breaker_ledger import BreakerLedger
from csvgate.runtime.start_up import utc_now
from integration.console.console_server import Served, served
from unit.operate.console.browsing import ENRICH, NOTIFY, letter, letter_world, marker

pytestmark = needs_chromium
EVERY = 0.5
PATHS = ("/", "/letters/", "/uploads/", "/nothing")
SELECT = """selector => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector(selector));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event("visibilitychange"));
  return document.getElementById("fresh").classList.contains("htmx-request");
}"""
"""Returns whether the page has asked at once."""


@pytest.fixture
def console(page: Page) -> Iterator[Served]:
    there = letter_world()
    letter(there, ENRICH, marker(), csvgate_code="first.failure")
    with served(there, every=EVERY) as running:
        page.goto(running.entrance)
        expect(page.get_by_role("heading", name="1 thing needs you")).to_be_visible()
        yield running
        # Nothing asks any more before the console ends.
        page.goto("about:blank")


def test_a_breaker_that_opens_appears_without_a_click(page: Page, console: Served) -> None:
    other = page.context.new_page()
    other.goto(f"{console.url}/audit/")
    now = utc_now()
    entries = BreakerLedger(console.backend.world.ledger, NOTIFY, "r1")
    entries.trip(1, Tripped(at=now, since=now, letters=50, handled=1, codes={"mail.refused": 50}))
    expect(page.get_by_role("heading", name=f"the breaker of {NOTIFY} is open")).to_be_visible()
    expect(other.get_by_text(f"The breaker of {NOTIFY} is open.")).to_be_visible()
    letter(console.backend, ENRICH, marker(n=2), csvgate_code="second.failure")
    expect(other.locator("#badge")).to_have_text("2")
    other.close()


def test_old_and_failed_readings_are_marked_on_every_page(page: Page, console: Served) -> None:
    with console.site.queues:
        for path in PATHS:
            page.goto(console.url + path)
            expect(page.get_by_text("Dead letters were last read at")).to_be_visible()
        expect(page.locator("#badge .old")).to_have_text("1")
    subscriptions = dict(console.backend.queues._topics)
    console.backend.queues._topics.clear()
    for path in PATHS:
        page.goto(console.url + path)
        expect(page.get_by_text("Reading the dead letters has failed since")).to_be_visible()
    expect(page.get_by_text("does not exist The figures were read at")).to_be_visible()
    console.backend.queues._topics.update(subscriptions)
    expect(page.locator("#notices")).to_be_empty()
    # The page that does not exist is a failed resource to the browser.
    complaints(page).clear()


def test_a_console_that_does_not_answer(page: Page, console: Served) -> None:
    page.goto(f"{console.url}/audit/")
    page.route("**/fresh?*", lambda route: route.abort())
    expect(page.locator("#silent")).to_contain_text("The console does not answer. The figures were")
    expect(page.locator("html.stale")).to_be_attached()
    answers = [(401, "Your session has ended"), (503, "answers with an error (503)"), (200, "else")]
    for status, words in answers:
        page.route("**/fresh?*", _answers(status))
        expect(page.locator("#silent")).to_contain_text(words)
    page.unroute("**/fresh?*")
    expect(page.locator("#silent")).to_be_hidden()
    expect(page.locator("html.stale")).not_to_be_attached()
    complaints(page).clear()


def _answers(status: int) -> Callable[[Route], None]:
    def answer(route: Route) -> None:
        route.fulfill(status=status, content_type="text/html", body="<p>Sign in</p>")

    return answer


def test_what_a_person_does_survives(page: Page, console: Served) -> None:
    page.set_viewport_size({"width": 390, "height": 300})
    page.goto(f"{console.url}/letters/")
    page.get_by_text("Filter and order").click()
    page.locator("input[name=letter]").check()
    page.get_by_label("Text").fill("not sent yet")
    page.evaluate("scrollTo(0, 120)")
    letter(console.backend, ENRICH, marker(n=2), csvgate_code="second.failure")
    expect(page.locator("#badge")).to_have_text("2")
    newer = page.get_by_role("link", name="Show the newer ones")
    expect(newer).to_be_attached()
    expect(page.locator("details")).to_have_attribute("open", "")
    expect(page.locator("input[name=letter]")).to_be_checked()
    expect(page.get_by_label("Text")).to_be_focused()
    expect(page.get_by_label("Text")).to_have_value("not sent yet")
    assert 120 == page.evaluate("scrollY")
    newer.click()
    expect(page.get_by_role("link", name="second.failure")).to_be_visible()
    page.goto(console.url)
    page.get_by_role("link", name="Last 14 days").focus()
    verdict = page.locator("#h-verdict").text_content()
    assert "2 things need you" in str(verdict)
    page.evaluate(SELECT, "#h-verdict")
    letter(console.backend, ENRICH, marker(n=3), csvgate_code="third.failure")
    expect(page.locator("#badge")).to_have_text("3")
    assert page.evaluate("getSelection().toString()") == verdict
    page.evaluate("getSelection().removeAllRanges()")
    expect(page.locator("#h-verdict")).to_contain_text("3 things need you")
    expect(page.get_by_role("link", name="Last 14 days")).to_be_focused()


def test_a_hidden_tab_asks_nothing_and_a_wrong_clock_is_noticed(
    page: Page, console: Served
) -> None:
    page.add_init_script("const now = Date.now; Date.now = () => now.call(Date) + 600_000")
    page.goto(f"{console.url}/audit/")
    expect(page.get_by_text("is about 10 minutes ahead of the console’s")).to_be_visible()
    page.evaluate(HIDE, True)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - Playwright inspects it
    page.wait_for_timeout(4 * EVERY * 1000)
    assert [] == asked
    assert page.evaluate(HIDE, False)
    expect(page.locator("#fresh.htmx-request")).not_to_be_attached()
    assert 1 <= len(asked)
