"""Decides when a function should stop dead-lettering. Pure.

If a function dead-letters nearly everything, the cause is a bad deploy or a failing service and not
the messages. Its breaker then opens: the function raises instead, and messages wait in their
subscription.

The breaker trips when the latest dead letters of all instances are `letters` distinct messages
within `window`, and their share of all messages that were finished between them is at least
`share`. Messages handled before the first of them do not count, so a week of good work does not
delay the trip, and occasional dead letters never cause one.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from csvgate.ports import Message
from csvgate.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits from deploy/topology.yaml."""

    window: timedelta
    letters: int
    """At least 1."""
    share: float
    """Above 0, at most 1."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        window = timedelta(seconds=settings.breaker_window_seconds)
        return cls(window, settings.breaker_letters, settings.breaker_share)


@dataclass(frozen=True, slots=True)
class CountedLetter:
    """A message that was dead-lettered."""

    at: datetime
    message: str
    """The message's `message_key`."""
    handled: int
    """Deliveries that its instance handled since its previous dead letter."""
    code: str


@dataclass(frozen=True, slots=True)
class Trip:
    """The reason why the breaker opens."""

    since: datetime
    letters: int
    handled: int
    codes: dict[str, int]
    """Dead letters by code, most frequent first."""


def message_key(message: Message) -> str:
    """Return a key that is the same for every delivery and replay of a message: a hash of the
    event's source and id, or of the data if the message is not a CloudEvent."""
    event = message.attributes.get("ce-id")
    source = message.attributes.get("ce-source", "")
    identity = f"{source}\n{event}".encode() if event else message.data
    return hashlib.sha256(identity).hexdigest()[:20]


def decide(limits: Limits, letters: Iterable[CountedLetter], now: datetime) -> Trip | None:
    """Return the trip that these letters cause, or None if they are within the limits."""
    distinct: dict[str, CountedLetter] = {}
    for letter in sorted(letters, key=lambda letter: letter.at):
        if letter.at > now - limits.window:
            distinct.setdefault(letter.message, letter)
    latest = list(distinct.values())[-limits.letters :]
    if len(latest) < limits.letters:
        return None
    handled = sum(letter.handled for letter in latest)
    if len(latest) < limits.share * (len(latest) + handled):
        return None
    codes = Counter(letter.code for letter in latest)
    return Trip(latest[0].at, len(latest), handled, dict(codes.most_common()))
