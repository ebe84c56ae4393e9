"""Actions on letters are previewed, done once, can be stopped, and are in the audit log."""

import threading
import time
from datetime import timedelta

import pytest

from csvgate.text import counted
from csvgate_ops.operate.console.jobs import Busy, Jobs
from csvgate_ops.operate.dead_letters.actions import SELECTION_ACTIONS
from csvgate_ops.operate.dead_letters.actions.action import SelectionAction
from csvgate_ops.operate.dead_letters.runs import Progress, Report, RunOptions
from csvgate_ops.operate.upload_list import upload_ids
from unit.operate.console.browsing import (
    ENRICH,
    HANG_SECONDS,
    NOTIFY,
    Visit,
    field,
    letter,
    letter_world,
    marker,
    until,
    value_of,
    visit,
    words,
)
from unit.operate.dead_letters.contexts import TRANSPORT
from unit.operate.dead_letters.test_rejected_rows import contracts, with_contracts
from unit.protocol.orders import orders
from world import COMPLETE, VALIDATED


@pytest.fixture
def here() -> Visit:
    there = letter_world()
    for number in range(3):
        letter(there, ENRICH, marker(n=number), csvgate_code="group.one")
    letter(there, NOTIFY, marker(), csvgate_code="group.two", csvgate_replays="1")
    return visit(there)


@pytest.mark.parametrize("action", SELECTION_ACTIONS, ids=lambda a: a.name)
def test_every_declared_action_has_a_button_and_a_confirmation(action: SelectionAction) -> None:
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", orders(20, bad=2)))
    there.world.drain()
    letter(there, NOTIFY, marker())
    # Validating the rows again is offered only under another contract.
    here = visit(with_contracts(there, contracts(("XK",))))
    button = f'<button name="action" value="{action.name}"'
    assert button in here.page("/letters/")
    assert button in here.page("/letters/groups")
    letters = [known for known in here.site.known_letters() if action.applies_to(known)]
    assert button in here.page(f"/letters/{letters[0].topic}/{letters[0].id}")
    page = words(here.confirm(scope="matching", action=action.name).text)
    assert f"{action.titled(counted(len(letters), 'letter'))}?" in page
    assert action.explanation in page
    assert action.needs_reason == ("Reason, for the audit log (required)" in page)


def sent(here: Visit) -> tuple[int, int]:
    topics = here.backend.world.publisher.topics
    return len(topics[VALIDATED]), len(topics[COMPLETE])


def test_a_confirmation_says_what_will_happen_and_does_nothing(here: Visit) -> None:
    page = words(here.confirm(scope="matching", action="replay").text)
    assert "Replay 4 letters?" in page
    assert "You selected every letter" in page
    assert "3 letters will go to validated-records, for enrich_records." in page
    assert "1 letter will go to enrichment-complete, for notify_stakeholders." in page
    assert "1 of these letters was replayed before and came back" in page
    assert (0, 0) == sent(here)
    assert 4 == here.backend.left()


def test_replay_all_that_match(here: Visit) -> None:
    confirmation = here.confirm(scope="matching", code="group.one", action="replay")
    assert "every letter with code group.one" in words(confirmation.text)
    page = here.ended(here.begin(confirmation, reason="fixed"))
    assert "Selected 3 Done 3 Skipped 0 Failed 0" in words(page)
    assert (3, 0) == sent(here)
    assert 1 == here.backend.left()
    assert "group.one" not in here.page("/letters/")
    assert "group.two" in here.page("/letters/")
    assert "replay" in here.page("/audit/")
    assert "fixed" in here.page("/audit/")


def test_replay_ticked_letters(here: Visit) -> None:
    ticked = [value_of("1000"), value_of("1002"), value_of("1002"), "nonsense", value_of("9")]
    confirmation = here.confirm(scope="ticked", letter=ticked, action="replay")
    assert "Replay 2 letters?" in confirmation.text
    here.ended(here.begin(confirmation))
    bodies = [m.data for m in here.backend.world.publisher.topics[VALIDATED]]
    assert {marker(n=0), marker(n=2)} == set(bodies)
    assert 2 == len(bodies)


def test_one_group(here: Visit) -> None:
    page = here.page("/letters/groups?by=function")
    assert 'name="function" value="notify_stakeholders"' in page
    confirmation = here.confirm(scope="matching", function=NOTIFY, action="discard")
    here.ended(here.begin(confirmation, reason="a duplicate"))
    assert 3 == here.backend.left()
    assert (0, 0) == sent(here)


def test_letters_that_came_after_the_confirmation_are_not_touched(here: Visit) -> None:
    confirmation = here.confirm(scope="matching", code="group.one", action="replay")
    letter(here.backend, ENRICH, marker(n=9), csvgate_code="group.one")
    here.refresh()
    here.ended(here.begin(confirmation))
    assert (3, 0) == sent(here)
    assert 2 == here.backend.left()


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_a_discard_needs_a_reason(here: Visit, reason: str) -> None:
    confirmation = here.confirm(scope="matching", action="discard")
    again = here.begin(confirmation, reason=reason)
    assert "reason" in words(again.text)
    assert 'role="alert"' in again.text
    assert 4 == here.backend.left()
    here.ended(here.begin(again, reason="a real one"))
    assert 0 == here.backend.left()


@pytest.mark.parametrize("rate", ["fast", "0", "-1", "nan", "inf", "1e9"])
def test_an_invalid_rate_is_reported(here: Visit, rate: str) -> None:
    again = here.begin(here.confirm(scope="matching", action="replay"), rate=rate)
    assert f"“{rate}” is not a number of letters per second" in words(again.text)
    assert (0, 0) == sent(here)


def test_a_confirmation_that_is_sent_twice_acts_once(here: Visit) -> None:
    confirmation = here.confirm(scope="matching", action="replay")
    here.ended(here.begin(confirmation))
    again = here.begin(confirmation)
    assert 409 == again.status_code
    assert (3, 1) == sent(here)


def test_empty_selections_and_invalid_requests_are_reported(here: Visit) -> None:
    assert "Go back and tick some" in here.confirm(scope="ticked", action="replay").text
    assert 400 == here.confirm(scope="matching", action="explode").status_code
    assert 409 == here.post("/actions/begin", preview="none").status_code
    assert 404 == here.get("/jobs/none").status_code
    assert 404 == here.post("/jobs/none/stop").status_code
    assert 404 == here.get("/audit/2026-11-21/..%2F..%2Fuploads").status_code


def test_a_replay_skips_letters_about_rejected_rows_which_have_an_action_of_their_own() -> None:
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", orders(20, bad=2)))
    there.world.drain()
    here = visit(there)
    confirmation = here.confirm(scope="matching", action="replay")
    assert "1 letter will stay: it only reports rejected rows" in words(confirmation.text)
    assert "Replay 0 letters</button>" not in confirmation.text
    again = here.confirm(scope="matching", action="validate rejected rows again")
    assert "gs://uploads again" in words(again.text)
    here.ended(here.begin(again))
    assert 0 == there.left()
    assert [] == there.world.publisher.topics[TRANSPORT]
    assert any("rejects" in name for name in there.world.store.buckets["uploads"])


def test_replaying_a_letter_about_a_missing_chunk_reads_the_upload_again() -> None:
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", orders(5)))
    (uploaded,) = upload_ids(there.world.ledger)
    letter(there, csvgate_code="chunk.missing", csvgate_upload=uploaded)
    here = visit(there)
    confirmation = words(here.confirm(scope="matching", code="chunk.missing", action="replay").text)
    expected = f"1 letter will go to {TRANSPORT}, so that its upload is read again."
    assert expected in confirmation


def test_another_operator_was_faster(here: Visit) -> None:
    confirmation = here.confirm(scope="matching", action="replay")
    other = visit(here.backend)
    other.ended(other.begin(other.confirm(scope="matching", action="discard"), reason="mine"))
    page = words(here.ended(here.begin(confirmation)))
    assert "4 letters were no longer in the queue" in page
    assert (0, 0) == sent(here)


def test_stop_leaves_the_rest_in_the_queue(here: Visit) -> None:
    confirmation = here.confirm(scope="matching", action="replay")
    job = here.begin(confirmation, rate="0.01")
    path = job.request.path
    assert "is running" in here.page("/letters/")
    busy = here.begin(here.confirm(scope="matching", action="discard"), reason="meanwhile")
    assert "“Replay 4 letters” is still running: wait, or stop it." in words(busy.text)
    until(lambda: "one" if sum(sent(here)) else None)
    until(lambda: "one" if "Done 1 " in words(here.page(path)) else None)
    here.backend.world.now += timedelta(seconds=10)
    assert "6.0 letters/min, about 30 s left" in words(here.page(path))
    here.post(f"{path}/stop")
    page = words(here.ended(job))
    assert "Stopped" in page
    done = sum(sent(here))
    assert 0 < done < 4
    assert f"Done {done} " in page
    assert 4 - done == here.backend.left()
    assert 0 == here.backend.queues.held()
    assert "is running" not in here.page("/letters/")
    here.ended(here.begin(busy, reason="meanwhile"))
    assert 0 == here.backend.left()


def test_ending_the_console_stops_its_job_and_records_that(here: Visit) -> None:
    job = here.begin(here.confirm(scope="matching", action="replay"), rate="0.01")
    until(lambda: "one" if sum(sent(here)) else None)
    here.jobs.end(HANG_SECONDS)
    assert here.jobs.running() is None
    assert "Stopped" in words(here.page(job.request.path))
    assert "stopped" in here.page("/audit/")
    assert 4 == here.backend.left() + sum(sent(here))


def test_progress_reloads_the_page_at_the_end(here: Visit) -> None:
    job = here.begin(here.confirm(scope="matching", action="replay"))
    here.ended(job)
    part = here.get(f"{job.request.path}/progress")
    assert "true" == part.headers["HX-Refresh"]
    assert "<html" not in part.text
    assert "hx-get" not in part.text


def test_a_failed_job_shows_its_error_and_does_not_block_the_next() -> None:
    there = letter_world()
    letter(there)
    here = visit(there)
    confirmation = here.confirm(scope="matching", action="replay")
    there.queues._topics.clear()
    page = words(here.ended(here.begin(confirmation)))
    assert "Replay 1 letter Failed" in page
    assert "does not exist" in page


def test_one_job_at_a_time() -> None:
    ready = threading.Event()
    clock = letter_world().world.clock
    jobs = Jobs(clock)

    def work(options: RunOptions) -> Report:
        options.on_progress(Progress(seen=1, done=1, skipped=0, failed=0))
        assert ready.wait(HANG_SECONDS)
        return Report("", "replay", False, False, ())

    job = jobs.start("first", 1, RunOptions(), work)
    with pytest.raises(Busy, match="first"):
        jobs.start("second", 1, RunOptions(), work)
    assert job is jobs.running()
    ready.set()
    deadline = time.monotonic() + HANG_SECONDS
    while jobs.running():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert jobs.get(job.id) is job
    assert not job.is_running


def test_every_page_of_forms_carries_the_token(here: Visit) -> None:
    confirmation = here.confirm(scope="matching", action="discard")
    for page in (here.page("/letters/"), here.page("/letters/groups"), confirmation.text):
        assert page.count('method="post"') == page.count('name="csrf"')
        assert here.access.csrf == field(page, "csrf")
