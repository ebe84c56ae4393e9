"""What an operator is told about a code."""

from enum import StrEnum
from typing import NamedTuple


class Then(StrEnum):
    """What becomes of the dead letter once the remedy is done."""

    REPLAY = "replay"
    """Send it again: it goes on from where it stopped."""
    UPLOAD = "upload again, then discard"
    """Its message can never succeed; the file comes anew."""
    CORRECT = "the uploader's; discard"
    """People were told by email; it needs nothing of an operator."""
    REVALIDATE = "the uploader's, or replay rejected rows"
    """As CORRECT; but if the contract was at fault, its rows can be validated again."""
    DISCARD = "discard"
    NONE = "none is sent"
    """It never ends in a letter."""


class How(StrEnum):
    """When the letter comes."""

    AT_ONCE = "at once"
    RETRIED = "after the last attempt"
    EITHER = "at once, or after the last attempt"
    NEVER = "never"


class Operational(NamedTuple):
    code: str
    how: How
    meaning: str
    remedy: str
    """Whole sentences: what to look at, what to do."""
    then: Then
