"""One failure among 200 letters of uploaders, in a real browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from browser import complaints, needs_chromium, watched
from integration.console.console_server import served
from unit.operate.console.browsing import ENRICH, letter, letter_world, marker
from unit.operate.dead_letters.test_owners import rejection

pytestmark = needs_chromium
CODE = "table.contradicts"


@pytest.mark.parametrize("width", [1280, 390])
def test_the_failure_is_seen_first_and_its_action_is_one_click_away(
    chromium: Browser, width: int
) -> None:
    there = letter_world()
    letter(there, ENRICH, marker(), csvgate_code=CODE)
    for number in range(200):
        rejection(there, upload=f"{number:04x}")
    with served(there) as console:
        context = chromium.new_context(viewport={"width": width, "height": 844})
        page = watched(context)
        page.goto(console.entrance)
        verdict = page.get_by_role("heading", name="1 thing needs you")
        expect(verdict).to_contain_text(CODE)
        box = verdict.bounding_box()
        assert box is not None
        assert box["y"] < 300, "it is on the first screen"
        assert width == page.evaluate("document.documentElement.scrollWidth")
        _lists(page, console.url)
        page.goto(console.url)
        page.get_by_role("button", name="Replay 1 letter").click()
        expect(page.get_by_text("1 letter will go to validated-records")).to_be_visible()
        assert [] == complaints(page)
        context.close()


def _lists(page: Page, url: str) -> None:
    for path in ("/letters/", "/letters/groups", "/letters/groups?by=function"):
        page.goto(url + path)
        expect(page.locator("tbody tr").first).to_contain_text(CODE)
        expect(page.locator(".badge")).to_have_text("1")
    page.goto(f"{url}/letters/")
    page.get_by_role("link", name="the uploaders’ 200").click()
    expect(page.locator("caption")).to_contain_text("of 200 letters of uploaders")
