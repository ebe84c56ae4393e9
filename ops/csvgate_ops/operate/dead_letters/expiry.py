"""When Pub/Sub deletes a letter on which nobody has acted, and whether its clock and a function's
differ. Pure."""

from datetime import datetime, timedelta
from typing import Final

from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.text import rough_duration

SOON: Final = timedelta(days=3)
"""Lists warn of letters that expire within this time: a weekend."""
CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""A smaller difference between two clocks does not matter for ages."""


def expiry(published_at: datetime, retention: int | None) -> datetime | None:
    """Return when a letter expires that its subscription keeps for `retention` seconds."""
    return None if retention is None else published_at + timedelta(seconds=retention)


def expires(at: datetime, now: datetime) -> str:
    """Return `expires in 3 days`, rounded down: there is at least that much time left."""
    left = (at - now).total_seconds()
    return f"expires in {rough_duration(left)}" if left >= 1 else "expires now"


def expires_soon(at: datetime | None, now: datetime) -> str:
    """Return the words only if a list has to warn of the expiry."""
    return expires(at, now) if at is not None and at - now < SOON else ""


def clock_difference(letter: DeadLetter) -> str:
    """Return how the clock of the sender differs from that of Pub/Sub; empty if it hardly does."""
    ahead = letter.dead_lettered_at - letter.published_at
    if abs(ahead) < CLOCKS_DIFFER:
        return ""
    words = "ahead of" if ahead > timedelta(0) else "behind"
    return f"the sender’s clock was {rough_duration(abs(ahead).total_seconds())} {words} Pub/Sub’s"
