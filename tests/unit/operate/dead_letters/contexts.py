"""A context over the in-memory pipeline."""

from dataclasses import dataclass

from cloudevents.http import CloudEvent

from csvgate.contracts.match import Contracts
from csvgate.ports import Message
from csvgate.protocol.events import STORAGE_FINALIZED
from csvgate_ops.local.eventarc.message import Received
from csvgate_ops.local.eventarc.storage_event import object_finalized
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.queue.routes import Route
from csvgate_ops.operate.dead_letters.runs import RunOptions
from fakes.queues import START, FakeQueues
from world import COMPLETE, FUNCTIONS, VALIDATED, World, letters_of

TRANSPORT = "eventarc-validate-and-parse"
SOURCES = dict(zip(FUNCTIONS, (TRANSPORT, VALIDATED, COMPLETE), strict=True))
REALLY = RunOptions(dry_run=False, reason="a test")


def review_of(function: str) -> str:
    return f"{letters_of(function)}-review"


@dataclass
class LetterWorld:
    """A world and the context where its dead letters are reviewed."""

    world: World
    context: DeadLetterContext
    queues: FakeQueues
    _delivered: int = 0

    def left(self) -> int:
        return sum(self.queues.left(review_of(function)) for function in FUNCTIONS)

    def deliver(self) -> list[str]:
        """What was replayed to the storage trigger goes to validate_and_parse as Eventarc sends
        it, then everything else goes its way; what became of the storage events."""
        new = self.world.publisher.topics[TRANSPORT][self._delivered :]
        self._delivered += len(new)
        outcomes = [self.world.validate(storage_event(message)) for message in new]
        self.world.drain()
        return outcomes


def letter_world(world: World | None = None, contracts: Contracts | None = None) -> LetterWorld:
    world = world or World()
    world.publisher.topics.setdefault(TRANSPORT, [])
    queues = FakeQueues(
        world.publisher,
        {review_of(function): letters_of(function) for function in FUNCTIONS},
        world.effects,
    )
    found = tuple(
        Route(
            function=function,
            review=review_of(function),
            dead_letter_topic=letters_of(function),
            source_topic=SOURCES[function],
            is_storage=function == "validate_and_parse",
            retention=31 * 86_400,
        )
        for function in FUNCTIONS
    )
    context = DeadLetterContext(
        routes=found,
        queues=queues,
        publisher=world.publisher,
        ledger=world.ledger,
        buckets={name: name for name in world.store.buckets},
        contracts=contracts or world.contracts,
        actor="tester@here",
        clock=world.clock,
        patience=0.0,
        lease_wait=0.0,
    )
    return LetterWorld(world, context, queues)


def storage_event(message: Message) -> CloudEvent:
    """The event that Eventarc makes from a notification."""
    received = Received(message.data, message.attributes, "m", START)
    event = object_finalized(received, bucket="uploads")
    assert STORAGE_FINALIZED == event.attributes["type"]
    return CloudEvent(dict(event.attributes), dict(event.data))
