"""Decides when a function should stop dead-lettering. Pure.

If a function dead-letters nearly everything, the cause is a bad deploy or a failing service and not
the messages. Its breaker then opens: the function raises instead, and messages wait in their
subscription.

The breaker trips when the latest dead letters of all instances concern `letters` distinct uploads
within `window`, and their share of all uploads that were finished between them is at least `share`.
An upload counts once however many of its messages are dead-lettered, so one hopeless file does not
stop a function. Uploads finished before the first of them do not count, so a week of good work does
not delay the trip, and occasional dead letters never cause one.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Self

from csvgate.light_dataclass import dataclass
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
    """A dead letter, and what it is about."""

    at: datetime
    subject: str
    """See `subject_of`."""
    handled: int
    """Deliveries with which its instance finished an upload since its previous dead letter."""
    code: str


@dataclass(frozen=True, slots=True)
class Trip:
    """The reason why the breaker opens."""

    since: datetime
    letters: int
    """Uploads with a dead letter."""
    handled: int
    codes: dict[str, int]
    """These uploads by the code of their first dead letter, most frequent first."""


def subject_of(context: Mapping[str, str], message: Message) -> str:
    """Return what a dead letter counts as: the upload that it is about, or else its message."""
    return context.get("upload") or message_key(message)


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
            distinct.setdefault(letter.subject, letter)
    latest = list(distinct.values())[-limits.letters :]
    if len(latest) < limits.letters:
        return None
    handled = sum(letter.handled for letter in latest)
    if len(latest) < limits.share * (len(latest) + handled):
        return None
    codes = Counter(letter.code for letter in latest)
    return Trip(latest[0].at, len(latest), handled, dict(codes.most_common()))
