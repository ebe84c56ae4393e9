"""The list and the groups: filters, order, pages."""

from datetime import datetime, timedelta

import pytest

from csvgate_ops.operate.console.letter_search import LetterSearch
from unit.operate.console.browsing import (
    ENRICH,
    NOTIFY,
    Visit,
    address,
    codes,
    letter,
    letter_at,
    letter_world,
    marker,
    visit,
    words,
)
from unit.operate.dead_letters.contexts import LetterWorld


def at(there: LetterWorld, **back: float) -> datetime:
    return there.world.now - timedelta(**back)


@pytest.fixture(scope="module")
def here() -> Visit:
    """For tests that change nothing."""
    there = letter_world()
    letter_at(there, at(there), ENRICH, marker(), csvgate_code="b.new")
    letter_at(
        there,
        at(there, days=2),
        NOTIFY,
        b"plain words",
        csvgate_code="a.old",
        csvgate_message="The Reason",
        csvgate_replays="3",
    )
    letter_at(there, at(there, hours=2), ENRICH, marker(dataset="returns"), csvgate_code="*")
    return visit(there)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["b.new", "*", "a.old"]),
        ("order=oldest", ["a.old", "*", "b.new"]),
        ("order=code", ["*", "a.old", "b.new"]),
        ("order=replays", ["a.old", "b.new", "*"]),
        ("order=nonsense&age=nonsense&day=nonsense&page=x", ["b.new", "*", "a.old"]),
        ("code=b.new", ["b.new"]),
        ("code=*", ["*"]),
        ("code=b", []),
        ("function=enrich_records", ["b.new", "*"]),
        ("dataset=returns", ["*"]),
        ("dataset=%E2%80%93", ["a.old"]),
        ("upload=ab12", ["b.new", "*"]),
        ("upload=b12", []),
        ("age=1h", ["*", "a.old"]),
        ("age=1d", ["a.old"]),
        ("age=7d", []),
        ("day=2026-11-19", ["a.old"]),
        ("day=2026-11-21", ["b.new", "*"]),
        ("day=2026-11-21&age=1h", ["*"]),
        ("day=9999-12-31", ["b.new", "*", "a.old"]),
        ("text=the%20reason", ["a.old"]),
        ("text=PLAIN", ["a.old"]),
        ("text=1002", []),
        ("text=1001", ["*"]),
        ("code=a.old&function=enrich_records", []),
    ],
)
def test_filters_and_orders(here: Visit, query: str, expected: list[str]) -> None:
    page = here.page(f"/letters/?{query}")
    assert expected == codes(page)
    assert expected or "No letters match" in page


def test_the_list_names_its_filters(here: Visit) -> None:
    assert "1 letter with code a.old, of notify_stakeholders" in words(
        here.page("/letters/?code=a.old&function=notify_stakeholders")
    )
    assert "1 letter without a known dataset" in words(here.page("/letters/?dataset=–"))


def test_an_address_contains_only_parameters_that_differ_from_the_default() -> None:
    asked = {"code": " a ", "order": "newest", "age": "1d", "other": "x", "text": ""}
    assert {"code": "a", "age": "1d"} == LetterSearch.of(asked).parameters
    assert LetterSearch.of(asked) == LetterSearch.of(LetterSearch.of(asked).parameters)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("code", ["*", "a.old", "b.new"]),
        ("function", ["enrich_records", "notify_stakeholders"]),
        ("dataset", ["unknown", "orders", "returns"]),
        ("day", ["2026-11-21", "2026-11-19"]),
        ("nonsense", ["*", "a.old", "b.new"]),
    ],
)
def test_groups(here: Visit, by: str, expected: list[str]) -> None:
    page = here.page(f"/letters/groups?by={by}")
    keys = [
        text.split("</code>")[0]
        for text in page.split('<th scope="row"><a href="/letters/?')[1:]
        for text in [text.split("<code>")[1]]
    ]
    assert expected == keys


def test_many_letters_are_divided_into_pages() -> None:
    there = letter_world()
    for number in range(120):
        letter(there, csvgate_code=f"code.{number:03d}")
    here = visit(there)
    first, last = here.page("/letters/?order=code"), here.page("/letters/?order=code&page=3")
    assert [f"code.{n:03d}" for n in range(50)] == codes(first)
    assert [f"code.{n:03d}" for n in range(100, 120)] == codes(last)
    assert "51–100 of 120 letters" in words(here.page("/letters/?page=2"))
    for page in ("0", "-1", "1e3", "²", "9" * 30):
        assert "1–50 of 120 letters" in words(here.page(f"/letters/?page={page}"))
    assert "101–120 of 120 letters" in words(here.page("/letters/?page=99999"))
    assert 'href="/letters/?page=2&amp;order=code"' in first


def test_letters_are_read_once_and_again_on_refresh() -> None:
    here = visit()
    here.page("/letters/")
    letter(here.backend, csvgate_code="came.later")
    assert "came.later" not in here.page("/letters/")
    here.refresh()
    assert "came.later" in here.page("/letters/")
    assert 0 == here.backend.queues.held()


def test_a_letter_that_no_longer_exists_has_an_error_page(here: Visit) -> None:
    for path in (address("9999"), f"{address('9999')}/edit", "/letters/other-topic/2000"):
        answer = here.get(path)
        assert 404 == answer.status_code
        assert "replayed or discarded" in answer.text


def test_a_letter_in_full(here: Visit) -> None:
    page = words(here.page(address("1000")))
    for expected in (
        "b.new",
        "A replay sends the message to validated-records.",
        '"dataset": "orders"',
        "ab12ab12",
    ):
        assert expected in page


def test_a_known_code_comes_with_what_to_do() -> None:
    there = letter_world()
    known, unknown = letter(there, csvgate_code="reference.missing"), letter(there)
    here = visit(there)
    assert "What to do:" in here.page(address(known))
    assert "What to do:" not in here.page(address(unknown))


def test_a_queue_that_cannot_be_read_is_reported() -> None:
    there = letter_world()
    there.queues._topics.clear()
    answer = visit(there).get("/letters/")
    assert 503 == answer.status_code
    assert "does not exist" in answer.text
    assert "could not be read" in answer.text


def test_times_are_shown_with_their_zone(here: Visit) -> None:
    day = datetime.fromisoformat("2026-11-21")
    assert f"{day:%d %b %Y}" in here.page(address("1000"))
    assert "UTC" in here.page(address("1000"))
