"""A discard's dry run warns when the letter is perhaps the only way for its upload to end."""

from csvgate.ports import Column
from csvgate_ops.operate.dead_letters.actions.discard import discard
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.runs import RunOptions
from fakes.bigquery import Table
from unit.operate.dead_letters.contexts import REALLY, LetterWorld, letter_world
from unit.protocol.orders import orders
from world import World, letters_of

ENRICH = Filter(functions=("enrich_records",))
WARNING = "its upload has not ended"


def failed(bad: int = 0) -> LetterWorld:
    world = World()
    world.warehouse.tables["sales.orders"] = Table((Column("amount", "STRING"),))
    there = letter_world(world)
    world.validate(world.upload("orders/a.csv", orders(120, bad=bad)))
    world.drain()
    return there


def planned(there: LetterWorld, wanted: Filter = ENRICH) -> list[str]:
    return [outcome.detail for outcome in discard(there.context, wanted, RunOptions()).outcomes]


def test_it_warns_while_the_upload_has_not_ended() -> None:
    there = failed()
    assert 1 == len(planned(there))
    assert all(WARNING in detail for detail in planned(there))
    done = discard(there.context, ENRICH, REALLY).outcomes
    assert {"done"} == {outcome.result for outcome in done}
    assert not any(WARNING in outcome.detail for outcome in done)


def test_it_does_not_warn_once_the_upload_has_ended() -> None:
    there = failed()
    letters = list(there.world.letters("enrich_records"))
    del there.world.warehouse.tables["sales.orders"]
    there.world.restart()
    replay(there.context, ENRICH, REALLY)
    there.deliver()
    there.world.publisher.topics[letters_of("enrich_records")] += letters
    assert len(planned(there)) == len(letters)
    assert not any(WARNING in detail for detail in planned(there))


def test_it_does_not_warn_of_letters_about_rejected_rows() -> None:
    there = failed(bad=2)
    (detail,) = planned(there, Filter(functions=("validate_and_parse",)))
    assert WARNING not in detail


def test_an_upload_with_many_letters_is_looked_up_about_once() -> None:
    there = failed()
    there.world.effects.looks.clear()
    count = len(planned(there))
    pins = [e for e in there.world.effects.looks if e.target.endswith("/received.json")]
    # Several threads may look at the same time before the first has its answer.
    assert len(pins) <= min(8, count)
