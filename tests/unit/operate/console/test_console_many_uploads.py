"""What the console asks a ledger for that has far more uploads than it lists."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Final

from unit.operate.console.browsing import HANG_SECONDS, Visit, letter_world, visit
from unit.operate.upload_index.many_uploads import NOW, ledger_of

ROW: Final = re.compile(r'<th scope="row"><a href="/uploads/')
OLDER: Final = "since=2026-11-13&until=2026-11-20"
PAST: Final = "since=2026-11-27&until=2026-11-27"
PAGES: Final = (
    # A line costs one read, unless it was read before, and the other pages no listing.
    ("", 0, 50),
    ("page=2", 0, 50),
    ("page=2", 0, 0),
    ("page=200", 0, 50),
    ("state=ignored", 0, 49),
    ("state=ignored&page=2", 0, 50),
    # The last reading has all uploads of these days.
    ("since=2026-11-28", 0, 0),
    ("since=2026-11-28&page=20", 0, 49),
    # Other days are listed once for all pages.
    (OLDER, 24, 50),
    (f"{OLDER}&page=3", 0, 50),
    (f"{OLDER}&state=failed", 0, 50),
    ("since=2026-11-13&until=2026-11-13", 4, 50),
    (PAST, 4, 50),
    # Every third upload has this dataset; 64 entries are read at a time.
    ("text=returns", 0, 92),
    ("text=returns&page=2", 0, 126),
)


def settle(here: Visit) -> None:
    """Wait until everything has been read."""
    for snapshot in (here.site.uploads, here.site.breakers, here.site.letters):
        snapshot.current(HANG_SECONDS)


def test_what_each_page_asks_for() -> None:
    ledger, store = ledger_of(25_000, timedelta(seconds=65))
    there = letter_world()
    here = visit(replace(there, context=replace(there.context, ledger=ledger, clock=lambda: NOW)))
    settle(here)
    # 20,000 names of 8 days, the open breakers, and the runs of two days.
    assert (28, 0) == store.asked()
    assert "<dd>56</dd>" in here.page("/?over=hour").partition("Uploads, last hour")[2][:60]
    assert (0, 0) == store.asked()
    found = list[tuple[str, int, int]]()
    for asked, _, _ in PAGES:
        page = here.page(f"/uploads/?{asked}")
        assert 50 == len(ROW.findall(page)), asked
        found.append((asked, *store.asked()))
    assert PAGES == tuple(found)
    assert "1–50 of 1,330 uploads" in here.page(f"/uploads/?{PAST}")
    assert (0, 0) == store.asked()
    page = here.page("/uploads/?text=no+such+name")
    assert (True, 0) == (store.asked()[1] <= 2_000, len(ROW.findall(page)))
    assert "only the newest uploads were looked at" in page
    here.page("/uploads/?text=another+name")
    assert (0, 0) == store.asked()
    here.page(f"/uploads/?{OLDER}")
    assert (24, 0) == store.asked()
    here.refresh()
    settle(here)
    here.page(f"/uploads/?{OLDER}")
    assert (28 + 24, 0) == store.asked()
