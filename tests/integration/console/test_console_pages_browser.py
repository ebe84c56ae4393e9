"""Every page in a real browser: axe-core finds nothing serious, light and dark; on a phone nothing
overflows, and what is pressed is large enough."""

import pytest
from playwright.sync_api import Browser, Page

import axe
from browser import complaints, needs_chromium, watched
from integration.console.every_page import every_page

pytestmark = needs_chromium
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SMALLEST = 24
"""CSS pixels of a target (WCAG 2.2, 2.5.8), without its exception for distances."""
TARGETS = """smallest => {
  const own = element => {
    let text = "";
    for (const node of element.parentElement.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) text += node.textContent;
    }
    return text;
  };
  const inText = element =>
    getComputedStyle(element).display === "inline" && /\\w/.test(own(element));
  const found = [];
  for (const element of document.querySelectorAll("a, button, input, select, textarea, summary")) {
    if (!element.checkVisibility() || element.disabled || element.matches(".skip")) continue;
    const label = element.matches("[type=checkbox], [type=radio]") && element.closest("label");
    const box = (label || element).getBoundingClientRect();
    if (box.width === 0 || inText(element)) continue;
    if (box.width < smallest || box.height < smallest) {
      found.push(`${element.outerHTML.slice(0, 120)} ${box.width} × ${box.height}`);
    }
  }
  return found;
}"""
WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter(element => element.getBoundingClientRect().right > width + 1)
    .map(element => `wider than ${width}: ${element.outerHTML.slice(0, 120)}`).slice(0, 3)
    .concat(`it scrolls sideways at ${width}`);
}"""


def faults(page: Page, number: int) -> list[str]:
    """Return what is wrong with the open page. Every second one is looked at in the opposite order,
    because each change of the colours or of the width draws the page again."""
    order = slice(None, None, -1 if number % 2 else 1)
    schemes, sizes = ("light", "dark")[order], (DESK, PHONE)[order]
    found = [] if page.locator("h1").count() == 1 else ["not exactly one h1"]
    axe.load(page)
    page.emulate_media(color_scheme=schemes[0])  # type: ignore[arg-type,unused-ignore]
    found += axe.violations(page)
    page.emulate_media(color_scheme=schemes[1])  # type: ignore[arg-type,unused-ignore]
    # The schemes differ in colours only.
    found += axe.violations(page, "color-contrast")
    for size in sizes:
        page.set_viewport_size(size)  # type: ignore[arg-type,unused-ignore]
        found += page.evaluate(WIDER)
        found += page.evaluate(TARGETS, SMALLEST)
    return found


def test_every_page(chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    context = chromium.new_context(viewport=DESK)  # type: ignore[arg-type,unused-ignore]
    page = watched(context)
    crashed: list[str] = []
    page.on("response", lambda answer: crashed.append(answer.url) if answer.status == 500 else None)
    opened = enumerate(every_page(page, monkeypatch))
    found = {name: faults(page, number) for number, name in opened}
    # A page with an error status is also a message in the browser's console.
    policy = [said for said in complaints(page) if not said.startswith("Failed to load resource")]
    context.close()
    assert {} == {name: lines for name, lines in found.items() if lines}
    assert [] == policy
    assert [] == crashed
