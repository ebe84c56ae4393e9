"""Two operators hold the same letters: each letter is replayed or discarded, never both."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from csvgate.protocol.ledger.entries import LetterMark
from csvgate.protocol.ledger.paths import LETTER_CLAIM, LETTER_MARK
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.dead_letters.actions.discard import discard
from csvgate_ops.operate.dead_letters.actions.edit import Edit, edit_and_replay
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.audit import CLAIM_LASTS, AuditLog
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.port import Pulled
from csvgate_ops.operate.dead_letters.runs import Report, RunOptions
from fakes.effects import Effect
from unit.operate.dead_letters.contexts import REALLY, LetterWorld, review_of
from unit.operate.dead_letters.test_runs import ENRICH, Crash, sent, with_letters

Action = Callable[[DeadLetterContext, Filter, RunOptions], Report]
BOTH = pytest.mark.parametrize(("first", "second"), [(replay, discard), (discard, replay)])
LETTERS, HANG = 4, 120.0


def by(there: LetterWorld, name: str) -> DeadLetterContext:
    return replace(there.context, actor=name)


def marks(there: LetterWorld) -> list[LetterMark]:
    audit = there.context.ledger.audit
    found = [audit.get(LETTER_MARK, **parts) for parts in audit.find(LETTER_MARK)]
    return [mark for mark in found if mark]


def done(there: LetterWorld) -> set[tuple[str, str]]:
    """Return the verbs and actors of all marks; there is one for each letter."""
    found = marks(there)
    assert LETTERS == len(found) == len({mark.letter for mark in found})
    assert (LETTERS if found[0].verb == "replayed" else 0) == len(sent(there))
    return {(mark.verb, mark.actor) for mark in found}


def drained_once(there: LetterWorld) -> threading.Event:
    """Return what is set when a run has found the queue empty, so that it pulls no more."""
    drained, pull = threading.Event(), there.queues.pull

    def watched(subscription: str, most: int, seconds: float) -> Sequence[Pulled]:
        found = pull(subscription, most, seconds)
        if subscription == review_of("enrich_records") and not found:
            drained.set()
        return found

    there.queues.pull = watched  # type: ignore[method-assign]
    return drained


VERBS: dict[Action, str] = {replay: "replayed", discard: "discarded"}


@BOTH
def test_what_is_done_and_still_queued_is_not_done_to_otherwise(
    first: Action, second: Action
) -> None:
    there = with_letters(LETTERS)

    def no_acknowledgement(effect: Effect) -> None:
        if effect.kind == "pubsub.acknowledge":
            raise Transient("pubsub.unavailable", "away")

    there.world.effects.before = no_acknowledgement
    assert LETTERS == first(by(there, "ada"), ENRICH, REALLY).count("failed")
    there.world.effects.before = lambda _: None
    report = second(by(there, "grace"), ENRICH, REALLY)
    assert LETTERS == report.count("done before")
    assert all(each.detail.startswith(VERBS[first]) for each in report.outcomes)
    assert {(VERBS[first], "ada")} == done(there)
    assert 0 == there.left()


def test_a_letter_that_two_hold_is_done_by_who_claims_it_first() -> None:
    """Ada's run is held up after its claims, and her leases end."""
    there = with_letters(LETTERS)
    held, go_on = threading.Semaphore(0), threading.Event()

    def before(effect: Effect) -> None:
        if effect.kind == "pubsub.publish":
            held.release()
            assert go_on.wait(HANG)

    there.world.effects.before = before
    drained = drained_once(there)
    reports = list[Report]()
    run = threading.Thread(target=lambda: reports.append(replay(by(there, "ada"), ENRICH, REALLY)))
    run.start()
    for _ in range(LETTERS):
        assert held.acquire(timeout=HANG)
    assert drained.wait(HANG), "Ada pulls no more"
    there.queues.expire()
    report = discard(by(there, "grace"), ENRICH, REALLY)
    assert LETTERS == report.count("skipped") == there.left()
    assert all("ada is at work on it in run" in each.detail for each in report.outcomes)
    go_on.set()
    run.join(HANG)
    assert LETTERS == reports[0].count("done")
    assert {("replayed", "ada")} == done(there)
    assert 0 == there.left()


@pytest.mark.parametrize(("first", "second"), [("replayed", "discarded"), ("discarded", "edited")])
def test_a_claim_is_refused_with_what_the_other_run_does_or_has_done(
    first: str, second: str
) -> None:
    there = with_letters(1)
    (letter,) = read(there.context).letters
    clock = there.context.clock
    ada, grace = (
        AuditLog(there.context.ledger, name, clock, f"2026-11-21/{name}")
        for name in ("ada", "grace")
    )
    assert grace.earlier(letter) is None
    assert ada.claim(letter, first) is None
    claim = grace.claim(letter, second)
    assert claim is not None
    assert ("ada", first, "") == (claim.actor, claim.verb, claim.outcome)
    ada.record(letter, first, "away")
    assert grace.earlier(letter) is None, "its listing is older than the mark"
    mark = grace.claim(letter, second)
    assert mark is not None
    assert ("ada", first, "away") == (mark.actor, mark.verb, mark.outcome)


@BOTH
def test_what_an_interrupted_run_has_claimed_is_free_after_a_minute(
    first: Action, second: Action
) -> None:
    there = with_letters(LETTERS)

    def crash(effect: Effect) -> None:
        if effect.kind == "pubsub.publish" or effect.target.endswith("discarded.json"):
            raise Crash

    there.world.effects.before = crash
    with pytest.raises(Crash):
        first(by(there, "ada"), ENRICH, REALLY)
    there.world.effects.before = lambda _: None
    there.queues.expire()
    claimed = len(list(there.context.ledger.audit.find(LETTER_CLAIM)))
    there.world.now += CLAIM_LASTS - timedelta(seconds=1)
    report = second(by(there, "grace"), ENRICH, REALLY)
    assert claimed == report.count("skipped") == there.left()
    there.world.now += timedelta(seconds=1)
    assert claimed == second(by(there, "grace"), ENRICH, REALLY).count("done")
    assert {(VERBS[second], "grace")} == done(there)
    # Whoever was interrupted is late.
    assert 0 == len(first(by(there, "ada"), ENRICH, REALLY).outcomes)


def test_a_run_of_the_same_action_takes_over_at_once() -> None:
    there = with_letters(LETTERS)

    def crash(effect: Effect) -> None:
        if effect.kind == "pubsub.publish":
            raise Crash

    there.world.effects.before = crash
    with pytest.raises(Crash):
        replay(by(there, "ada"), ENRICH, REALLY)
    there.world.effects.before = lambda _: None
    there.queues.expire()
    assert LETTERS == replay(by(there, "grace"), ENRICH, REALLY).count("done")
    assert {("replayed", "grace")} == done(there)
    numbers = [parts["number"] for parts in there.context.ledger.audit.find(LETTER_CLAIM)]
    assert [1] * LETTERS + [2] * LETTERS == sorted(numbers), "a discard waits for Grace now"


def test_a_letter_costs_one_claim_and_one_mark() -> None:
    there = with_letters(LETTERS)
    replay(there.context, ENRICH, REALLY)
    created = [e.target for e in there.world.effects.log if "audit-letters/" in e.target]
    assert 2 * LETTERS == len(created)
    looks = [e.target for e in there.world.effects.looks if "audit-letters/" in e.target]
    assert 1 == len(looks), "one listing of the topic and day"


def test_of_two_different_edits_of_a_letter_only_one_is_sent() -> None:
    there = with_letters(1)
    (letter,) = read(there.context).letters
    held, go_on = threading.Event(), threading.Event()

    def before(effect: Effect) -> None:
        if effect.kind == "pubsub.publish" and not held.is_set():
            held.set()
            assert go_on.wait(HANG)

    there.world.effects.before = before
    drained, reports = drained_once(there), list[Report]()

    def edit_by_ada() -> None:
        reports.append(edit_and_replay(by(there, "ada"), letter.id, Edit(b"7"), REALLY))

    run = threading.Thread(target=edit_by_ada)
    run.start()
    assert held.wait(HANG)
    assert drained.wait(HANG)
    there.queues.expire()
    report = edit_and_replay(by(there, "grace"), letter.id, Edit(b"8"), REALLY)
    go_on.set()
    run.join(HANG)
    assert ["skipped"] == [each.result for each in report.outcomes]
    assert "ada is at work on it in run" in report.outcomes[0].detail
    assert 1 == reports[0].count("done")
    assert [b"7"] == sent(there)
    assert 0 == there.left()
