"""Pages show who else works on the same letters, and who you are."""

from dataclasses import replace

import pytest

from csvgate_ops.operate.audit import new_run
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.at_work import at_work
from csvgate_ops.operate.dead_letters.audit import AuditLog
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.runs import RunOptions
from unit.operate.console.browsing import (
    Visit,
    address,
    letter,
    letter_world,
    marker,
    value_of,
    visit,
    words,
)
from unit.operate.dead_letters.contexts import LetterWorld

GRACE = "grace@laptop"


def begin(
    there: LetterWorld, wanted: Filter, actor: str = GRACE, action: str = "replay"
) -> AuditLog:
    """A run of somebody, perhaps in another console, that has not ended."""
    clock = there.world.clock
    log = AuditLog(there.world.ledger, actor, clock, new_run("replay", clock()), "index is fixed")
    log.begin("replay", wanted.as_json())
    return log


def pages(here: Visit, letter_id: str) -> list[str]:
    """Every page from which the letter could be processed."""
    form = here.page(f"{address(letter_id)}/edit")
    data = marker(n=2).decode()
    return [
        here.page(address(letter_id)),
        form,
        here.post(f"{address(letter_id)}/edit/difference", data=data, attributes="{}").text,
        here.confirm(scope="this", letter=value_of(letter_id), action="replay").text,
    ]


def test_a_run_of_somebody_else_shows_on_every_page_of_its_letters() -> None:
    there = letter_world()
    mine, other = letter(there, data=marker(n=1), csvgate_code="a.code"), letter(there)
    here = visit(there)
    log = begin(there, Filter(codes=("a.*",)))
    for page in pages(here, mine):
        assert f"{GRACE} began “replay” on this letter" in words(page)
        assert "index is fixed" in page
        assert f"/audit/{log.run}" in page
    for page in pages(here, other):
        assert GRACE not in page
    both = here.confirm(scope="matching", action="replay").text
    assert "on 1 of these letters" in words(both)
    log.end([], stopped=False)
    for page in pages(here, mine):
        assert GRACE not in page


def test_a_run_covers_what_its_filter_covers() -> None:
    there = letter_world()
    ids = [letter(there, csvgate_code=f"c{n}", csvgate_dataset="orders") for n in range(4)]
    letters = read(there.context).letters
    for wanted, count in (
        (Filter(), 4),
        (Filter(ids=(ids[1], ids[2], "7")), 2),
        (Filter(ids=(ids[1],), codes=("c2",)), 0),
        (Filter(datasets=("orders",), until=letters[-1].published_at), 0),
        (Filter(functions=("notify_stakeholders",)), 0),
        (Filter(owners=("operator",)), 4),
        (Filter(owners=("uploader", "nobody")), 0),
    ):
        log = begin(there, wanted)
        assert [count] * bool(count) == [one.letters for one in at_work(there.context, letters)]
        log.end([], stopped=False)
        assert wanted == Filter.from_json(wanted.as_json())


def test_your_own_run_elsewhere_is_named_as_yours() -> None:
    there = letter_world()
    found = letter(there)
    here = visit(there)
    begin(there, Filter(), actor=there.context.actor)
    page = words(here.page(address(found)))
    assert "tester@here (you, perhaps in another window) began “replay” on this letter" in page


def test_what_was_done_already_is_shown_before_it_is_done_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody replayed the letter, and was interrupted before it left its queue."""
    there = letter_world()
    found = letter(there, data=marker(n=1))
    here = visit(there)
    monkeypatch.setattr(there.queues, "acknowledge", lambda *_: None)
    replay(replace(there.context, actor=GRACE), Filter(ids=(found,)), RunOptions(dry_run=False))
    for page in pages(here, found)[1:]:
        assert f"Already replayed by {GRACE}" in words(page)


def test_every_page_says_who_you_are() -> None:
    here = visit()
    for path in ("/", "/letters/", "/letters/groups", "/uploads/", "/audit/"):
        assert "as tester@here" in words(here.page(path)), path
    stranger = here.app.test_client().get("/", base_url="http://127.0.0.1:8080")
    assert 401 == stranger.status_code
    assert "tester@here" not in stranger.text


def test_while_somebody_holds_letters_nobody_is_told_that_nothing_waits() -> None:
    """A run holds the letters that it processes and, until its end, those that it passes over."""
    there = letter_world()
    letter(there, csvgate_code="event.malformed")
    here = visit(there)
    here.refresh()
    assert "1 thing needs you" in words(here.page("/"))
    log = begin(there, Filter())
    (taken,) = there.queues.pull("enrich-records-dead-letter-review", 10, 0.0)
    here.refresh()
    page = words(here.page("/"))
    assert "Nothing that was read needs you." in page
    assert f"{GRACE} began “replay” at" in page
    assert "Letters that it holds are not counted." in page
    log.end([], stopped=False)
    there.queues.lease("enrich-records-dead-letter-review", [taken.ack_id], 0)
    here.refresh()
    page = words(here.page("/"))
    assert "1 thing needs you" in page
    assert GRACE not in page
