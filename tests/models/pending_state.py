"""The states of the pending lane, and how a delivery gets from one to the next."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from models.search import Step
from models.tuples import changed, without

# The states of a pending stream.
NONE: Final = "none"
OPEN: Final = "open"
"""The rows are appended."""
FINALIZED: Final = "finalized"
LOST: Final = "lost"
"""The service deleted the uncommitted rows."""
COMMITTED: Final = "committed"
COLLECTED: Final = "collected"
"""Committed, its rows are visible, but the service does not know the stream any more."""

VISIBLE: Final = (COMMITTED, COLLECTED)
GONE: Final = (LOST, COLLECTED)
"""Both are answered with NOT_FOUND."""


class Message(NamedTuple):
    """A message. The events of an attempt are other messages than those of the attempt before."""

    attempt: int
    chunk: int

    @property
    def name(self) -> str:
        return "the storage event" if self == STORAGE_EVENT else f"chunk {self.chunk}'s event"


STORAGE_EVENT: Final = Message(0, -1)


class Attempt(NamedTuple):
    """The ledger entries and the streams of one attempt."""

    streams: tuple[str, ...]
    done: tuple[bool, ...]
    young: bool = False
    """The newest stream was created seconds ago."""
    old: bool = False
    """The oldest stream was created more than 25 hours ago."""
    commit: bool = False
    abandoned: bool = False
    dead: bool = False
    late: bool = False
    """A commit was sent whose sender gave up. It may be executed now, later, or never."""
    republished: bool = False
    failed: int = -1
    """The chunk in failed.json; -1 if there is none."""
    late_failed: int = -1
    """The chunk in a failed.json that may be created late; -1 if there is none."""

    @property
    def ended(self) -> bool:
        return self.abandoned or self.dead

    @property
    def failed_and_done(self) -> bool:
        return self.failed >= 0 and self.done[self.failed]


class Delivery(NamedTuple):
    """A running delivery: the step it takes next, what it was delivered, and its attempt."""

    step: str
    message: Message
    attempt: int

    @property
    def name(self) -> str:
        if self.message == STORAGE_EVENT:
            return "validate"
        return f"chunk {self.message.chunk}, attempt {self.attempt + 1}"


IDLE: Final = Delivery("", STORAGE_EVENT, 0)


class State(NamedTuple):
    attempts: tuple[Attempt, ...]
    messages: frozenset[Message]
    """Neither acknowledged nor, as dead letters, beyond a replay: they can be delivered."""
    deliveries: tuple[Delivery, ...]
    """Sorted, because it does not matter which process runs which delivery."""
    sealed: bool
    finished: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """Builds the steps of one delivery in one state. Changes are fields of State, or of the
    delivery's attempt."""

    state: State
    index: int

    @property
    def delivery(self) -> Delivery:
        return self.state.deliveries[self.index]

    @property
    def attempt(self) -> Attempt:
        return self.state.attempts[self.delivery.attempt]

    def to(self, name: str, step: str, fault: bool = False, **changes: object) -> Step[State]:
        """The delivery goes on with this step."""
        return self.goes(name, self.delivery._replace(step=step), fault, **changes)

    def goes(
        self, name: str, delivery: Delivery, fault: bool = False, **changes: object
    ) -> Step[State]:
        of_state = {key: changes.pop(key) for key in State._fields if key in changes}
        attempts = self.state.attempts
        if changes:
            attempts = changed_attempt(attempts, self.delivery.attempt, **changes)
        deliveries = tuple(sorted((*without(self.state.deliveries, self.index), delivery)))
        if self.delivery != IDLE:
            name = f"{self.delivery.name}: {name}"
        fields = {"attempts": attempts, "deliveries": deliveries, **of_state}
        return Step(name, self.state._replace(**fields), fault)  # type: ignore[arg-type]

    def acknowledges(self, name: str, message: Message) -> Step[State]:
        """The delivery returns success, which ends the message for all of its duplicates."""
        return self.goes(name, IDLE, messages=self.state.messages - {message})

    def time(self, name: str, number: int, fault: bool = True, **changes: object) -> Step[State]:
        """The attempt of this number changes, and no delivery goes on."""
        attempts = changed_attempt(self.state.attempts, number, **changes)
        return Step(name, self.state._replace(attempts=attempts), fault)


def changed_attempt(
    attempts: tuple[Attempt, ...], number: int, **changes: object
) -> tuple[Attempt, ...]:
    return changed(attempts, number, attempts[number]._replace(**changes))  # type: ignore[arg-type]
