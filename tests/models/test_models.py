"""With all rules of the delivery protocol, no reachable state of either lane is broken or a dead
end; without any one of them, a state is.

The bounds are those of the worlds below: two deliveries at a time; up to two chunks, two or three
attempts, two uploads. A world that combined them all would be too large for a test, so that each
world has what its rules are about.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Final

import pytest

from models import pending_lane as pending
from models import pending_rules, small_rules
from models import small_lane as small
from models.pending_lane import PendingLane
from models.search import DEAD_END, search
from models.small_lane import SmallLane

SEALING: Final = pending_rules.World(attempts=1, sealed=False)
ONE_CHUNK: Final = pending_rules.World(young=True, late_commits=True)
THREE_ATTEMPTS: Final = pending_rules.World(attempts=3)
TWO_CHUNKS: Final = pending_rules.World(chunks=2)
BACKLOG: Final = pending_rules.World(chunks=2, expiry=False, backlog=True)
FAILING: Final = pending_rules.World(chunks=2, expiry=False, fails=True)
CORRECTION: Final = pending_rules.World(corrects=True)

ONE_PROCESS: Final = small_rules.World(deliveries=(2,), closes=True, refuses=True)
TWO_PROCESSES: Final = small_rules.World(closes=True, refuses=True)
STRANGER: Final = small_rules.World(rows=(2,), stranger=True)
FORGOTTEN: Final = small_rules.World(rows=(2,), forgets=True)

PENDING_WORLDS: Final = {
    "sealing": SEALING,
    "one chunk": ONE_CHUNK,
    "three attempts": THREE_ATTEMPTS,
    "two chunks": TWO_CHUNKS,
    "backlog": BACKLOG,
    "failing chunks": FAILING,
    "correction": CORRECTION,
}
SMALL_WORLDS: Final = {
    "one process": ONE_PROCESS,
    "two processes": TWO_PROCESSES,
    "stranger": STRANGER,
    "forgotten": FORGOTTEN,
}

PENDING_BREAKS: Final = {
    "no_acknowledgement_on_found_seal": (SEALING, DEAD_END),
    "no_acknowledgement_on_foreign_claim": (ONE_CHUNK, DEAD_END),
    "done_before_looking": (TWO_CHUNKS, DEAD_END),
    "finalize_late": (BACKLOG, DEAD_END),
    "young_not_found_is_doubted": (ONE_CHUNK, pending.WASTED),
    "decide_before_commit": (ONE_CHUNK, pending.EARLY),
    "one_decision_object": (ONE_CHUNK, pending.DOUBLED),
    "evidence_binds_its_attempt": (THREE_ATTEMPTS, pending.DOUBLED),
    "frozen_stream_list": (TWO_CHUNKS, pending.LOST_ROWS),
    "one_committed_proves_all": (BACKLOG, DEAD_END),
    "repeat_before_counting": (ONE_CHUNK, pending.DOUBLED),
    "dead_after_25_hours": (ONE_CHUNK, pending.DOUBLED),
    "count_by_ingested_at": (CORRECTION, pending.LOST_ROWS),
    "republish_before_return": (TWO_CHUNKS, DEAD_END),
    "republish_by_everyone": (TWO_CHUNKS, DEAD_END),
    "failed_chunk_is_computed_again": (FAILING, DEAD_END),
    "failed_read_after_done": (FAILING, DEAD_END),
    "failed_unless_done": (FAILING, DEAD_END),
}
"""What goes wrong without each rule of the pending lane, and in which world."""

SMALL_BREAKS: Final = {
    "no_acknowledgement_on_foreign_claim": (TWO_PROCESSES, DEAD_END),
    "claim_before_append": (TWO_PROCESSES, small.EARLY),
    "stream_used_by_one": (ONE_PROCESS, small.LOST_ROWS),
    "dropped_after_doubtful_claim": (TWO_PROCESSES, small.LOST_ROWS),
    "dropped_after_doubtful_append": (TWO_PROCESSES, small.LOST_ROWS),
    "fence_before_dead": (TWO_PROCESSES, small.DOUBLED),
    "all_rows_present": (STRANGER, small.LOST_ROWS),
    "missing_must_be_old": (FORGOTTEN, small.DOUBLED),
    "young_sight_is_not_noted": (FORGOTTEN, small.DOUBLED),
    "age_before_request": (FORGOTTEN, small.DOUBLED),
    "missing_seen_twice": (FORGOTTEN, small.DOUBLED),
}
"""What goes wrong without each rule of the small lane, and in which world."""


@pytest.mark.parametrize("name", PENDING_WORLDS)
def test_nothing_is_lost_doubled_or_stuck_in_the_pending_lane(
    name: str, note: Callable[[object], None]
) -> None:
    result = search(PendingLane(PENDING_WORLDS[name]))
    note(f"{result.states:,} states")
    assert result.violation is None, str(result.violation)


@pytest.mark.parametrize("name", SMALL_WORLDS)
def test_nothing_is_lost_doubled_or_stuck_in_the_small_lane(
    name: str, note: Callable[[object], None]
) -> None:
    result = search(SmallLane(SMALL_WORLDS[name]))
    note(f"{result.states:,} states")
    assert result.violation is None, str(result.violation)


@pytest.mark.parametrize("rule", PENDING_BREAKS)
def test_each_rule_of_the_pending_lane_is_needed(rule: str, note: Callable[[object], None]) -> None:
    world, expected = PENDING_BREAKS[rule]
    rules = replace(pending_rules.ALL_RULES, **{rule: False})
    _breaks(PendingLane(world, rules), expected, note)


@pytest.mark.parametrize("rule", SMALL_BREAKS)
def test_each_rule_of_the_small_lane_is_needed(rule: str, note: Callable[[object], None]) -> None:
    world, expected = SMALL_BREAKS[rule]
    rules = replace(small_rules.ALL_RULES, **{rule: False})
    _breaks(SmallLane(world, rules), expected, note)


def _breaks(model: Any, expected: str, note: Callable[[object], None]) -> None:
    """The search must find the expected property broken. If it is not, the message shows what is
    broken instead, with its trace."""
    found = search(model, only=[expected])
    if found.violation is None:
        pytest.fail(
            f"{found.states:,} states keep the property {expected!r}; found instead: "
            f"{search(model).violation}"
        )
    note(f"{expected.partition(':')[0]} after {len(found.violation.names)} steps")


def test_every_rule_is_switched_off_once() -> None:
    assert {field.name for field in fields(pending_rules.Rules)} == set(PENDING_BREAKS)
    assert {field.name for field in fields(small_rules.Rules)} == set(SMALL_BREAKS)
