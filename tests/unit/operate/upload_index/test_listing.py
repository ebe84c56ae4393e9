"""Lists and totals of 100,000 uploads, and how many requests they cost."""

from datetime import date, timedelta

import pytest

from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.cli.operate._status_list import Filters, select, totals
from csvgate_ops.operate.console.overview import overview
from csvgate_ops.operate.console.uploads_index import UploadsIndex, day
from csvgate_ops.operate.upload_index.listing import Totals, read_listing, today
from unit.operate.upload_index.many_uploads import NOW, CountedStore, ledger_of

MANY = 100_000
MONTHS = timedelta(seconds=65)
"""100,000 uploads in 75 days: 1,330 a day."""
ROWS = 100


@pytest.fixture(scope="module")
def many() -> tuple[Ledger, CountedStore]:
    return ledger_of(MANY, MONTHS)


def test_the_newest_50_cost_a_read_each_and_a_few_listings(
    many: tuple[Ledger, CountedStore],
) -> None:
    ledger, store = many
    found = select(ledger, Filters(), 50, NOW)
    assert (9, 50) == store.asked()
    assert [f"{number:020x}" for number in range(50)] == [line.id for line in found.lines]
    said = totals(found)
    assert said.startswith("The newest 50 of at least 2,5")
    assert "at least 2,4" in said
    assert "--most 0 counts everything" in said


def test_everything_is_counted_exactly_from_names(many: tuple[Ledger, CountedStore]) -> None:
    ledger, store = many
    listing = read_listing(ledger, until=today(NOW))
    listings, reads = store.asked()
    # Each day takes one answer more than it has full pages of names; the first name is asked for.
    assert (True, 0) == (listings <= 320, reads)
    assert (MANY, True) == (len(listing.uploads), listing.is_complete)
    counted = Totals.of(listing.uploads, is_exact=True)
    others = dict.fromkeys(("rejected", "failed", "ignored", "under way"), MANY // 99)
    expected = {"completed": 95_960, **others}
    assert MANY == sum(expected.values())
    assert expected == counted.by_state


def test_days_and_states_are_chosen(many: tuple[Ledger, CountedStore]) -> None:
    ledger, store = many
    filters = Filters(
        states=frozenset({"ignored"}), since=date(2026, 10, 1), until=date(2026, 10, 1)
    )
    found = select(ledger, filters, 50, NOW)
    listings, reads = store.asked()
    assert (True, len(found.lines)) == (listings <= 5, reads)
    assert {"ignored"} == {line.state for line in found.lines}
    assert {date(2026, 10, 1)} == {line.received_at.date() for line in found.lines}
    number = len(found.lines)
    assert f"{number} uploads: {number} ignored." == totals(found)


def test_a_search_ends_soon_after_it_has_found_enough(many: tuple[Ledger, CountedStore]) -> None:
    ledger, store = many
    found = select(ledger, Filters(dataset="returns", text="CSV"), 50, NOW)
    # Every third upload: 64 entries are read at a time.
    assert ((9, 192), 50) == (store.asked(), len(found.lines))
    assert {"returns"} == {line.dataset for line in found.lines}
    assert totals(found).startswith("The newest 50 of at least 64 uploads: at least ")
    assert "Only the newest 192 uploads were searched." in totals(found)


def test_a_search_of_part_of_a_complete_listing_is_not_exact() -> None:
    found = select(ledger_of(200, MONTHS)[0], Filters(dataset="returns"), 5, NOW)
    assert totals(found).startswith("The newest 5 of at least 2")
    assert "Only the newest 64 uploads were searched." in totals(found)
    everything = select(ledger_of(64, MONTHS)[0], Filters(dataset="returns"), 50, NOW)
    assert "at least" not in totals(everything)


@pytest.mark.parametrize(
    ("filters", "asked", "said"),
    [
        (Filters(text="no such name"), (9, 2_000), "0 uploads. Only the newest 2,000 uploads were"),
        (Filters(states=frozenset({"revoked"})), (9, 0), "0 uploads. Only the newest 2,524 up"),
    ],
)
def test_a_search_that_finds_nothing_says_where_it_ended(
    many: tuple[Ledger, CountedStore], filters: Filters, asked: tuple[int, int], said: str
) -> None:
    ledger, store = many
    found = select(ledger, filters, 50, NOW)
    assert (asked, True) == (store.asked(), totals(found).startswith(said)), totals(found)


def test_the_overview_reads_nothing_and_a_page_is_read_once(
    many: tuple[Ledger, CountedStore],
) -> None:
    ledger, store = many
    index = UploadsIndex(ledger, lambda: NOW)
    listing = index.read()
    listings, reads = store.asked()
    assert (True, 0) == (listings <= 35, reads)
    view = overview(listing, "day", NOW)
    assert (True, 0) == (view.is_exact, view.is_partial)
    assert view.uploads + view.ignored == sum(
        upload.received_at > NOW - timedelta(hours=24) for upload in listing.uploads
    )
    completed = dict(view.states)["completed"]
    assert ROWS * completed == view.loaded
    assert not overview(listing, "fortnight", NOW).is_exact
    assert 50 == len(index.lines(listing.uploads[:50]))
    assert (0, 50) == store.asked()
    index.lines(listing.uploads[:60])
    assert (0, 10) == store.asked()


def test_a_burst_of_one_hour_is_not_listed_to_its_end() -> None:
    ledger, store = ledger_of(10_000, timedelta(microseconds=360_000))
    select(ledger, Filters(), 50, NOW)
    listings, reads = store.asked()
    assert (True, 50) == (listings <= 8, reads)


def test_empty_months_cost_one_request_each() -> None:
    ledger, store = ledger_of(3, timedelta(days=140))
    found = select(ledger, Filters(), 50, NOW)
    listings, reads = store.asked()
    # One for the first day, 8 for the empty months, and one for each day of the others.
    assert (3, 3) == (len(found.lines), reads)
    assert listings <= 1 + 10 + 31 * 3
    assert "3 uploads: 3 completed." == totals(found)


def test_a_day_in_the_far_future_costs_a_few_requests(
    many: tuple[Ledger, CountedStore],
) -> None:
    ledger, store = many
    found = select(ledger, Filters(until=date(9999, 12, 31)), 2, NOW)
    listings, reads = store.asked()
    assert (2, 2) == (len(found.lines), reads)
    assert listings <= 13 + 31 + 9


def test_days_in_the_wrong_order_have_no_uploads(many: tuple[Ledger, CountedStore]) -> None:
    ledger, store = many
    found = select(ledger, Filters(since=date(2026, 11, 2), until=date(2026, 11, 1)), 2, NOW)
    assert ((1, 0), "0 uploads.") == (store.asked(), totals(found))


def test_an_empty_ledger() -> None:
    ledger, store = ledger_of(0, MONTHS)
    found = select(ledger, Filters(), 50, NOW)
    assert ((1, 0), "0 uploads.") == (store.asked(), totals(found))
    assert [] == list(found.lines)


def test_a_clock_behind_midnight_shows_the_uploads_of_the_next_day() -> None:
    assert date(2026, 11, 30) == today(NOW + timedelta(hours=11, minutes=56))


@pytest.mark.parametrize("text", ["", "2026-02-30", "yesterday", "2026-11-29T00", "٢٠٢٦-01-01x"])
def test_another_text_is_not_a_day(text: str) -> None:
    assert day(text) is None


@pytest.mark.parametrize(
    "name",
    [
        "days/0000/00000000001-aa.received.json",
        "days/0001-01-01/00000000001-aa.received.json",
        "days/9999-12-31/00000000001-aa.received.json",
        "days/2026-11-29/99999999999999999999999-aa.received.json",
        "days/2026-11-29/99999999999-aa.received.json",
        "days/2026-11-29/00000000000-aa.received.json",
        "days/2026-11-29/00000000001-<b>.received.json",
    ],
)
def test_a_name_that_no_function_writes_hides_nothing(name: str) -> None:
    """A function that was taken over may create any name below `days/`."""
    ledger, store = ledger_of(3, MONTHS)
    store.ordered = sorted([*store.ordered, name])
    found = read_listing(ledger, until=today(NOW)).uploads
    assert [f"{number:020x}" for number in range(3)] == [upload.id for upload in found]
    assert store.listings <= 150, "one for each month since 2020, and the days of two months"


def test_an_entry_that_cannot_be_read_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, store = ledger_of(3, MONTHS)
    read = CountedStore.read
    name = store.ordered[0]
    monkeypatch.setattr(
        CountedStore, "read", lambda self, b, n: b"{}" if n == name else read(self, b, n)
    )
    found = select(ledger, Filters(), 50, NOW).lines
    assert [f"{number:020x}" for number in range(3)] == [line.id for line in found]
    assert [True, True, True] != [line.upload is not None for line in found]
