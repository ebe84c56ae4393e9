"""Reading consumes nothing, and a letter leaves its queue only after it was processed."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from csvgate.ports import Message
from csvgate.protocol.ledger.paths import AUDIT_ENDED
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.audit import run_parts
from csvgate_ops.operate.dead_letters.actions.discard import discard
from csvgate_ops.operate.dead_letters.actions.edit import Edit, edit_and_replay
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.audit import letter_history, unfinished
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.runs import Progress, RunOptions
from fakes.effects import Effect
from unit.operate.dead_letters.contexts import REALLY, LetterWorld, letter_world
from world import VALIDATED, letters_of

COUNT = 20
ENRICH = Filter(functions=("enrich_records",))


def with_letters(count: int = COUNT) -> LetterWorld:
    there = letter_world()
    for n in range(count):
        there.world.publisher.topics[letters_of("enrich_records")].append(
            Message(
                b"%d" % n,
                {
                    "ce-id": str(n),
                    "csvgate-code": "a.code" if n % 2 else "b.code",
                    "csvgate-function": "enrich_records",
                    "csvgate-message": "why",
                },
            )
        )
    return there


def sent(there: LetterWorld) -> list[bytes]:
    return [message.data for message in there.world.publisher.topics[VALIDATED]]


def audit(there: LetterWorld) -> list[str]:
    return list(there.world.store.buckets["audit"])


def test_reading_consumes_nothing_and_holds_nothing() -> None:
    there = with_letters()
    for _ in range(2):
        assert COUNT == len(read(there.context).letters)
    assert (COUNT, 0) == (there.left(), there.queues.held())


def test_reading_stops_at_the_limit_and_reports_it() -> None:
    there = with_letters()
    found = read(there.context, most=5)
    assert (5, False) == (len(found.letters), found.complete)
    assert 0 == there.queues.held()
    assert read(there.context).complete


def test_a_dry_run_changes_nothing() -> None:
    there = with_letters()
    report = replay(there.context, Filter(codes=("a.*",)), RunOptions())
    assert COUNT // 2 == report.count("would be done") == len(report.outcomes)
    assert {"to validated-records"} == {outcome.detail for outcome in report.outcomes}
    assert (COUNT, 0, [], []) == (there.left(), there.queues.held(), sent(there), audit(there))


def test_only_selected_letters_are_sent_and_the_others_are_released() -> None:
    there = with_letters()
    report = replay(there.context, Filter(codes=("a.code",)), REALLY)
    assert COUNT // 2 == report.count("done")
    assert sorted(b"%d" % n for n in range(1, COUNT, 2)) == sorted(sent(there))
    assert (COUNT // 2, 0) == (there.left(), there.queues.held())
    assert {"b.code"} == {letter.code for letter in read(there.context).letters}


def test_what_was_done_is_in_the_audit_log() -> None:
    there = with_letters(3)
    report = replay(there.context, ENRICH, REALLY)
    ended = there.world.ledger.audit.get(AUDIT_ENDED, **run_parts(report.run))
    assert ended is not None
    assert (3, 0, False) == (ended.done, ended.failed, ended.stopped)
    assert {"done"} == {outcome.result for outcome in ended.outcomes}
    recorded = [name for name in audit(there) if name.endswith("/replayed.json")]
    assert 3 == len(recorded)
    assert [] == unfinished(there.world.ledger, there.world.clock())


def test_a_discard_needs_a_reason_and_keeps_it() -> None:
    there = with_letters(2)
    with pytest.raises(ValueError, match="reason"):
        discard(there.context, ENRICH, RunOptions(dry_run=False))
    assert 2 == there.left()
    discard(there.context, ENRICH, REALLY)
    assert (0, []) == (there.left(), sent(there))
    stored = [s.data for n, s in there.world.store.buckets["audit"].items() if "discarded" in n]
    assert 2 == sum(b'"reason": "a test"' in data or b'"a test"' in data for data in stored)


class Crash(BaseException):
    """Stands for the end of the process, so no code may handle it."""


KINDS = ("pubsub.publish", "storage.create", "pubsub.acknowledge")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", [1, 7])
def test_a_crash_anywhere_loses_nothing_and_running_again_finishes(
    kind: str, when: str, which: int
) -> None:
    there = with_letters()
    lock, seen = threading.Lock(), Counter[str]()

    def crash(effect: Effect) -> None:
        with lock:
            seen[effect.kind] += 1
            if effect.kind == kind and seen[kind] >= which:
                raise Crash

    setattr(there.world.effects, when, crash)
    with pytest.raises(Crash):
        replay(there.context, ENRICH, REALLY)
    setattr(there.world.effects, when, lambda _: None)
    there.queues.expire()
    everything = {b"%d" % n for n in range(COUNT)}
    waiting = {letter.data for letter in read(there.context).letters}
    assert everything == waiting | set(sent(there)), "each is still there, or was sent"
    report = replay(there.context, ENRICH, REALLY)
    assert 0 == report.count("failed")
    assert 0 == there.left()
    assert everything == set(sent(there))


def test_a_letter_that_was_sent_and_not_removed_is_only_removed() -> None:
    there = with_letters(4)

    def no_acknowledgement(effect: Effect) -> None:
        if effect.kind == "pubsub.acknowledge":
            raise Transient("pubsub.unavailable", "away")

    there.world.effects.before = no_acknowledgement
    assert 4 == replay(there.context, ENRICH, REALLY).count("failed")
    assert 4 == there.left() == len(sent(there))
    there.world.effects.before = lambda _: None
    report = replay(there.context, ENRICH, REALLY)
    assert 4 == report.count("done before")
    assert (0, 4) == (there.left(), len(sent(there)))


def test_a_run_stops_after_repeated_failures_and_leaves_the_letters() -> None:
    there = with_letters(60)
    del there.world.publisher.topics[VALIDATED]
    report = replay(there.context, ENRICH, REALLY)
    assert report.stopped
    assert 60 > len(report.outcomes) == report.count("failed")
    assert (60, 0) == (there.left(), there.queues.held())


def test_an_id_that_an_emulator_assigns_again_is_another_letter() -> None:
    there = with_letters(1)
    replay(there.context, ENRICH, REALLY)
    again = with_letters(1)
    (letter,) = read(again.context).letters
    later = replace(letter, published_at=letter.published_at + timedelta(seconds=1))
    assert letter_history(there.world.ledger, letter)
    assert [] == letter_history(there.world.ledger, later)


def test_letters_that_can_never_be_sent_do_not_stop_the_others() -> None:
    there = with_letters(0)
    letters = there.world.publisher.topics[letters_of("enrich_records")]
    letters += [Message(bytes(10_000_001), {"csvgate-code": "a"}) for _ in range(12)]
    letters.append(Message(b"small", {"csvgate-code": "a"}))
    report = replay(there.context, ENRICH, REALLY)
    assert (12, 1, False) == (report.count("failed"), report.count("done"), report.stopped)
    assert [b"small"] == sent(there)


def test_a_run_stops_between_letters() -> None:
    there = with_letters()
    stop, reported = threading.Event(), list[Progress]()

    def on_progress(progress: Progress) -> None:
        reported.append(progress)
        if progress.done >= 3:
            stop.set()

    acting = replace(REALLY, on_progress=on_progress, stop=stop, rate=1000)
    report = replay(there.context, ENRICH, acting)
    assert report.stopped
    done = report.count("done")
    assert 3 <= done < COUNT
    assert [n + 1 for n in range(done)] == [progress.done for progress in reported]
    assert (COUNT - done, done, 0) == (there.left(), len(sent(there)), there.queues.held())


def test_an_edited_letter_is_sent_as_edited_once() -> None:
    there = with_letters(3)
    wanted = read(there.context).letters[0]
    edit = Edit(b"fixed", {"ce-id": "new"}, without=("csvgate-code",))
    (outcome,) = edit_and_replay(there.context, wanted.id, edit, REALLY).outcomes
    assert "done" == outcome.result
    (message,) = there.world.publisher.topics[VALIDATED]
    assert (b"fixed", "new") == (message.data, message.attributes["ce-id"])
    assert wanted.id == message.attributes["csvgate-replay-of"]
    assert 2 == there.left()
    assert wanted.id not in {letter.id for letter in read(there.context).letters}


def test_an_unfinished_run_is_found_by_its_first_entry() -> None:
    there = with_letters(1)

    def crash(effect: Effect) -> None:
        if effect.target.endswith("ended.json"):
            raise Crash

    there.world.effects.before = crash
    with pytest.raises(Crash):
        replay(there.context, ENRICH, REALLY)
    ((_, begun),) = unfinished(there.world.ledger, there.world.clock())
    assert ("replay", "tester@here", "a test") == (begun.action, begun.actor, begun.reason)
    there.world.effects.before = lambda _: None
    replay(there.context, ENRICH, RunOptions())
    assert unfinished(there.world.ledger, there.world.clock()), "a dry run waits for nobody"
    replay(there.context, ENRICH, REALLY)
    assert [] == unfinished(there.world.ledger, there.world.clock())


def test_running_again_waits_for_what_an_interrupted_run_held() -> None:
    there = with_letters(5)
    there.world.effects.before = crash_on("pubsub.acknowledge")
    with pytest.raises(Crash):
        replay(there.context, ENRICH, REALLY)
    there.world.effects.before = lambda _: None
    left = there.left()
    assert left
    begun = next(n for n in audit(there) if n.endswith("begun.json"))
    # A killed process ends nothing and gives nothing back.
    there.world.store.delete("audit", begun.replace("begun", "ended"))
    held = there.queues.pull("enrich-records-dead-letter-review", 100, 0)
    ids = tuple(pulled.id for pulled in held)
    assert left == len(ids)
    back = threading.Timer(0.3, there.queues.expire)
    back.start()
    report = replay(replace(there.context, lease_wait=1.0), Filter(ids=ids), REALLY)
    back.join()
    assert left == report.count("done", "done before")
    assert 0 == there.left()


def crash_on(kind: str) -> Callable[[Effect], None]:
    def crash(effect: Effect) -> None:
        if effect.kind == kind:
            raise Crash

    return crash
