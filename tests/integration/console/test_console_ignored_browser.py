"""Objects that no contract matches, found in a real browser."""

import pytest
from playwright.sync_api import Browser, expect

from browser import complaints, needs_chromium, watched
from integration.console.console_server import served
from unit.operate.console.browsing import letter_world
from unit.protocol.orders import orders

pytestmark = needs_chromium
IGNORED = tuple(f"notes/{name} 2026.txt" for name in ("ada", "zoë", "mei"))


@pytest.mark.parametrize("width", [1280, 390])
def test_ignored_objects_are_found_by_their_state(chromium: Browser, width: int) -> None:
    there = letter_world()
    for name in (*IGNORED, *(f"orders/{number}.csv" for number in range(4))):
        there.world.validate(there.world.upload(name, orders(1)))
    with served(there) as console:
        context = chromium.new_context(viewport={"width": width, "height": 844})
        page = watched(context)
        page.goto(console.entrance)
        page.get_by_role("link", name="3 ignored").click()
        expect(page.get_by_label("State")).to_have_value("ignored")
        expect(page.locator("caption")).to_have_text("3 uploads")
        for row, name in zip(page.locator("tbody tr").all(), reversed(IGNORED), strict=True):
            expect(row).to_contain_text(name)
            expect(row).to_contain_text("no_contract")
            expect(row).to_contain_text("no matching contract")
        page.get_by_label("Object, dataset or id").fill("ZOË")
        page.get_by_role("button", name="Find").click()
        expect(page.locator("caption")).to_have_text("1 upload with “ZOË”")
        page.get_by_role("link", name=IGNORED[1]).click()
        expect(page.locator("main")).to_contain_text("no contract matches")
        page.goto(f"{console.url}/uploads/")
        expect(page.locator("tbody tr")).to_have_count(7)
        page.get_by_label("State").select_option("under way")
        page.get_by_role("button", name="Find").click()
        expect(page.locator("tbody tr")).to_have_count(4)
        assert width == page.evaluate("document.documentElement.scrollWidth")
        assert [] == complaints(page)
        context.close()
