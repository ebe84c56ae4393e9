"""What the platform has to deliver. A delivery that fails is repeated with backoff; after the last
attempt its message is forwarded to the dead-letter topic."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cloudevents.http import CloudEvent

from csvgate.ports import Message
from csvgate.protocol.cloudevents_pubsub import raw_delivery
from csvgate.protocol.dead_letters import PREFIX
from csvgate.protocol.events import STORAGE_FINALIZED
from csvgate.protocol.messages.attributes import CHUNK, PLAN, UPLOAD, attribute
from simulate.world.cloud import Cloud
from world import COMPLETE, FUNCTIONS, MAX_ATTEMPTS, VALIDATED, letters_of, published

SUBSCRIBERS = {VALIDATED: "enrich_records", COMPLETE: "notify_stakeholders"}
NO_MESSAGE = Message(b"")
BACKOFF = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One event on its way to one function."""

    function: str
    label: str
    due: datetime
    storage_event: CloudEvent | None = None
    """None when it is a message."""
    message: Message = NO_MESSAGE
    attempt: int = 1

    def event(self) -> CloudEvent:
        return self.storage_event or published(self.message, self.attempt)

    def kept(self) -> Message:
        """The message as the platform's own forwarding keeps it."""
        return raw_delivery(self.storage_event).message if self.storage_event else self.message

    def __str__(self) -> str:
        return f"{self.label} (attempt {self.attempt})"


@dataclass(slots=True)
class Mailroom:
    cloud: Cloud
    waiting: list[Parcel] = field(default_factory=list)
    replayed: set[tuple[str, int]] = field(default_factory=set)
    """Function and index in its dead-letter topic."""

    def collect(self) -> None:
        """Collect the messages that have been published since the last call."""
        cloud = self.cloud
        for topic, function in SUBSCRIBERS.items():
            messages = cloud.publisher.topics[topic]
            for message in messages[cloud.delivered[topic] :]:
                self.waiting.append(Parcel(function, label(message), cloud.now, message=message))
            cloud.delivered[topic] = len(messages)

    def retry(self, parcel: Parcel) -> None:
        """Deliver it again later, or forward it to the dead-letter topic after its last attempt."""
        if parcel.attempt >= MAX_ATTEMPTS:
            self.cloud.publisher.accept(letters_of(parcel.function), parcel.kept())
            return
        due = self.cloud.now + BACKOFF * 2 ** (parcel.attempt - 1)
        self.waiting.append(replace(parcel, attempt=parcel.attempt + 1, due=due))

    def letters(self) -> Iterator[tuple[str, int, Message]]:
        for function in FUNCTIONS:
            for place, letter in enumerate(self.cloud.letters(function)):
                yield function, place, letter

    def replay(self, function: str, place: int) -> None:
        """Replay a dead letter as an operator does: the original message, to its function."""
        self.replayed.add((function, place))
        letter = self.cloud.letters(function)[place]
        kept = {k: v for k, v in letter.attributes.items() if not k.startswith(PREFIX)}
        message = Message(letter.data, kept)
        event = storage_event(message) if kept.get("ce-type") == STORAGE_FINALIZED else None
        name = f"replay of {label(message)}"
        self.waiting.append(Parcel(function, name, self.cloud.now, event, message))


def storage_event(message: Message) -> CloudEvent:
    """The event in a dead letter of validate_and_parse."""
    attributes = {
        name.removeprefix("ce-"): value
        for name, value in message.attributes.items()
        if name.startswith("ce-")
    }
    return CloudEvent(attributes, json.loads(message.data))


def label(message: Message) -> str:
    """A short name for traces."""
    kind = (
        (attribute(message.attributes, "type") or "?").removeprefix("csvgate.").removesuffix(".v1")
    )
    chunk = message.attributes.get("chunk") or attribute(message.attributes, CHUNK)
    which = attribute(message.attributes, UPLOAD)[:6]
    plan = attribute(message.attributes, PLAN)[:4]
    return " ".join(part for part in (kind, which, plan, f"chunk {chunk}" if chunk else "") if part)
