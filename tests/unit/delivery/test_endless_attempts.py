"""An upload of one chunk whose attempts all fail: it ends in dead letters, not in an endless series
of attempts and messages."""

from csvgate.runtime.errors import Transient
from fakes.effects import Effect
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from world import COMPLETE, VALIDATED, World

SMALL = 5


def refusing(effect: Effect) -> None:
    """The Storage Write API sees a new column only after some minutes, or never."""
    if effect.kind == "bigquery.append":
        raise Transient("table.schema", "the table has no column b")


def test_attempts_that_all_fail_do_not_publish_the_upload_again_and_again() -> None:
    """Each new message would be delivered many times, open another attempt and publish another
    message. The message of an upload with one chunk is enough: it is delivered until all is
    done."""
    world = World()
    world.validate(world.upload("orders/a.csv", orders(SMALL)))
    world.effects.before = refusing
    messages = world.publisher.topics[VALIDATED]
    for _ in range(3):
        world.deliver(VALIDATED, messages[0])
    assert 1 == len(messages)
    assert 3 == len(world.letters("enrich_records"))
    world.effects.before = lambda _: None
    assert "completed" == world.deliver(VALIDATED, messages[0])
    assert SMALL == len(loaded(world)) == len(set(loaded(world)))
    assert "completed" in {event.outcome for event in world.finished()}
    assert len(messages) == 1
    assert world.publisher.topics[COMPLETE]
