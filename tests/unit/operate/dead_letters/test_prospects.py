"""Every replay has an effect, or the letter says what has to happen before it does."""

from csvgate.protocol.stream_ages import StreamAges, named_time
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.replay import REPLAY, replay
from csvgate_ops.operate.dead_letters.actions.show import show
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.prospects import warning
from csvgate_ops.operate.dead_letters.runs import RunOptions
from csvgate_ops.operate.settle import settle
from unit.operate.dead_letters.contexts import LetterWorld
from unit.operate.loads import (
    committed,
    complete_once,
    decided,
    decision_of,
    letter_codes,
    passes,
    replay_failures,
)
from unit.protocol.invariants import loaded


def shown(there: LetterWorld, code: str) -> str:
    letter = next(it for it in read(there.context).letters if it.code == code)
    return show(there.context, letter.id).replay


def unsettled() -> tuple[LetterWorld, str]:
    """Six hours after the decision: the streams are gone, and nothing proves it for good."""
    there, upload = decided()
    passes(there, hours=6)
    replay_failures(there)
    assert {"commit.unsettled"} == letter_codes(there)
    return there, upload


def test_before_the_hour_a_letter_names_it_and_a_replay_is_harmless() -> None:
    there, upload = unsettled()
    pending = decision_of(there, upload).pending
    assert pending is not None
    hour = named_time(pending.oldest + StreamAges().commit_within)
    assert f"until {hour}" in shown(there, "commit.unsettled")
    wanted = Filter(codes=("commit.unsettled",))
    planned = replay(there.context, wanted, RunOptions()).outcomes
    assert all(hour in outcome.detail for outcome in planned)
    letter = next(it for it in read(there.context).letters if it.code == "commit.unsettled")
    route = there.context.route_of(letter)
    assert route is not None
    assert hour in REPLAY.preview(there.context, letter, route)
    assert replay_failures(there).count("done")
    assert {"commit.unsettled"} == letter_codes(there)
    assert [] == loaded(there.world)


def test_after_the_hour_a_replay_loads_what_was_never_committed() -> None:
    there, _ = unsettled()
    passes(there, days=2)
    assert "comes back" not in shown(there, "commit.unsettled")
    assert "may come back" not in shown(there, "commit.unsettled")
    replay_failures(there)
    complete_once(there)
    assert set() == letter_codes(there)


def test_after_three_days_a_replay_completes_what_was_committed() -> None:
    there, _ = committed()
    passes(there, days=3)
    replay_failures(there)
    complete_once(there)
    assert set() == letter_codes(there)


def partial() -> tuple[LetterWorld, str]:
    """Committed rows of which somebody deleted one before csvgate could count them."""
    there, upload = committed()
    there.world.warehouse.rows("sales.orders").pop()
    passes(there, days=3)
    replay_failures(there)
    assert {"commit.partial"} == letter_codes(there)
    return there, upload


def test_a_partly_visible_load_asks_for_a_verdict_first() -> None:
    there, upload = partial()
    assert f"csvgate settle {upload}" in shown(there, "commit.partial")
    replay_failures(there)
    assert {"commit.partial"} == letter_codes(there), "it comes back, as the warning says"


def test_settled_as_committed_a_replay_completes_the_upload_as_it_is() -> None:
    there, upload = partial()
    before = loaded(there.world)
    clock = there.context.clock
    settle(there.world.ledger, upload, "committed", actor="me", reason="a test row", clock=clock)
    assert "csvgate settle" not in shown(there, "commit.partial")
    replay_failures(there)
    assert before == loaded(there.world)
    assert set() == letter_codes(there)
    assert "completed" in [event.outcome for event in there.world.finished()]


def test_settled_as_not_loaded_a_replay_loads_all_rows_again() -> None:
    there, upload = partial()
    there.world.warehouse.rows("sales.orders").clear()
    clock = there.context.clock
    settle(there.world.ledger, upload, "not-loaded", actor="me", reason="deleted", clock=clock)
    replay_failures(there)
    complete_once(there)
    assert set() == letter_codes(there)


def test_a_warning_reads_the_ledger_only_for_the_codes_that_need_it() -> None:
    there, _ = decided()
    letters = read(there.context).letters
    assert {"bigquery.unavailable"} <= {letter.code for letter in letters}
    there.world.effects.looks.clear()
    assert [""] * len(letters) == [warning(letter, there.context) for letter in letters]
    assert [] == there.world.effects.looks


def test_once_the_upload_has_ended_nothing_is_warned_of() -> None:
    there, _ = unsettled()
    letter = next(it for it in read(there.context).letters if it.code == "commit.unsettled")
    passes(there, days=2)
    replay_failures(there)
    assert "" == warning(letter, there.context)
