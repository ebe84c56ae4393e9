"""The console in a real browser, over the in-memory pipeline."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser import complaints, needs_chromium, watched
from integration.console.console_server import Served, served
from unit.operate.console.browsing import ENRICH, NOTIFY, address, letter, letter_world, marker
from unit.operate.console.test_console_breakers import tripped
from unit.protocol.orders import orders
from world import VALIDATED

pytestmark = needs_chromium
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e' + "W" * 400


@pytest.fixture
def console() -> Iterator[Served]:
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", orders(30, bad=2)))
    there.world.drain()
    for number in range(60):
        letter(there, ENRICH, marker(n=number), csvgate_code="group.one")
    letter(there, NOTIFY, HOSTILE.encode(), csvgate_code=HOSTILE, csvgate_message=HOSTILE)
    with served(there) as running:
        yield running


def enter(page: Page, console: Served) -> None:
    page.goto(console.entrance)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_the_address_gives_access_and_loses_its_token(page: Page, console: Served) -> None:
    enter(page, console)
    page.wait_for_url(f"{console.url}/")
    (cookie,) = page.context.cookies()
    assert (True, "Strict") == (cookie["httpOnly"], cookie["sameSite"])


def test_replay_with_live_progress_and_stop(page: Page, console: Served) -> None:
    before = len(console.backend.world.publisher.topics[VALIDATED])
    enter(page, console)
    page.get_by_role("link", name="Dead letters").click()
    page.get_by_role("link", name="Groups").click()
    page.get_by_role("button", name="Replay, group group.one").click()
    expect(page.get_by_text("60 letters will go to validated-records")).to_be_visible()
    # Slow enough that the job is still running when Stop is pressed, on any machine.
    page.get_by_label("Letters per second").fill("0.5")
    page.get_by_role("button", name="Replay 60 letters").click()
    done = page.locator("#progress dt:text-is('Done') + dd")
    expect(done).not_to_have_text("0")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status")).to_have_text("Stopped")
    sent = len(console.backend.world.publisher.topics[VALIDATED]) - before
    expect(done).to_have_text(str(sent))
    page.get_by_role("button", name="Back to the dead letters").click()
    expect(page.get_by_text(f"of {62 - sent} letters")).to_be_visible()


def test_replay_without_javascript(chromium: Browser, console: Served) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = watched(context)
    enter(page, console)
    page.goto(f"{console.url}/letters/?code=group.one")
    page.get_by_label("all 60 that match").check()
    page.get_by_role("button", name="Replay…").click()
    page.get_by_label("Letters per second").fill("40")
    page.get_by_role("button", name="Replay 60 letters").click()
    expect(page.get_by_role("status")).to_have_text("Done")
    assert 60 <= len(console.backend.world.publisher.topics[VALIDATED])
    context.close()


def test_with_the_keyboard_only(page: Page, console: Served) -> None:
    enter(page, console)
    page.goto(f"{console.url}/letters/?code=group.one")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    boxes = page.locator("input[name=letter]")
    for _ in range(40):
        page.keyboard.press("Tab")
        if boxes.first.evaluate("box => box === document.activeElement"):
            break
    page.keyboard.press("Space")
    expect(page.get_by_text("ticked (1)")).to_be_visible()
    assert "none" != boxes.first.evaluate("box => getComputedStyle(box).outlineStyle")
    all_of_page = page.get_by_label("Tick all letters on this page")
    all_of_page.press("Space")
    expect(page.get_by_text("ticked (50)")).to_be_visible()
    page.get_by_role("button", name="Discard…").press("Enter")
    page.get_by_label("Reason").press_sequentially("by hand")
    page.get_by_role("button", name="Discard 50 letters").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Done")
    assert 12 == console.backend.left()


def test_an_edit_survives_the_browser_unchanged(page: Page, console: Served) -> None:
    """Browsers change line ends and drop the first one, which must not count as a change."""
    odd = letter(console.backend, ENRICH, b"\n\r\nfirst\r\nlast\n\n", odd="a\r\nb\u202e")
    enter(page, console)
    page.get_by_role("button", name="Refresh").click()
    page.goto(f"{console.url}{address(odd)}/edit")
    page.get_by_role("button", name="Show the difference").click()
    # The answer is a 400 with the form, which the browser notes as a failed resource.
    expect(page.get_by_text("Nothing was changed.")).to_be_visible()
    complaints(page).clear()
    page.get_by_label("Attributes, as JSON").fill('{"odd": "c"}')
    page.get_by_role("button", name="Show the difference").click()
    expect(page.locator(".diff .plus")).to_have_text("+odd: c")
    page.get_by_role("button", name="Send the edited letter").click()
    expect(page.get_by_role("status")).to_have_text("Done")
    sent = console.backend.world.publisher.topics[VALIDATED][-1]
    assert b"\n\r\nfirst\r\nlast\n\n" == sent.data
    assert "c" == sent.attributes["odd"]


def test_an_open_breaker_is_lifted_from_the_overview(page: Page, console: Served) -> None:
    breaker = tripped(console.backend)
    enter(page, console)
    page.get_by_role("link", name="Lift the breaker").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lift the breaker of enrich_records?")
    expect(page.get_by_label("Why it is open")).to_contain_text("stream.gone")
    lift, reason = page.get_by_role("button", name="Lift the breaker"), page.get_by_label("Reason")
    lift.click()
    expect(reason).to_be_focused()
    assert breaker.standing().is_open, "the form asks for a reason first"
    reason.fill("the table is back")
    lift.click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.get_by_role("link", name="Lift the breaker")).to_have_count(0)
    assert not breaker.standing().is_open
    page.get_by_role("link", name="Audit").click()
    entry = page.get_by_role("row", name="Breaker.lift")
    expect(entry.get_by_role("cell", name="tester@here (claimed)")).to_be_visible()
    expect(entry.get_by_role("cell", name="the table is back")).to_be_visible()
    entry.get_by_role("link", name="Breaker.lift").click()
    expect(page.get_by_text("nobody: the name is claimed")).to_be_visible()
