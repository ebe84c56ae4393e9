"""When a function should stop dead-lettering. Pure.

A function that dead-letters nearly everything is a bad deploy or a broken neighbour, not bad
messages. Its breaker then opens: it raises instead, and messages wait in their subscription.

The latest letters decide, and what was handled between them: `letters` distinct messages within
`window`, of all instances, with so few handled in between that the letters' share is `share` or
more. A week of good work before the first letter does not delay the trip, and a trickle of letters
never trips it.
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
    """From deploy/topology.yaml."""

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
    """Its `message_key`."""
    handled: int
    """Deliveries that its instance handled since the letter before."""
    code: str


@dataclass(frozen=True, slots=True)
class Trip:
    """Why the breaker opens."""

    since: datetime
    letters: int
    handled: int
    codes: dict[str, int]
    """Letters by code, most frequent first."""


def message_key(message: Message) -> str:
    """The same for every delivery and every replay of a message: the event's own identity, or the
    bytes of what is no event."""
    event = message.attributes.get("ce-id")
    source = message.attributes.get("ce-source", "")
    identity = f"{source}\n{event}".encode() if event else message.data
    return hashlib.sha256(identity).hexdigest()[:20]


def decide(limits: Limits, letters: Iterable[CountedLetter], now: datetime) -> Trip | None:
    """The trip that these letters make; None while they stay within the limits."""
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
