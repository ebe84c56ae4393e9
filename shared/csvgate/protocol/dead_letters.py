"""Dead letters: the original message unchanged, with the reason in `csvgate-…` attributes."""

import json
from collections.abc import Mapping
from typing import Final

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, Message, Publisher
from csvgate.protocol.cloudevents_pubsub import Delivery
from csvgate.protocol.events import DEAD_LETTER
from csvgate.runtime.errors import Failure
from csvgate.text import shorten_bytes

PREFIX: Final = "csvgate-"
BREAKER: Final = "breaker"
BREAKER_OPEN: Final = "open"
"""Value of the attribute `csvgate-breaker`: the letter was sent at the last attempt, while the
breaker of its function was open."""
ATTRIBUTE_BYTES: Final = 1024
_MAX_ATTRIBUTES: Final = 100


def counts_attribute(counts: Mapping[str, int]) -> str:
    """Return the rows by code as JSON. The rarest codes are added up as "other" when not all of
    them fit."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    for kept in range(len(ranked), -1, -1):
        shown = dict(ranked[:kept])
        other = sum(n for _, n in ranked[kept:])
        text = json.dumps({**shown, "other": other} if other else shown)
        if len(text.encode()) <= ATTRIBUTE_BYTES:
            return text
    raise AssertionError("the total alone always fits")


def dead_letter(
    delivery: Delivery, reason: Failure, *, origin: Mapping[str, str], extra: Mapping[str, str]
) -> Message:
    """Return the dead letter of a message. `origin` and `extra` give attributes by name without
    prefix; values are shortened to fit.

    A message keeps all its own attributes. If there are too many for ours to fit, the most
    important of ours are kept.
    """
    ours = {
        "type": DEAD_LETTER,
        "code": reason.code,
        "message": reason.message,
        **origin,
        "attempt": "" if delivery.attempt is None else str(delivery.attempt),
        "first-seen": delivery.first_seen.isoformat() if delivery.first_seen else "",
        "trace": delivery.trace,
        **extra,
    }
    attributes = dict(delivery.message.attributes)
    for name, value in ours.items():
        if len(attributes) < _MAX_ATTRIBUTES and value:
            attributes[f"{PREFIX}{name}"] = shorten_bytes(value, ATTRIBUTE_BYTES)
    return Message(data=delivery.message.data, attributes=attributes)


@dataclass(frozen=True, slots=True)
class DeadLetterTopic:
    """The dead-letter topic of one function."""

    publisher: Publisher
    topic: str
    function: str
    revision: str
    clock: Clock

    def send(
        self, delivery: Delivery, reason: Failure, extra: Mapping[str, str] | None = None
    ) -> None:
        """Returns once Pub/Sub has the dead letter; raises Transient otherwise."""
        origin = {
            "function": self.function,
            "revision": self.revision,
            "dead-lettered-at": self.clock().isoformat(),
        }
        letter = dead_letter(delivery, reason, origin=origin, extra=extra or {})
        self.publisher.publish(self.topic, letter).wait()
