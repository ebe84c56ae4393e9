"""An upload whose load is interrupted, its dead letters, and their replays after a while."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from csvgate.protocol.identity import Upload
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.filters import Filter
from fakes.effects import Effect
from unit.operate.dead_letters.contexts import REALLY, LetterWorld, letter_world
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from world import World

NAME = "orders/a.csv"
SMALL, LARGE = 20, 120
"""Rows of an upload with one chunk, and of one with several."""
LOADER = Filter(functions=("enrich_records",))


class NoAnswer(Transient):
    """The service did not answer, whether or not it did what it was asked for."""

    def __init__(self) -> None:
        super().__init__("bigquery.unavailable", "no answer")


def failing(kind: str) -> Callable[[Effect], None]:
    def step(effect: Effect) -> None:
        if effect.kind == kind:
            raise NoAnswer

    return step


def interrupted(rows: int, kind: str, *, is_executed: bool) -> LetterWorld:
    """An upload of which each call of this kind fails until the letters are written: it is executed
    and its answer is lost, or it never arrives."""
    there = letter_world()
    world = there.world
    world.validate(world.upload(NAME, orders(rows)))
    if is_executed:
        world.effects.after = failing(kind)
    else:
        world.effects.before = failing(kind)
    world.drain()
    world.effects.before = world.effects.after = lambda _: None
    assert {"bigquery.unavailable"} == set(codes(there))
    assert not outcomes(world) - {"failed"}
    return there


def codes(there: LetterWorld) -> list[str]:
    """The codes of the letters of enrich_records that are in the queue."""
    return [each.code for each in read(there.context).letters if each.function == "enrich_records"]


def replay_all(there: LetterWorld) -> None:
    """Replay every letter of enrich_records, and deliver what follows. Nothing may be skipped."""
    there.world.restart()
    report = replay(there.context, LOADER, REALLY)
    assert report.count("done")
    assert 0 == report.count("failed", "skipped"), [each.detail for each in report.outcomes]
    there.deliver()


def named_hour(there: LetterWorld) -> datetime:
    """The time from which a replay has an effect, as the letters say."""
    letters = [each for each in read(there.context).letters if each.code == "commit.unsettled"]
    found = {
        re.search(r"from (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC on", each.message) for each in letters
    }
    (match,) = {each[1] for each in found if each}
    return datetime.fromisoformat(match).replace(tzinfo=UTC)


def upload_id(world: World) -> str:
    info = world.store.stat("uploads", NAME)
    assert info is not None
    return Upload(info.bucket, info.name, info.generation).id


def outcomes(world: World) -> set[str]:
    return {event.outcome for event in world.finished()}


def check_completed(there: LetterWorld, rows: int, attempt: int) -> None:
    """Every row once, one email about the completion, and no letter is left."""
    world = there.world
    found = loaded(world)
    assert rows == len(found) == len(set(found))
    ended = {(e.outcome, e.attempt) for e in world.finished() if e.outcome != "failed"}
    assert {("completed", attempt)} == ended
    sent = [email.custom_args["outcome"] for email in world.mailer.sent]
    assert 1 == sent.count("completed")
    assert [] == codes(there)


def attempts(world: World) -> list[str]:
    """How the attempts were decided, and which of them are dead."""
    found: list[str] = []
    for entries in world.ledger.upload(upload_id(world)).attempts():
        decision = entries.decision()
        if decision is None:
            return found
        found.append(f"{decision.outcome}, dead" if entries.dead() else decision.outcome)
    return found
