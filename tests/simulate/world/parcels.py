"""What the platform has to deliver. A delivery that fails is repeated with backoff; after the last
attempt its message is forwarded to the dead-letter topic. Success of any delivery of a message ends
all its repetitions, also while another delivery of it is still running."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cloudevents.http import CloudEvent

from csvgate.ports import Message
from csvgate.protocol.cloudevents_pubsub import raw_delivery
from csvgate.protocol.dead_letters import PREFIX
from csvgate.protocol.events import STORAGE_FINALIZED
from csvgate.protocol.identity import Upload
from csvgate.protocol.messages.attributes import PLAN, UPLOAD, attribute
from simulate.world.cloud import Cloud
from simulate.world.operator import NOTIFICATIONS, OPERATOR, order
from world import COMPLETE, FUNCTIONS, VALIDATED, finalized, letters_of, published

SUBSCRIBERS = {VALIDATED: "enrich_records", COMPLETE: "notify_stakeholders"}
NO_MESSAGE = Message(b"")
BACKOFF = timedelta(seconds=10)
REREAD = "chunk.missing"
"""A letter with this code is replayed to validate_and_parse, which reads the file again."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery of one message on its way to one function."""

    id: int
    """The id of the message, which its redeliveries share."""
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
    done: set[int] = field(default_factory=set)
    """Messages that are acknowledged, or forwarded to a dead-letter topic."""
    most_backoff: timedelta = timedelta(minutes=10)
    _last: int = 0

    def post(
        self,
        function: str,
        name: str,
        storage_event: CloudEvent | None = None,
        message: Message = NO_MESSAGE,
    ) -> None:
        """Deliver something new."""
        self._last += 1
        self.waiting.append(
            Parcel(self._last, function, name, self.cloud.now, storage_event, message)
        )

    def collect(self) -> None:
        """Collect the messages that have been published since the last call."""
        cloud = self.cloud
        for topic, function in SUBSCRIBERS.items():
            messages = cloud.publisher.topics[topic]
            for message in messages[cloud.delivered[topic] :]:
                self.post(function, label(message), message=message)
            cloud.delivered[topic] = len(messages)
        notified = cloud.publisher.topics[NOTIFICATIONS]
        for message in notified:
            said = json.loads(message.data)
            self._reread(said["name"], int(said["generation"]))
        notified.clear()

    def acknowledge(self, parcel: Parcel) -> None:
        """No delivery of this message begins any more."""
        self.done.add(parcel.id)
        self.waiting = [each for each in self.waiting if each.id != parcel.id]

    def retry(self, parcel: Parcel) -> None:
        """Deliver it again later, or forward it to the dead-letter topic after its last attempt."""
        if parcel.id in self.done:
            return
        if parcel.attempt >= self.cloud.max_attempts:
            self.acknowledge(parcel)
            if parcel.function == OPERATOR:
                return  # the operator runs the command again at the end
            self.cloud.publisher.accept(letters_of(parcel.function), parcel.kept())
            return
        self.redeliver(parcel, min(self.most_backoff, BACKOFF * 2 ** min(parcel.attempt - 1, 20)))

    def redeliver(self, parcel: Parcel, after: timedelta) -> None:
        """Deliver it once more, whatever becomes of this delivery."""
        due = self.cloud.now + after
        self.waiting.append(replace(parcel, attempt=parcel.attempt + 1, due=due))

    def repeat(self, parcel: Parcel, after: timedelta) -> None:
        """Deliver it again although it was acknowledged, as the service may."""
        self._last += 1
        due = self.cloud.now + after
        self.waiting.append(replace(parcel, id=self._last, attempt=1, due=due))

    def letters(self) -> Iterator[tuple[str, int, Message]]:
        for function in FUNCTIONS:
            for place, letter in enumerate(self.cloud.letters(function)):
                yield function, place, letter

    def replay(self, function: str, place: int) -> None:
        """Replay a dead letter as an operator does: the original message, to its function; or the
        event of the file, if that must be read again."""
        self.replayed.add((function, place))
        letter = self.cloud.letters(function)[place]
        if letter.attributes.get("csvgate-code") == REREAD:
            self._reread_letter(letter)
            return
        kept = {k: v for k, v in letter.attributes.items() if not k.startswith(PREFIX)}
        message = Message(letter.data, kept)
        event = storage_event(message) if kept.get("ce-type") == STORAGE_FINALIZED else None
        self.post(function, f"replay of {label(message)}", event, message)

    def act(self, number: int) -> None:
        """An operator runs the command of this order."""
        action, upload = self.cloud.orders.given[number]
        self.post(OPERATOR, f"{action} {upload[:6]}", message=order(number))

    def _reread_letter(self, letter: Message) -> None:
        self._reread_upload(attribute(letter.attributes, UPLOAD))

    def _reread(self, name: str, generation: int) -> None:
        self._reread_upload(Upload("uploads", name, generation).id)

    def _reread_upload(self, upload: str) -> None:
        received = self.cloud.unwatched_ledger().upload(upload).received()
        assert received is not None
        info = self.cloud.info_of(received)
        self.post("validate_and_parse", f"reads {upload[:6]} again", finalized(info))


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
    chunk = json.loads(message.data).get("index") if message.data else None
    which = attribute(message.attributes, UPLOAD)[:6]
    plan = attribute(message.attributes, PLAN)[:4]
    number = "" if chunk is None else f"chunk {chunk}"
    return " ".join(part for part in (kind, which, plan, number) if part)
