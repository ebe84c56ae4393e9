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
    .map(element => `wider than the screen: ${element.outerHTML.slice(0, 120)}`).slice(0, 3)
    .concat("it scrolls sideways");
}"""


def faults(page: Page) -> list[str]:
    axe.load(page)
    page.emulate_media(color_scheme="light")
    found = axe.violations(page)
    page.emulate_media(color_scheme="dark")
    # The schemes differ in colours only.
    found += [f"dark: {line}" for line in axe.violations(page, "color-contrast")]
    found += [f"desk: {line}" for line in page.evaluate(WIDER)]
    page.set_viewport_size(PHONE)  # type: ignore[arg-type,unused-ignore]
    found += [f"phone: {line}" for line in page.evaluate(WIDER)]
    found += [f"too small: {line}" for line in page.evaluate(TARGETS, SMALLEST)]
    if page.locator("h1").count() != 1:
        found.append("not exactly one h1")
    page.set_viewport_size(DESK)  # type: ignore[arg-type,unused-ignore]
    return found


def test_every_page(chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    context = chromium.new_context(viewport=DESK)  # type: ignore[arg-type,unused-ignore]
    page = watched(context)
    found = {name: faults(page) for name in every_page(page, monkeypatch)}
    # Pages with an error status are in the browser's console, as is the address that is held back.
    expected = ("Failed to load resource", "net::ERR_FAILED")
    policy = [said for said in complaints(page) if not said.startswith(expected)]
    context.close()
    assert {} == {name: lines for name, lines in found.items() if lines}
    assert [] == policy
