"""Dead letters of every function, replayed after the cause is fixed, and again after everything
succeeded: every row once, one email."""

from collections.abc import Callable

import pytest

from csvgate.ports import Column, Message
from csvgate.runtime.errors import Permanent
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.filters import Filter
from fakes.bigquery import Table
from unit.operate.dead_letters.contexts import REALLY, LetterWorld, letter_world
from unit.protocol.invariants import check
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import FUNCTIONS, World, letters_of

GOOD, BAD = 30, 2
NAME = "orders/a.csv"


def break_references(world: World) -> Callable[[], None]:
    """validate_and_parse dead-letters the Storage event."""
    rates = world.store.buckets["references"].pop("fx_rates.csv")

    def fix() -> None:
        world.store.put("references", "fx_rates.csv", rates.data)

    return fix


def break_table(world: World) -> Callable[[], None]:
    """enrich_records dead-letters every chunk."""
    world.warehouse.tables["sales.orders"] = Table((Column("amount", "STRING"),))

    def fix() -> None:
        del world.warehouse.tables["sales.orders"]
        world.restart()

    return fix


def break_mail(world: World) -> Callable[[], None]:
    """notify_stakeholders dead-letters the completion event."""
    before = world.effects.before

    def refuse(effect: object) -> None:
        if getattr(effect, "kind", "") == "mail.send":
            raise Permanent("mail.refused", "the key is wrong")

    world.effects.before = refuse

    def fix() -> None:
        world.effects.before = before

    return fix


BREAKS = dict(zip(FUNCTIONS, (break_references, break_table, break_mail), strict=True))


def broken(function: str) -> tuple[LetterWorld, Callable[[], None], list[Message]]:
    """An upload whose letters are of one function, how to fix the cause, and these letters."""
    there = letter_world()
    fix = BREAKS[function](there.world)
    there.world.validate(there.world.upload(NAME, orders(GOOD, bad=BAD)))
    there.world.drain()
    letters = [m for m in there.world.letters(function) if "csvgate-counts" not in m.attributes]
    assert letters
    return there, fix, letters


def unfailed(there: LetterWorld) -> None:
    """Forget the emails and events that announced the failure: `check` is about success."""
    events = there.world.publisher.topics["enrichment-complete"]
    there.world.publisher.topics["enrichment-complete"] = [
        event for event in events if event.attributes["ce-id"].endswith("-completed.1")
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_after_the_cause_is_fixed_a_replay_completes_the_upload_once(function: str) -> None:
    there, fix, _ = broken(function)
    fix()
    report = replay(there.context, Filter(functions=(function,)), REALLY)
    assert 0 == report.count("failed")
    assert report.count("done")
    there.deliver()
    unfailed(there)
    check(there.world, upload_id(there.world), valid=GOOD, bad=BAD)
    subjects = [email.custom_args["outcome"] for email in there.world.mailer.sent]
    assert 1 == subjects.count("completed")
    left = read(there.context).letters
    assert {"rows.rejected"} == {letter.code for letter in left}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_replayed_again_and_again_after_success_nothing_changes(function: str) -> None:
    there, fix, letters = broken(function)
    fix()
    for _ in range(3):
        report = replay(there.context, Filter(functions=(function,)), REALLY)
        assert 0 == report.count("failed")
        there.deliver()
        there.world.restart()
        # The queue delivers at least once: letters that were acknowledged come again.
        there.world.publisher.topics[letters_of(function)] += letters
    unfailed(there)
    check(there.world, upload_id(there.world), valid=GOOD, bad=BAD)
    subjects = [email.custom_args["outcome"] for email in there.world.mailer.sent]
    assert 1 == subjects.count("completed")
