"""The runbook's entry for one code: what it means, what to do, and what then."""

from enum import StrEnum
from typing import Final, Literal, NamedTuple

REPORT: Final = "Report this as a bug in csvgate and attach the dead letter (`csvgate dlq export`)."
UPLOAD_AGAIN: Final = "Have the file uploaded again."
Owner = Literal["operator", "uploader", "nobody"]
"""Who has to act. An uploader was informed by email; `nobody` means that all is as it should be."""


class When(StrEnum):
    """When a function sends the dead letter."""

    AT_ONCE = "at once"
    AFTER_RETRIES = "after the last attempt"
    EITHER = "at once, or after the last attempt"
    NEVER = "never"


class NextStep(StrEnum):
    """What to do with the dead letter after the remedy."""

    REPLAY = "replay"
    """Send the message again: processing continues where it stopped."""
    UPLOAD = "upload again, then discard"
    """The message can never succeed; the file has to be uploaded again."""
    CORRECT = "discard"
    """The uploader was informed by email and corrects the file. The operator need not act."""
    REVALIDATE = "discard, or replay the rejected rows"
    """Like CORRECT; but if the contract was wrong, the rows can be validated again."""
    DISCARD = "discard"
    NONE = "no dead letter"


class OperationalCode(NamedTuple):
    """One entry of the runbook."""

    code: str
    when: When
    meaning: str
    """What happened, as one clause without a period."""
    remedy: str
    """What to look at and what to do, in full sentences."""
    next_step: NextStep
    owner: Owner = "operator"
