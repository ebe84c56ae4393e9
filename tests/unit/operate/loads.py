"""Uploads of several chunks in states that only lost calls and time bring about."""

from collections.abc import Callable
from datetime import timedelta

from csvgate.ports import Message
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.entries import Decision
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.runs import Report
from fakes.effects import Effect
from unit.operate.dead_letters.contexts import REALLY, LetterWorld, letter_world
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import VALIDATED

GOOD, BAD = 120, 3
NAME = "orders/a.csv"


def sealed() -> tuple[LetterWorld, str, list[Message]]:
    """An upload of several chunks that is sealed and announced, its id, and the messages, which are
    not delivered yet."""
    there = letter_world()
    there.world.validate(there.world.upload(NAME, orders(GOOD, bad=BAD)))
    messages = list(there.world.publisher.topics[VALIDATED])
    assert len(messages) > 3
    there.world.delivered[VALIDATED] = len(messages)
    return there, upload_id(there.world, NAME), messages


def deliver(there: LetterWorld, messages: list[Message]) -> None:
    for message in messages:
        there.world.deliver(VALIDATED, message)
    there.world.drain()


def decided() -> tuple[LetterWorld, str]:
    """An upload that is decided to be committed, but whose commit never reached BigQuery. Its
    messages are dead letters."""
    there, upload, messages = sealed()
    there.world.effects.before = refusing("bigquery.commit")
    deliver(there, messages)
    there.world.effects.before = lambda _: None
    decision = decision_of(there, upload)
    assert (decision.outcome, bool(decision.pending)) == ("commit", True)
    assert [] == loaded(there.world)
    return there, upload


def committed() -> tuple[LetterWorld, str]:
    """An upload whose rows are visible, although no delivery has seen that. Its messages are dead
    letters."""
    there, upload, messages = sealed()
    there.world.effects.after = refusing("bigquery.commit")
    deliver(there, messages)
    there.world.effects.after = lambda _: None
    assert GOOD == len(loaded(there.world))
    return there, upload


def refusing(kind: str) -> Callable[[Effect], None]:
    def refuse(effect: Effect) -> None:
        if effect.kind == kind:
            raise Transient(f"{kind.partition('.')[0]}.unavailable", "no answer")

    return refuse


def decision_of(there: LetterWorld, upload: str) -> Decision:
    decision = current_attempt(there.world.ledger.upload(upload)).decision
    assert decision is not None
    return decision


def passes(there: LetterWorld, **time: float) -> None:
    """Let time pass, and start new instances."""
    there.world.now += timedelta(**time)
    there.world.restart()


def replay_failures(there: LetterWorld) -> Report:
    """Replay every letter of enrich_records and deliver what was sent."""
    report = replay(there.context, Filter(functions=("enrich_records",)), REALLY)
    assert 0 == report.count("failed")
    there.deliver()
    return report


def letter_codes(there: LetterWorld) -> set[str]:
    """The codes of the letters of enrich_records that are in its queue."""
    found = read(there.context).letters
    return {letter.code for letter in found if letter.function == "enrich_records"}


def complete_once(there: LetterWorld) -> None:
    """Every valid row is there once, and the upload was announced and emailed as completed once."""
    rows = loaded(there.world)
    assert GOOD == len(rows) == len(set(rows))
    assert 1 == [event.outcome for event in there.world.finished()].count("completed")
    outcomes = [email.custom_args["outcome"] for email in there.world.mailer.sent]
    assert 1 == outcomes.count("completed")
