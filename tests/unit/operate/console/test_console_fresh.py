"""Figures stay fresh, or say how old they are."""

import math
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from csvgate_ops.operate.console.freshness import What, ahead, freshness
from csvgate_ops.operate.console.pages.wording import moment, precise
from csvgate_ops.operate.console.site import key
from csvgate_ops.operate.console.snapshot import Reading, Snapshot
from csvgate_ops.operate.dead_letters.actions.read import read as read_letters
from csvgate_ops.operate.dead_letters.filters import Filter
from fakes.queues import START
from unit.operate.console.browsing import (
    HANG_SECONDS,
    HOST,
    Visit,
    address,
    letter,
    letter_at,
    letter_world,
    visit,
    words,
)

NOW = datetime(2026, 11, 21, 14, 3, 10, tzinfo=UTC)
OFTEN = 1e-6
SELDOM = 3600.0
PAGES = ("/", "/letters/", "/letters/groups", "/uploads/", "/audit/", "/nothing", address("2000"))


def read(back: float, error: str = "") -> Reading[str]:
    at = NOW - timedelta(seconds=back)
    return Reading("x", at, error, failing_since=NOW if error else None, changed_at=at)


def values(every: float = SELDOM) -> tuple[Snapshot[str], Callable[[str], str]]:
    """A snapshot, and what reads a value as `keep_fresh` does."""
    given = ["first"]
    snapshot = Snapshot(
        *(lambda: given[0], lambda: NOW), every=every, merge=lambda known, new: f"{known}+{new}"
    )

    def kept(value: str) -> str:
        given[0] = value
        time.sleep(max(0.0, snapshot._due - time.monotonic()) if every == OFTEN else 0.0)
        snapshot.keep_fresh()
        return str(snapshot.current(HANG_SECONDS).value)

    return snapshot, kept


def test_a_snapshot_is_read_again_when_it_is_old() -> None:
    assert ["first", "first"] == [values()[1]("first"), (kept := values()[1])("first")]
    assert "first" == kept("second"), "not before the interval has passed"
    snapshot, kept = values(OFTEN)
    assert ["first", "first+second"] == [kept("first"), kept("second")]
    snapshot.refresh()
    assert "second" == snapshot.current(HANG_SECONDS).value, "by hand, nothing is merged"


def test_one_reading_at_a_time_however_many_tabs_ask() -> None:
    readings, go = [0], threading.Event()

    def slow() -> int:
        readings[0] += 1
        assert go.wait(HANG_SECONDS)
        return readings[0]

    snapshot = Snapshot(slow, lambda: NOW, every=OFTEN)
    for _ in range(20):
        snapshot.keep_fresh()
        snapshot.refresh()
    assert snapshot.current().is_under_way
    go.set()
    assert 1 == snapshot.current(HANG_SECONDS).value


def test_a_reading_has_the_age_of_its_beginning_after_the_lock() -> None:
    lock, times = threading.Lock(), iter([NOW, NOW + timedelta(minutes=5)])
    with lock:
        snapshot = Snapshot(lambda: "x", lambda: next(times), lock=lock)
        snapshot.refresh()
        assert NOW == next(times), "the clock is not read before the lock"
    assert NOW + timedelta(minutes=5) == snapshot.current(HANG_SECONDS).read_at


def test_failures_begin_with_the_first_one_and_contents_say_when_they_changed() -> None:
    answers = iter(["a", "", "", "a", "b"])
    now = iter(NOW + timedelta(minutes=minutes) for minutes in range(9))

    def answer() -> str:
        if found := next(answers):
            return found
        raise OSError

    snapshot, seen = Snapshot(answer, lambda: next(now)), []
    for _ in range(5):
        snapshot.refresh()
        found = snapshot.current(HANG_SECONDS)
        minutes = [
            at and (at - NOW).seconds // 60 for at in (found.failing_since, found.changed_at)
        ]
        seen.append((found.error, *minutes))
    assert [
        ("", None, 0),
        ("OSError", 1, 0),
        ("OSError", 1, 0),
        ("", None, 0),
        ("", None, 4),
    ] == seen


def test_figures_that_were_read_together_have_one_age() -> None:
    readings: dict[What, Reading[str]] = {
        "letters": read(1), "breakers": read(4), "uploads": read(130, "the network is gone")
    }  # fmt: skip
    found = freshness(readings, tuple(readings), NOW, 120)
    assert ["Dead letters and breakers", "Uploads"] == [age.words for age in found.ages]
    assert [False, True] == [age.is_stale for age in found.ages]
    assert NOW - timedelta(seconds=4) == found.ages[0].read_at, "that of the oldest of them"
    assert (None, NOW - timedelta(seconds=130)) == (found.older("letters"), found.older("uploads"))
    (failed,) = found.failed
    assert ("uploads", NOW, NOW - timedelta(seconds=130)) == (
        failed.words, failed.since, failed.last_good
    )  # fmt: skip
    few = freshness(readings, ("letters",), NOW, 120)
    assert (1, 1) == (len(few.ages), len(few.failed)), "a failure is shown on every page"


def test_times_name_their_zone() -> None:
    assert "14:03:10 UTC" == moment(NOW, NOW + timedelta(hours=9))
    assert "21 Nov 2026, 14:03:10 UTC" == moment(NOW, NOW + timedelta(hours=10))
    assert "14:03:10.042 UTC" == precise(NOW.replace(microsecond=42_000))


def test_a_time_in_the_future_shows_that_the_clock_is_behind() -> None:
    assert ahead(None, NOW) is None
    assert ahead(NOW + timedelta(minutes=1), NOW) is None
    assert timedelta(minutes=3) == ahead(NOW + timedelta(minutes=3), NOW)
    there = letter_world()
    letter_at(there, there.world.now + timedelta(minutes=4))
    assert "is at least 3 minutes behind" in words(visit(there).page("/audit/"))


def stale(here: Visit) -> None:
    """Let twice the time pass after which figures are old, on the console's clock."""
    here.backend.world.now += timedelta(seconds=8 * SELDOM)


def test_old_and_failed_readings_are_marked_on_every_page() -> None:
    here = visit(letter_world(), every=SELDOM)
    letter(here.backend)
    here.refresh()
    assert "were last read at" not in words(here.page("/audit/"))
    stale(here)
    for path in PAGES:
        found = here.get(path).text
        assert "Dead letters and breakers were last read at" in words(found).replace(
            ", breakers and uploads", " and breakers"
        )
        assert 'class="badge old"' in found
    assert "Nothing that was read" not in words(here.page("/")), "there is a letter"
    here.backend.queues._topics.clear()
    here.refresh()
    for path in PAGES:
        assert "Reading the dead letters has failed since" in words(here.get(path).text)
    assert re.search(r"Your dead letters of \d\d:\d\d:\d\d UTC", words(here.page("/")))


def test_nothing_needs_you_is_only_said_of_fresh_figures() -> None:
    here = visit(every=SELDOM)
    assert "Nothing needs you." in here.page("/")
    stale(here)
    assert "Nothing that was read needs you." in here.page("/")


def fragments(here: Visit, path: str) -> str:
    """What a page asks for."""
    (found,) = re.findall(r'hx-get="(/fresh[^"]*)"', here.get(path).text)
    return str(found).replace("&amp;", "&")


def test_each_page_asks_for_what_it_can_replace() -> None:
    here = visit(every=SELDOM)
    letter(here.backend)
    here.refresh()
    for path in PAGES:
        page, answer = here.get(path).text, here.page(fragments(here, path))
        ids = re.findall(
            r'id="([a-z]+)" (?:aria-live="polite" )?(?:hidden )?hx-swap-oob="true"', answer
        )
        assert {"badge", "running", "notices", "read"} <= set(ids)
        assert ("figures" in ids) == (path == "/")
        assert answer.count("hx-swap-oob") == len(ids)
        for each in ids:
            assert f'id="{each}"' in page
    assert "<form" not in here.page(fragments(here, "/letters/")), "no form is replaced"
    assert "over=day" in fragments(here, "/?over=day")
    assert "hx-get" not in visit().page("/"), "a console that reads by hand only asks nothing"


def test_a_list_says_that_there_is_a_newer_one() -> None:
    here = visit(every=SELDOM)
    letter(here.backend)
    here.refresh()
    for path in ("/letters/", "/letters/groups"):
        asks = fragments(here, path)
        assert "newer" not in here.page(asks)
        here.refresh()
        assert "newer" not in here.page(asks), "the letters are the same"
        letter(here.backend)
        here.refresh()
        assert "older than the counts Show the newer ones" in words(here.page(asks))
    assert "newer" not in here.page("/fresh?of=letters&listed=letters&at=nonsense")


def test_letters_that_are_not_delivered_once_are_kept_for_one_reading() -> None:
    """Another console may hold them while it reads."""
    here = visit(every=OFTEN)
    letter(here.backend)
    here.refresh()
    letters, queues = here.site.letters, here.backend.queues

    def read_again() -> str:
        letters._due = 0.0
        letters.keep_fresh()
        letters.current(HANG_SECONDS)
        letters._due = math.inf  # so that no page reads again
        return words(here.page("/audit/"))

    (taken,) = queues.pull("enrich-records-dead-letter-review", 10, 0.0)
    page = read_again()
    assert "1 letter was not delivered to the last reading" in page
    assert "Dead letters 1" in page
    assert "not delivered" not in read_again()
    assert () == here.site.known_letters()
    queues.lease("enrich-records-dead-letter-review", [taken.ack_id], 0)
    assert "Dead letters 1" in read_again()


def test_without_javascript_only_pages_without_input_reload_themselves() -> None:
    here = visit(every=30)
    letter(here.backend)
    here.refresh()
    reload = '<noscript><meta http-equiv="refresh" content="30"></noscript>'
    assert ["/", "/letters/groups"] == [path for path in PAGES if reload in here.get(path).text]


def test_without_access_nothing_is_read() -> None:
    here = visit(every=SELDOM)
    here.site.letters._due = 0.0
    answer = here.app.test_client().get("/fresh?of=overview", base_url=f"http://{HOST}")
    assert 401 == answer.status_code
    assert 0.0 == here.site.letters._due
    assert "Dead letters" not in answer.text


@pytest.mark.parametrize(
    ("days", "words_in_list", "is_in_list"),
    [
        (28.5, "expires in 2 days", True),
        (27.5, "expires in 3 days", False),
        (40, "expires now", True),
    ],
)
def test_letters_that_expire_soon_say_so(days: float, words_in_list: str, is_in_list: bool) -> None:
    there = letter_world()
    found = letter_at(there, there.world.now - timedelta(days=days))
    here = visit(there)
    for path in ("/", "/letters/", "/letters/groups"):
        assert is_in_list == ("expires" in words(here.page(path))), path
    assert words_in_list in words(here.page(address(found)))


def test_a_sender_with_another_clock_is_named() -> None:
    there = letter_world()
    later = (START + timedelta(minutes=7)).isoformat()
    found = letter(there, csvgate_dead_lettered_at=later)
    page = words(visit(there).page(address(found)))
    assert "the sender’s clock was 7 minutes ahead of Pub/Sub’s: it wrote 21 Nov 2026" in page


def test_filters_use_the_time_at_which_pubsub_received_a_letter() -> None:
    there = letter_world()
    old = (there.world.now - timedelta(days=9)).isoformat()
    found = letter(there, csvgate_dead_lettered_at=old)
    received = read_letters(there.context).letters[0].published_at
    for wanted, is_found in (
        (Filter(since=received), True),
        (Filter(until=received), False),
        (Filter(since=received + timedelta(seconds=1)), False),
    ):
        selected = wanted.of(read_letters(there.context).letters, there.context)
        assert ([found] if is_found else []) == [it.id for it in selected]


def test_the_page_of_a_letter_notices_that_it_is_gone() -> None:
    here = visit(every=SELDOM)
    path = address(letter(here.backend))
    here.refresh()
    assert re.search(r"Read \d\d:\d\d:\d\d UTC", words(here.page(path)))
    asks = fragments(here, path)
    assert "has left its queue" not in here.page(asks)
    here.site.forget({key(each) for each in here.site.known_letters()})
    assert "This letter has left its queue" in here.page(asks)
