"""An upload whose chunks cannot be loaded: its first failure is reported once and ends the work on
it, until the failed chunk is loaded."""

from collections.abc import Callable
from typing import Any

import pytest

from csvgate.enrichment.rows.enrich_rows import Enrichment
from csvgate.ports import Message
from csvgate.protocol.ledger.paths import BREAKER_LETTER, FAILED_CHUNK
from csvgate.runtime.breaker_ledger import breakers
from csvgate.runtime.errors import Permanent, Transient
from csvgate_ops.operate.uploads import status
from enrichment.plans import Plans
from fakes.effects import Effect, GaveUp
from unit.delivery.outages import attempts, check_completed, codes, replay_all, upload_id
from unit.operate.dead_letters.contexts import LetterWorld, letter_world
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from world import VALIDATED, World, published

NAME = "orders/a.csv"
ROWS = 120
"""Rows of an upload with a few chunks."""
LETTERS = 50
"""Uploads with a dead letter that open the breaker."""


class Broken:
    """Enrichment that fails for chunks with certain lines: for all of them until `only` is set."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.only: set[int] | None = None
        self.computed = 0
        """Chunks that were enriched, or failed to be."""
        self.meanwhile: Callable[[], object] = lambda: None
        """What happens while a chunk fails."""
        original = Enrichment.apply

        def apply(enrichment: Enrichment, chunk: Any, *args: Any) -> Any:
            self.computed += 1
            lines = set(chunk.column("_line").to_pylist())
            if self.only is None or self.only & lines:
                self.meanwhile()
                raise Permanent("derive.failed", f"b = 1 / a fails on line {min(lines)}")
            return original(enrichment, chunk, *args)

        patch.setattr(Enrichment, "apply", apply)

    def fix(self) -> None:
        self.only = set()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(monkeypatch)


def sealed(rows: int = ROWS, **more: Any) -> tuple[LetterWorld, list[Message]]:
    """A sealed upload whose messages are not delivered yet."""
    there = letter_world(World(**more))
    world = there.world
    world.validate(world.upload(NAME, orders(rows)))
    messages = list(world.publisher.topics[VALIDATED])
    world.delivered[VALIDATED] = len(messages)
    return there, messages


def deliver(there: LetterWorld, messages: list[Message]) -> list[str]:
    return [there.world.deliver(VALIDATED, message) for message in messages]


def failed_events(world: World) -> int:
    return sum(event.outcome == "failed" for event in world.finished())


def entries(world: World) -> list[dict[str, Any]]:
    return list(world.ledger.find(FAILED_CHUNK))


def test_fifty_chunks_that_fail_leave_one_letter_and_one_announcement(broken: Broken) -> None:
    there, messages = sealed(2400)
    world, chunks = there.world, len(messages) - 1
    assert chunks >= LETTERS
    deliver(there, messages)
    world.drain()
    assert ["derive.failed"] == world.letter_codes()
    assert 1 == failed_events(world)
    assert 1 == len(world.mailer.sent)
    assert 1 == broken.computed, "the other chunks cost nothing"
    assert [] == breakers(world.ledger)
    assert 1 == len(list(world.ledger.find(BREAKER_LETTER)))


@pytest.mark.parametrize("order", [list, lambda found: found[::-1]], ids=["in order", "reversed"])
def test_the_replay_of_the_letter_completes_the_upload(
    broken: Broken, order: Callable[[list[Message]], list[Message]]
) -> None:
    there, messages = sealed()
    deliver(there, order(messages))
    there.world.drain()
    broken.fix()
    replay_all(there)
    check_completed(there, ROWS, attempt=2)
    assert ["abandoned", "commit"] == attempts(there.world)
    announced = [event.outcome for event in there.world.finished()]
    assert ["failed", "completed"] == announced


def test_a_replay_that_fails_again_leaves_one_letter_again(broken: Broken) -> None:
    there, messages = sealed()
    deliver(there, messages)
    replay_all(there)
    assert ["derive.failed"] == codes(there)
    assert 1 == len({event.code for event in there.world.finished()})
    assert [None] == [each.decision() for each in [first(there)]]
    broken.fix()
    replay_all(there)
    check_completed(there, ROWS, attempt=2)


def first(there: LetterWorld) -> Any:
    return there.world.ledger.upload(upload_id(there.world)).attempt(1)


def test_the_last_chunk_is_loaded_in_the_same_attempt(broken: Broken) -> None:
    """No message of another chunk was acknowledged without a load, so nothing is loaded again."""
    broken.only = {ROWS + 1}
    there, messages = sealed()
    deliver(there, messages)
    assert ["derive.failed"] == codes(there)
    broken.fix()
    replay_all(there)
    check_completed(there, ROWS, attempt=1)
    assert ["commit"] == attempts(there.world)


def test_duplicates_of_any_message_do_no_harm(broken: Broken) -> None:
    there, messages = sealed()
    before = deliver(there, messages)
    assert "dead-lettered: derive.failed" == before[0]
    assert {"failed: derive.failed"} == set(before[1:-1])
    assert before[1:] == deliver(there, messages[1:])
    assert 1 == len(there.world.letters("enrich_records"))
    broken.fix()
    # A duplicate of the failed chunk loads it beside its letter.
    deliver(there, messages[:1])
    there.world.drain()
    replay_all(there)
    deliver(there, messages)
    there.world.drain()
    check_completed(there, ROWS, attempt=2)
    assert 1 == failed_events(there.world)


def test_a_chunk_that_fails_at_the_same_time_gives_way(broken: Broken) -> None:
    """Between its failure and its entry, another chunk fails first."""
    there, messages = sealed()
    world = there.world

    def meanwhile(effect: Effect) -> None:
        if effect.target.endswith("failed.json"):
            world.effects.before = lambda _: None
            assert "dead-lettered: derive.failed" == world.deliver(VALIDATED, messages[1])

    world.effects.before = meanwhile
    assert "failed: derive.failed" == world.deliver(VALIDATED, messages[0])
    assert ["derive.failed"] == world.letter_codes()
    broken.fix()
    replay_all(there)
    check_completed(there, ROWS, attempt=2)


def test_a_chunk_that_a_twin_loads_while_it_fails_is_loaded(broken: Broken) -> None:
    there, messages = sealed()

    def twin() -> None:
        broken.fix()
        assert deliver(there, messages[:1])[0].startswith("waiting: ")

    broken.meanwhile = twin
    assert deliver(there, messages[:1])[0].startswith("waiting: ")
    assert [] == entries(there.world)
    deliver(there, messages[1:])
    there.world.drain()
    check_completed(there, ROWS, attempt=1)


def test_a_crash_between_the_entry_and_the_letter(broken: Broken) -> None:
    """The message is delivered again, and computes the chunk again."""
    there, messages = sealed()
    world = there.world

    def crash(effect: Effect) -> None:
        if effect.target.endswith("failed.json"):
            raise Transient("service.unavailable", "no answer")

    world.effects.after = crash
    with pytest.raises(Transient, match=r"service\.unavailable"):
        world.enrich(published(messages[0], 1))
    world.effects.after = lambda _: None
    assert ["failed: derive.failed"] == deliver(there, messages[1:2])
    assert ["dead-lettered: derive.failed"] == deliver(there, messages[:1])
    broken.fix()
    replay_all(there)
    check_completed(there, ROWS, attempt=2)


def test_an_entry_that_is_created_after_its_chunk_was_loaded_holds_nothing_back(
    broken: Broken,
) -> None:
    """The call is executed late: no message of the failed chunk is left, and no letter."""
    there, messages = sealed()
    world = there.world

    def give_up(effect: Effect) -> None:
        if effect.target.endswith("failed.json"):
            raise GaveUp(Transient("storage.unavailable", "no answer"))

    world.effects.before = give_up
    with pytest.raises(Transient, match=r"storage\.unavailable"):
        world.enrich(published(messages[0], 1))
    world.effects.before = lambda _: None
    broken.fix()
    assert deliver(there, messages[:1])[0].startswith("waiting: ")
    (late,) = world.effects.late
    late.execute()
    deliver(there, messages[1:])
    world.drain()
    check_completed(there, ROWS, attempt=2)


def test_a_delivery_that_was_paused_over_the_end_of_the_attempt_goes_on(broken: Broken) -> None:
    """Its evidence is about the first attempt, which is completed meanwhile."""
    there, messages = sealed()
    world = there.world

    def meanwhile(effect: Effect) -> None:
        if effect.target.endswith("failed.json"):
            world.effects.before = lambda _: None
            broken.fix()
            deliver(there, messages[1:])
            deliver(there, messages[:1])

    world.effects.before = meanwhile
    outcome = world.deliver(VALIDATED, messages[0])
    assert "finished before" == outcome
    world.drain()
    check_completed(there, ROWS, attempt=1)


@pytest.mark.parametrize(
    "code", ["enrich.invalid", "reference.malformed"], ids=["the contract", "a reference"]
)
@pytest.mark.parametrize("marker_first", [False, True])
def test_an_upload_whose_plan_cannot_be_loaded_leaves_one_letter(
    code: str, marker_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise Permanent(code, "it cannot be used")

    there, messages = sealed()
    with monkeypatch.context() as patch:
        patch.setattr(Plans, "load", fail)
        deliver(there, messages[::-1] if marker_first else messages)
    assert [code] == there.world.letter_codes()
    assert 1 == failed_events(there.world)
    replay_all(there)
    check_completed(there, ROWS, attempt=2)


@pytest.mark.parametrize("code", ["chunk.missing", "event.malformed", "ledger.corrupt"])
def test_other_failures_end_only_their_message(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Permanent(code, "not about the data")

    there, messages = sealed()
    monkeypatch.setattr(Enrichment, "apply", fail)
    deliver(there, messages[:2])
    assert [code] * 2 == there.world.letter_codes()
    assert [] == entries(there.world)


def test_a_transient_failure_at_the_last_attempt_ends_only_its_message() -> None:
    there, messages = sealed()

    def unavailable(effect: Effect) -> None:
        if effect.kind == "bigquery.append":
            raise Transient("bigquery.unavailable", "no answer")

    there.world.effects.before = unavailable
    deliver(there, messages[:2])
    assert ["bigquery.unavailable"] * 2 == codes(there)
    assert [] == entries(there.world)


def test_a_small_upload_leaves_one_letter_and_needs_no_other_attempt(broken: Broken) -> None:
    there, messages = sealed(5)
    assert ["dead-lettered: derive.failed"] == deliver(there, messages)
    assert [] == entries(there.world)
    broken.fix()
    replay_all(there)
    check_completed(there, 5, attempt=1)


def fail_uploads(world: World, number: int, rows: int) -> None:
    for n in range(number):
        world.validate(world.upload(f"orders/{n}.csv", orders(rows)))
    for message in world.publisher.topics[VALIDATED]:
        world.deliver(VALIDATED, message)
    world.delivered[VALIDATED] = len(world.publisher.topics[VALIDATED])


@pytest.mark.parametrize("rows", [2, ROWS], ids=["one chunk", "several chunks"])
def test_fifty_uploads_that_fail_open_the_breaker(rows: int, broken: Broken) -> None:
    """Chunks that give way to the first failure of their upload do not count as good work."""
    world = World()
    fail_uploads(world, LETTERS - 1, rows)
    assert [] == breakers(world.ledger)
    world.validate(world.upload("orders/last.csv", orders(rows)))
    world.drain()
    assert [("enrich_records", True)] == [
        (each.function, each.standing().is_open) for each in breakers(world.ledger)
    ]
    assert LETTERS == len(world.letters("enrich_records"))


def test_a_fixed_revision_loads_what_waits_behind_the_open_breaker(broken: Broken) -> None:
    there = letter_world()
    world = there.world
    fail_uploads(world, LETTERS, 2)
    world.validate(world.upload(NAME, orders(ROWS)))
    messages = world.publisher.topics[VALIDATED][LETTERS:]
    world.delivered[VALIDATED] = len(world.publisher.topics[VALIDATED])
    with pytest.raises(Transient, match=r"breaker\.open"):
        world.enrich(published(messages[0], 1))
    for message in messages[1:]:
        assert not world.enrich(published(message, 1)).startswith("dead-lettered")
    broken.fix()
    world.restart()
    world.enrich(published(messages[0], 2))
    world.drain()
    upload = upload_id(world)
    found = [row for row in loaded(world) if row[0] == upload]
    assert ROWS == len(found) == len(set(found))
    assert LETTERS == len(world.letters("enrich_records"))


def test_the_timeline_names_the_failed_chunk(broken: Broken) -> None:
    there, messages = sealed()
    deliver(there, messages)
    found = status(there.world.ledger, upload_id(there.world))
    steps = {step.what: step.detail for step in found.timeline}
    assert (
        "derive.failed: b = 1 / a fails on line 2; the other chunks wait for it"
        == steps["chunk 0 failed, attempt 1"]
    )
    assert "failed" == found.state
