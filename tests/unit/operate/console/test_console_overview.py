"""The overview and the pages of uploads."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from csvgate.ports import Column
from csvgate.protocol.ledger.day_index import Stage
from csvgate.protocol.ledger.entries import Tripped
from csvgate.runtime.breaker_ledger import BreakerLedger
from csvgate.text import counted, percent
from csvgate_ops.operate.breakers import lift
from csvgate_ops.operate.console.letter_chart import letter_chart
from csvgate_ops.operate.console.overview import Over, fitting, overview
from csvgate_ops.operate.console.pages.charts import columns, peak, width
from csvgate_ops.operate.console.pages.paging import Page, page
from csvgate_ops.operate.console.pages.safe_values import clipped, lines, shown
from csvgate_ops.operate.console.pages.wording import after, ago
from csvgate_ops.operate.console.snapshot import Snapshot
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.upload_index.listed import Listed, ListState
from csvgate_ops.operate.upload_index.listing import Listing
from csvgate_ops.operate.upload_list import upload_ids
from csvgate_ops.text import byte_size, rough_duration
from fakes.bigquery import Table
from unit.delivery.simple import contracts, table
from unit.operate.console.browsing import HANG_SECONDS, letter, letter_world, visit, words
from unit.operate.dead_letters.contexts import letter_world as plain_letter_world
from unit.protocol.orders import orders
from world import World

NOW = datetime(2026, 11, 21, 12, 7, tzinfo=UTC)


def upload(state: ListState, read: int = 0, rejected: int = 0, **back: float) -> Listed:
    end = Stage("completed", "", 1, read, rejected) if read else None
    return Listed("5cef", NOW - timedelta(**back), state, end or Stage("received"), end)


def listing(*uploads: Listed, is_complete: bool = True) -> Listing:
    return Listing(uploads, is_complete)


def test_uploads_and_rows_are_counted_in_the_hour_of_arrival() -> None:
    found = overview(
        listing(
            upload("completed", 10, 2, minutes=1),
            upload("completed", 100, 0, minutes=50),
            upload("rejected", 30, 20, hours=1),
            upload("under way", hours=23, minutes=59),
            upload("failed", hours=2),
            upload("ignored", hours=2),
            upload("completed", 1000, 0, hours=24),
        ),
        "day",
        NOW,
    )
    # The first and the last hour are not whole.
    assert 25 == len(found.by_state)
    assert ["12:00", "13:00", "12:00"] == [found.by_state[n].label for n in (0, 1, -1)]
    assert [1, 0] == [found.by_state[n].total for n in (0, 1)]
    assert (5, 1, True) == (found.uploads, found.ignored, found.is_exact)
    expected = (("completed", 2), ("rejected", 1), ("failed", 1), ("under way", 1))
    assert expected == found.states
    assert (140, 108, 32) == (found.read, found.loaded, found.rejected)
    last = {part.kind: part.value for part in found.by_rows[-1].parts}
    assert {"loaded": 8, "rejected": 2} == last
    before = {part.kind: part.value for part in found.by_rows[-2].parts}
    assert {"loaded": 100, "rejected": 30} == before


def test_letters_are_drawn_by_code_at_the_time_they_were_sent() -> None:
    there = letter_world()
    for number, code in enumerate("aaaabbbccdde"):
        letter(there, csvgate_code=f"{code}.failed", csvgate_message=str(number))
    letters = read(there.context).letters
    now = max(found.published_at for found in letters)
    chart = letter_chart(letters, "day", now)
    names = ["a.failed", "b.failed", "c.failed", "d.failed", "other codes"]
    assert names == list(chart.names.values())
    assert [4, 3, 2, 2, 1] == [part.value for part in chart.columns[-1].parts]
    assert 12 == chart.letters == chart.columns[-1].total
    assert 0 == letter_chart(letters, "hour", now + timedelta(hours=2)).letters
    assert "a.failed" in words(visit(there).page("/")).partition("Dead letters that wait")[2]


@pytest.mark.parametrize(
    ("back", "expected"),
    [(timedelta(minutes=59), "hour"), (timedelta(hours=1), "day"), (timedelta(hours=2), "day"),
     (timedelta(days=2), "fortnight"), (timedelta(days=400), "fortnight")],
)  # fmt: skip
def test_the_period_fits_the_uploads(back: timedelta, expected: Over) -> None:
    found = fitting(listing(upload("completed", seconds=back.total_seconds())), NOW)
    assert expected == found
    assert "hour" == fitting(listing(), NOW)


def test_a_list_that_ends_within_the_period_makes_lower_bounds() -> None:
    for minutes, exact in ((59, [False, False]), (60, [True, False]), (24 * 60, [True, True])):
        old = upload("ignored", minutes=minutes)
        part = listing(upload("completed", minutes=1), old, is_complete=False)
        assert exact == [overview(part, over, NOW).is_exact for over in ("hour", "day")]
    assert not overview(listing(is_complete=False), "hour", NOW).is_exact


def test_bars_are_scaled_to_the_tallest_and_small_values_stay_visible() -> None:
    empty, small, tall = columns(["a", "b", "c"], ["x", "y"], [(0, 0), (1, 0), (999, 1)])
    assert (0, 1, 1000) == (empty.total, small.total, tall.total)
    assert [2.0, 0.0] == [part.height for part in small.parts]
    assert [98.0, 2.0] == [part.height for part in tall.parts]
    assert [2.0, 0.0] == [part.y for part in tall.parts]
    assert [0.0, 0.0] == [part.height for part in empty.parts]
    assert 1000 == peak((empty, small, tall))
    assert (0.0, 2.0, 50.0, 100.0) == (width(0, 9), width(1, 999), width(1, 2), width(3, 3))


def test_numbers_in_words() -> None:
    assert ["1 letter", "2,000 letters"] == [counted(1, "letter"), counted(2000, "letter")]
    assert ["–", "0%", "<0.1%", "50.0%", ">99.9%", "100%"] == [
        percent(0, 0), percent(0, 9), percent(1, 10**6), percent(1, 2), percent(99_999, 10**5),
        percent(9, 9),
    ]  # fmt: skip
    assert ["< 1 second", "59 seconds", "1 minute", "23 hours", "400 days"] == [
        rough_duration(seconds) for seconds in (0.9, 59.9, 60, 86_399, 86_400 * 400)
    ]
    assert "just now" == ago(NOW, NOW - timedelta(hours=1))
    assert "+0.124 s" == after(NOW, NOW + timedelta(milliseconds=124))
    assert ["1 byte", "1,023 bytes", "1.0 KiB", "9.5 MiB", "2,048.0 GiB"][:4] == [
        byte_size(1), byte_size(1023), byte_size(1024), byte_size(10_000_000)
    ]  # fmt: skip


def test_control_characters_are_made_visible() -> None:
    assert r"a\u202eb\x1b[0m\n" == shown("a\u202eb\x1b[0m\n")
    assert "a\n\tb\\r&lt;" == str(lines("a\n\tb\r<"))
    assert ["abc", "ab…"] == [clipped("abc", 3), clipped("abcd", 3)]
    assert 5 == shown(5)


def test_an_empty_list_has_one_page() -> None:
    found: Page[int] = page([], "7")
    assert (1, 1, 0, 0) == (found.number, found.pages, found.first, found.last)


def test_a_failed_reading_keeps_the_previous_one() -> None:
    answers = iter(["first", "", "third"])

    def read() -> str:
        if answer := next(answers):
            return answer
        raise OSError("the network is gone")

    snapshot = Snapshot(read, lambda: NOW)
    assert ("first", "") == _told(snapshot)
    snapshot.refresh()
    assert ("first", "the network is gone") == _told(snapshot)
    snapshot.refresh()
    assert ("third", "") == _told(snapshot)
    snapshot.change(str.upper)
    assert ("THIRD", "") == _told(snapshot)


def _told(snapshot: Snapshot[str]) -> tuple[str | None, str]:
    reading = snapshot.current(HANG_SECONDS)
    assert not reading.is_under_way
    return reading.value, reading.error


def test_the_overview_of_a_pipeline() -> None:
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", orders(30, bad=2)))
    there.world.drain()
    letter(there, csvgate_code="some.failure")
    page = words(visit(there).page("/"))
    for expected in (
        "1 thing needs you: 1 letter of enrich_records with some.failure.",
        "1 letter is the uploaders’",
        "Your dead letters 1 in 1 group by code",
        "The uploaders’ letters 1 they were informed by email",
        "orders/a.csv : 2 of 32 rows were rejected",
        "Uploads, last hour 1 1 completed",
        "Rows loaded 30",
        "Rows not loaded 2",
        "some.failure",
        "rows.rejected",
    ):
        assert expected in page


def test_an_open_breaker_is_on_the_overview_and_lifting_it_is_in_the_audit_log() -> None:
    there = letter_world()
    entries = BreakerLedger(there.world.ledger, "enrich_records", "r1")
    now = there.world.now
    tripped = Tripped(at=now, since=now, letters=50, handled=1, codes={"table.contradicts": 50})
    entries.trip(1, tripped)
    page = words(visit(there).page("/"))
    assert "1 thing needs you: the breaker of enrich_records is open." in page
    assert 1 == len(list(lift(there.world.ledger, "enrich_records", "ada@here", "table is back")))
    here = visit(there)
    assert "the breaker of" not in here.page("/").lower()
    log = here.page("/audit/")
    for expected in ("breaker.lift", "ada@here", "table is back"):
        assert expected in log
    (link,) = re.findall(r'href="(/audit/2[^"]+)"', log)
    assert "function enrich_records" in words(here.page(link))


def test_a_failed_upload_says_what_to_do() -> None:
    there = letter_world()
    there.world.warehouse.tables["sales.orders"] = Table((Column("amount", "STRING"),))
    there.world.validate(there.world.upload("orders/a.csv", orders(5)))
    there.world.drain()
    (uploaded,) = upload_ids(there.world.ledger)
    page = words(visit(there).page(f"/uploads/{uploaded}"))
    assert "enrich_records gave up with table.contradicts" in page
    assert f"csvgate dlq replay --upload {uploaded}" in page


def test_an_empty_overview() -> None:
    page = words(visit().page("/"))
    assert "Nothing needs you." in page
    assert "Your dead letters 0 there are none" in page
    assert "Your oldest letter – there are none" in page


def test_rows_of_a_file_that_was_not_read_to_its_end_are_no_totals() -> None:
    world = World(contracts=contracts(limits={"rejected_rows": 1_200}))
    there = plain_letter_world(world)
    there.world.validate(there.world.upload("plain/a.csv", table(10, bad=2_000)))
    there.world.drain()
    here = visit(there)
    assert "Rows not loaded 1,210+" in words(here.page("/"))
    found = here.page("/uploads/")
    assert "1,210+" in found
    assert "1,200+" in found
    (link,) = re.findall(r'href="(/uploads/[0-9a-f]+)"', found)
    one = words(here.page(link))
    for expected in (
        "Rows read 1,210 before line 1,212",
        "Loaded 0 0% Rejected 1,200 99.2%",
        "by reason, before line 1,212",
    ):
        assert expected in one
    links = set(re.findall(r'href="(/letters/[^"?]+)"', here.page("/letters/")))
    assert any("by code, before line 1212" in words(here.page(link)) for link in links)


def test_the_list_of_uploads_and_the_page_of_one() -> None:
    there = letter_world()
    for name in ("orders/a.csv", "orders/b.csv", "unknown/c.csv"):
        there.world.validate(there.world.upload(name, orders(30, bad=2)))
    there.world.drain()
    here = visit(there)
    page = words(here.page("/uploads/"))
    assert page.index("unknown/c.csv") < page.index("orders/b.csv") < page.index("orders/a.csv")
    assert "3 uploads" in page
    found = here.page("/uploads/?text=B.CSV")
    assert "orders/<wbr>b.csv" in found, "it may break after a slash"
    assert "a.csv" not in found
    assert "No uploads match" in here.page("/uploads/?text=zzz")
    ignored = here.page("/uploads/?state=ignored")
    assert "unknown/c.csv" in words(ignored)
    assert "no_contract" in ignored
    assert "1 upload" in ignored
    assert "orders/" not in ignored.partition("<tbody>")[2]
    assert "1 ignored" in words(here.page("/"))
    assert "3 uploads" in here.page("/uploads/?since=2026-11-21&until=2026-11-21")
    assert "No uploads match" in here.page("/uploads/?until=2026-11-20")
    assert "No uploads match in the state revoked" in words(here.page("/uploads/?state=revoked"))
    (link,) = re.findall(r'href="(/uploads/[0-9a-f]+)"', found)
    one = words(here.page(link))
    for expected in (
        "orders/b.csv completed",
        "Rows read 32",
        "Loaded 30",
        "sealed",
        "decided to commit",
        "received",
    ):
        assert expected in one
    for missing in ("ffff", "..%2F", "x", "%00"):
        assert 404 == here.get(f"/uploads/{missing}").status_code
