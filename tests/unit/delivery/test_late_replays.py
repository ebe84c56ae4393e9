"""An upload in pending streams whose commit has an unknown outcome, replayed hours or days later,
or after its table was replaced. Each replay completes it, or ends in a letter that names the hour
from which its replay does."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from csvgate_ops.operate.settle import CannotSettle, Verdict, settle
from fakes.bigquery import Table
from unit.delivery.outages import (
    LARGE,
    attempts,
    check_completed,
    codes,
    interrupted,
    named_hour,
    replay_all,
    upload_id,
)
from unit.operate.dead_letters.contexts import LetterWorld
from unit.protocol.invariants import loaded
from world import VALIDATED, World, published

COMMIT, FINALIZE, TABLE = "bigquery.commit", "bigquery.finalize", "sales.orders"
FORGETFUL = timedelta(hours=1)
"""How long committed streams may answer: what is documented is only that it ends."""


def drop(world: World) -> None:
    del world.warehouse.tables[TABLE]


def replace(world: World) -> None:
    world.warehouse.tables[TABLE] = Table(world.warehouse.tables[TABLE].columns)


LOST: dict[str, Callable[[World], None]] = {"dropped": drop, "replaced": replace}


def replay_at_named_hour(there: LetterWorld, rows: int, attempt: int) -> None:
    """The letters name an hour: until then they come back, and then they complete the upload."""
    assert {"commit.unsettled"} == set(codes(there))
    hour = named_hour(there)
    assert hour > there.world.now
    there.world.now = hour - timedelta(minutes=5)
    replay_all(there)
    assert {"commit.unsettled"} == set(codes(there))
    assert hour == named_hour(there)
    there.world.now = hour
    replay_all(there)
    check_completed(there, rows, attempt)


def test_soon_the_same_commit_is_repeated() -> None:
    there = interrupted(LARGE, COMMIT, is_executed=False)
    assert [] == loaded(there.world)
    there.world.now += timedelta(hours=3)
    replay_all(there)
    check_completed(there, LARGE, attempt=1)


@pytest.mark.parametrize("remembered", [FORGETFUL, timedelta(days=30)])
@pytest.mark.parametrize("hours", [3, 6])
def test_a_commit_that_took_effect_is_found_by_repeating_it(
    hours: int, remembered: timedelta
) -> None:
    there = interrupted(LARGE, COMMIT, is_executed=True)
    there.world.warehouse.lifetimes.remembered = remembered
    there.world.now += timedelta(hours=hours)
    replay_all(there)
    if remembered == FORGETFUL:
        replay_at_named_hour(there, LARGE, attempt=1)
    check_completed(there, LARGE, attempt=1)
    assert ["commit"] == attempts(there.world)


def test_after_six_hours_finalized_streams_are_gone_before_the_decision() -> None:
    """Nothing was decided, so that nothing can take effect: the next attempt begins at once."""
    there = interrupted(LARGE, FINALIZE, is_executed=True)
    assert [] == attempts(there.world)
    there.world.now += timedelta(hours=6)
    replay_all(there)
    check_completed(there, LARGE, attempt=2)
    assert ["abandoned", "commit"] == attempts(there.world)


def test_after_six_hours_a_commit_that_never_arrived() -> None:
    there = interrupted(LARGE, COMMIT, is_executed=False)
    there.world.now += timedelta(hours=6)
    replay_all(there)
    assert [] == loaded(there.world), "the first commit may still take effect"
    replay_at_named_hour(there, LARGE, attempt=2)
    assert ["commit, dead", "commit"] == attempts(there.world)


def test_the_first_delivery_at_the_named_hour_has_an_effect() -> None:
    """It is not named a moment too early: the times of streams have fractions of a second."""
    there = interrupted(LARGE, COMMIT, is_executed=False)
    world = there.world
    world.now += timedelta(hours=6)
    replay_all(there)
    world.now = named_hour(there)
    world.enrich(published(world.publisher.topics[VALIDATED][-1], 1))
    assert "commit, dead" == attempts(world)[0]


def test_a_commit_that_is_executed_while_its_letter_waits() -> None:
    """It takes effect between two replays: then its rows are found, and nothing is loaded again."""
    there = interrupted(LARGE, COMMIT, is_executed=False)
    world = there.world
    streams = {name: list(stream.rows) for name, stream in world.warehouse.streams.items()}
    world.now += timedelta(hours=6)
    replay_all(there)
    for rows in streams.values():
        world.warehouse.tables[TABLE].rows.extend(rows)
    replay_at_named_hour(there, LARGE, attempt=1)


@pytest.mark.parametrize("is_executed", [True, False], ids=["committed", "not committed"])
def test_after_three_days_the_rows_decide(*, is_executed: bool) -> None:
    there = interrupted(LARGE, COMMIT, is_executed=is_executed)
    there.world.now += timedelta(days=3)
    assert (LARGE if is_executed else 0) == len(loaded(there.world))
    replay_all(there)
    check_completed(there, LARGE, attempt=1 if is_executed else 2)
    assert ["commit"] if is_executed else ["commit, dead", "commit"] == attempts(there.world)


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_the_table_is_lost_before_the_decision(lose: Callable[[World], None]) -> None:
    there = interrupted(LARGE, FINALIZE, is_executed=False)
    lose(there.world)
    there.world.now += timedelta(minutes=30)
    replay_all(there)
    check_completed(there, LARGE, attempt=2)


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
@pytest.mark.parametrize("is_executed", [True, False], ids=["committed", "not committed"])
def test_the_table_is_lost_after_the_decision(
    lose: Callable[[World], None], *, is_executed: bool
) -> None:
    there = interrupted(LARGE, COMMIT, is_executed=is_executed)
    lose(there.world)
    there.world.now += timedelta(hours=1)
    replay_all(there)
    replay_at_named_hour(there, LARGE, attempt=2)


def with_deleted_rows(kept: int) -> LetterWorld:
    """A commit whose answer was lost; a person deleted rows, and the streams are gone."""
    there = interrupted(LARGE, COMMIT, is_executed=True)
    del there.world.warehouse.tables[TABLE].rows[kept:]
    there.world.now += timedelta(days=3)
    replay_all(there)
    assert {"commit.partial"} == set(codes(there))
    return there


def verdict(there: LetterWorld, found: Verdict) -> None:
    settle(
        there.world.ledger,
        upload_id(there.world),
        found,
        actor="tester@here",
        reason="a test",
        clock=there.world.clock,
    )


def test_some_rows_are_visible_and_a_person_says_that_it_was_loaded() -> None:
    there = with_deleted_rows(LARGE - 3)
    replay_all(there)
    assert {"commit.partial"} == set(codes(there)), "nobody has settled it"
    verdict(there, "committed")
    replay_all(there)
    check_completed(there, LARGE - 3, attempt=1)


def test_some_rows_are_visible_and_a_person_says_that_it_was_not_loaded() -> None:
    there = with_deleted_rows(LARGE - 3)
    there.world.warehouse.tables[TABLE].rows.clear()
    verdict(there, "not-loaded")
    replay_all(there)
    check_completed(there, LARGE, attempt=2)
    assert ["commit, dead", "commit"] == attempts(there.world)


def test_all_rows_were_deleted_and_a_person_says_that_it_was_loaded() -> None:
    """The verdict comes before the count, which would have them loaded again."""
    there = interrupted(LARGE, COMMIT, is_executed=True)
    there.world.warehouse.tables[TABLE].rows.clear()
    there.world.now += timedelta(days=3)
    verdict(there, "committed")
    replay_all(there)
    check_completed(there, 0, attempt=1)


def test_it_is_settled_as_committed_before_the_hour_and_not_loaded_only_after_it() -> None:
    there = interrupted(LARGE, COMMIT, is_executed=True)
    there.world.warehouse.lifetimes.remembered = FORGETFUL
    there.world.now += timedelta(hours=6)
    replay_all(there)
    with pytest.raises(CannotSettle, match="may still be committed"):
        verdict(there, "not-loaded")
    verdict(there, "committed")
    replay_all(there)
    check_completed(there, LARGE, attempt=1)
