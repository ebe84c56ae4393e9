"""The status of an upload, read from a ledger that the real functions wrote."""

import io
import re

import pytest
from rich.console import Console

from csvgate.protocol.ledger.entries import Dead, Overrun, Start, StartEnd
from csvgate.runtime.errors import Permanent
from csvgate_ops.cli.operate._status_view import _stage, detail, listing, outcome, summary
from csvgate_ops.operate.hints import hints
from csvgate_ops.operate.settle import settle
from csvgate_ops.operate.upload_index.lines import lines, reader
from csvgate_ops.operate.upload_index.listing import read_listing, today
from csvgate_ops.operate.upload_list import find
from csvgate_ops.operate.uploads import Failed, UploadStatus
from csvgate_ops.operate.uploads import status as read_status
from fakes.effects import Effect, Effects
from unit.delivery.simple import contracts, table
from unit.operate.loads import decided, deliver, passes, refusing, replay_failures, sealed
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import COMPLETE, VALIDATED, World


def status(world: World, name: str) -> UploadStatus:
    found = find(world.ledger, name, world.now)
    assert found is not None
    return found


def shown(status: UploadStatus) -> str:
    out = io.StringIO()
    Console(file=out, width=130).print(detail(status, hints(status, [])))
    return " ".join(out.getvalue().split())


def correct(world: World, corrected: int) -> str:
    """Correct this many rows in the newest reject file of orders/a.csv and upload it; return its
    name."""
    name = max(n for n in world.store.buckets["rejects"] if n.startswith("orders/a."))
    text = world.store.buckets["rejects"][name].data.replace(b",twelve,", b",12.00,", corrected)
    world.validate(world.upload(name, text))
    world.drain()
    return name


def test_corrections_leave_fewer_rows_to_correct() -> None:
    world = World()
    world.validate(world.upload("orders/a.csv", orders(20, bad=3)))
    world.drain()
    assert 3 == status(world, "orders/a.csv").open_rows
    name = correct(world, corrected=2)
    original, correction = status(world, "orders/a.csv"), status(world, name)
    assert (1, (correction.id,)) == (original.open_rows, original.corrected_by)
    assert original.id == correction.corrects
    assert "1 of 3 rejected rows still to be corrected" in shown(original)


def test_a_failed_upload_is_shown_with_its_remedy() -> None:
    world = World()
    world.validate(world.upload("orders/failed.csv", orders(1)))
    for name in list(world.ledger.names("references/")):
        world.store.delete("ledger", name)
    world.drain()
    found = status(world, "orders/failed.csv") if find(world.ledger, "orders/failed.csv") else None
    assert found is not None
    assert (Failed(function="enrich_records", code="reference.gone"),) == found.failures
    advice = "Find out who deletes objects from the ledger bucket"
    assert f"enrich_records gave up with reference.gone: {advice}" in shown(found)
    out = io.StringIO()
    Console(file=out, width=130).print(outcome(found, hints(found, [])))
    assert re.search(r"^reference\.gone: .", out.getvalue(), re.MULTILINE)


def test_a_refused_email_is_shown() -> None:
    def refuse(effect: Effect) -> None:
        if effect.kind.startswith("mail"):
            raise Permanent("mail.refused", "the key is wrong")

    world = World(effects=Effects(before=refuse))
    world.validate(world.upload("orders/a.csv", orders(2)))
    world.drain()
    found = status(world, "orders/a.csv")
    assert ("completed", False) == (found.state, found.emailed)
    assert (Failed(function="notify_stakeholders", code="mail.refused"),) == found.failures
    assert "notify_stakeholders gave up with mail.refused" in shown(found)
    assert f"csvgate dlq replay --upload {found.id}" in shown(found)
    assert "\\n" not in shown(found)

    world.effects.before = lambda effect: None
    for message in world.publisher.topics[COMPLETE]:
        world.deliver(COMPLETE, message)
    assert "gave up" not in shown(status(world, "orders/a.csv"))


def test_an_upload_in_progress_shows_which_function_works_on_it() -> None:
    world = World()
    world.validate(world.upload("orders/a.csv", orders(2)))
    found = status(world, "orders/a.csv")
    assert "loading" == found.state
    assert "enrich_records keeps failing and is retried" in shown(found)


def texts(status: UploadStatus) -> list[str]:
    return [step.what for step in status.timeline]


def test_the_stages_of_a_large_upload() -> None:
    there, upload, messages = sealed()
    found = read_status(there.world.ledger, upload)
    assert ("loading", 1, 0) == (found.state, found.seal, found.chunks_loaded)
    assert (len(messages) - 1, 123) == (found.chunks, found.counts and found.counts.read)
    assert ["loading"] == [attempt.state for attempt in found.attempts]
    for message in messages[:2]:
        there.world.deliver(VALIDATED, message)
    found = read_status(there.world.ledger, upload)
    assert ("loading", 2) == (found.state, found.chunks_loaded)
    assert f"123 rows read, 2 of {found.chunks} chunks loaded" in summary(found)
    assert {"chunk 0 written", "chunk 1 written"} <= set(texts(found))
    deliver(there, messages[2:])
    found = read_status(there.world.ledger, upload)
    assert ("completed", found.chunks) == (found.state, found.chunks_loaded)
    order = [texts(found).index(what) for what in ("received", "sealed", "decided to commit")]
    assert sorted(order) == order
    assert texts(found).index("decided to commit") < texts(found).index("completed")
    assert found.emailed
    assert "emailed: completed.1" in texts(found)


def test_a_small_upload_has_all_its_chunks_loaded_once_it_is_finished() -> None:
    world = World()
    world.validate(world.upload("orders/a.csv", orders(3)))
    world.drain()
    found = status(world, "orders/a.csv")
    assert (1, 1) == (found.chunks, found.chunks_loaded)
    (decided_step,) = [step for step in found.timeline if step.what == "decided to commit"]
    assert "3 rows at offset 0 of a shared stream" == decided_step.detail


def test_a_decided_upload_is_committing_and_its_rows_may_be_visible() -> None:
    there, upload = decided()
    for name in list(there.world.ledger.names(f"uploads/{upload}/notes/failed")):
        there.world.store.delete("ledger", name)
    found = read_status(there.world.ledger, upload)
    assert "committing" == found.state
    assert "decided to commit; the rows may be visible already" in shown(found)
    assert "enrich_records keeps failing and is retried" in shown(found)


def test_it_is_shown_why_attempts_were_given_up() -> None:
    there, upload, messages = sealed()
    deliver(there, messages[:2])
    passes(there, days=2)
    deliver(there, messages[2:])
    found = read_status(there.world.ledger, upload)
    assert ["abandoned", "commit"] == [attempt.state for attempt in found.attempts]
    assert "does not exist" in found.attempts[0].reason
    assert {"abandoned, attempt 1", "decided to commit, attempt 2"} <= set(texts(found))
    assert f"attempt 1 abandoned: {found.attempts[0].reason}"[:60] in shown(found)
    assert "emailed: completed.2" in texts(found)
    assert found.emailed


def test_a_dead_and_a_settled_attempt_are_shown() -> None:
    there, upload = decided()
    attempt = there.world.ledger.upload(upload).attempt(1)
    clock = there.world.clock
    settle(there.world.ledger, upload, "committed", actor="ada", reason="looked", clock=clock)
    found = read_status(there.world.ledger, upload)
    assert ["committed"] == [one.settled for one in found.attempts]
    assert "settled as committed" in texts(found)
    attempt.mark_dead(Dead(reason="no row of it is visible", at=clock()))
    found = read_status(there.world.ledger, upload)
    assert ["dead", "loading"] == [one.state for one in found.attempts]
    assert "attempt 1 dead, settled as committed: no row of it is visible" in shown(found)


def test_starts_and_overruns_are_counted() -> None:
    there, upload, _ = sealed()
    entries = there.world.ledger.upload(upload)
    entries.count_start(Start(at=there.world.clock(), revision="r1"))
    overrun = Overrun(at=there.world.clock(), bytes_read=1_200, size=5_000, rows=40)
    entries.note_overrun(entries.starts().number, overrun)
    entries.count_start(Start(at=there.world.clock(), revision="r1"))
    entries.note_end(3, StartEnd(at=there.world.clock(), code="storage.unavailable"))
    entries.count_start(Start(at=there.world.clock(), revision="r1"))
    entries.note_end(4, StartEnd(at=there.world.clock()))
    found = read_status(there.world.ledger, upload)
    assert (4, 1) == (found.starts, found.overruns)
    assert "started 4 times, 1 of them ran out of time" in shown(found)
    far = "start 2 of validate_and_parse, after 1,200 of 5,000 bytes and 40 rows"
    assert [far] == [step.detail for step in found.timeline if step.what == "ran out of time"]
    why = "start 3 of validate_and_parse: storage.unavailable"
    assert [why] == [step.detail for step in found.timeline if step.what == "start failed"]


def test_counts_up_to_where_reading_stopped_are_not_shown_as_totals() -> None:
    world = World(contracts=contracts(limits={"rejected_rows": 1_200}))
    world.validate(world.upload("plain/a.csv", table(10, bad=2_000)))
    before = read_status(world.ledger, upload_id(world, "plain/a.csv"))
    assert 1_212 == before.stopped_at
    assert "1,210 rows read before line 1,212" in _stage(before)
    world.drain()
    found = read_status(world.ledger, upload_id(world, "plain/a.csv"))
    assert ("rejected", 1_212) == (found.state, found.stopped_at)
    assert "Reading stopped at line 1,212, so more rows may be faulty" in shown(found)
    out = io.StringIO()
    uploads = read_listing(world.ledger, until=today(world.now)).uploads
    Console(file=out, width=200).print(listing(lines(reader(world.ledger), uploads)))
    assert ["1,210+", "0", "1,200+"] == out.getvalue().split()[-3:]


def test_a_pinned_upload_is_validating_until_its_seal_stands() -> None:
    there, upload, _ = sealed()
    for name in list(there.world.ledger.names(f"uploads/{upload}/seals/")):
        there.world.store.delete("ledger", name)
    found = read_status(there.world.ledger, upload)
    assert ("validating", None, ()) == (found.state, found.seal, found.attempts)
    assert "validating: being read" in shown(found)


def test_only_the_email_about_the_present_state_counts() -> None:
    """An upload that failed was announced as failed; once it completes, another email is due."""
    there, upload = decided()
    found = read_status(there.world.ledger, upload)
    assert ("failed", True) == (found.state, found.emailed)
    there.world.effects.before = refusing("mail.send")
    replay_failures(there)
    found = read_status(there.world.ledger, upload)
    assert ("completed", False) == (found.state, found.emailed)


def test_a_large_timeline_reads_a_bounded_number_of_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csvgate_ops.operate.timeline._MOST_CHUNKS", 2)
    there, upload, messages = sealed()
    deliver(there, messages)
    written = [what for what in texts(read_status(there.world.ledger, upload)) if "written" in what]
    assert 2 == len(written)
