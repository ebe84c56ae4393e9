"""axe-core, the accessibility checker of Deque, in a page of a real browser.

Its file is that of npm's axe-core. It comes in a wheel, because pip installs everything here from
locks with hashes, and npm's lock files need the address of a registry.
"""

from importlib.resources import files
from typing import Any, Final

from playwright.sync_api import Page

FILE: Final = files("axe_playwright_python") / "axe.min.js"
SERIOUS: Final = {"serious", "critical"}
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def load(page: Page) -> None:
    """Give the loaded page `axe`. Chromium evaluates it beside the page's content security policy,
    which stays as it is."""
    page.evaluate(FILE.read_text(encoding="utf-8"))


def violations(page: Page, *only: str) -> list[str]:
    """Return what is serious or critical, one line for each element; `only` names rules."""
    rules = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": TAGS}
    found: dict[str, Any] = page.evaluate(
        "options => axe.run(options)", {"runOnly": rules, "resultTypes": ["violations"]}
    )
    return [
        f"{violation['id']}: {node['target'][0]}: {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
