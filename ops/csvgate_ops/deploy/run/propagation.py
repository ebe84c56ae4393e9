"""Failures that pass by themselves: Google Cloud takes minutes to know everywhere what it was told.

Each pattern is the service's own words for it.
"""

import re
from typing import Final

PASSING: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # an API that was just enabled
        r"has not been used in project \S+ before or it is disabled",
        r"SERVICE_DISABLED",
        # an account that was just made
        r"service account \S+ does not exist",
        # roles that were just given
        r"Permission denied while using the Eventarc Service Agent",
        r"Cloud Storage service account for your bucket is unable to publish",
        r"does not have storage\.objects\.get access",
        r"Permission denied on secret: \S+ for Revision service account",
        # a log-based metric that was just made
        r"Cannot find metric\(?s?\)? that match",
        # somebody else, or an earlier run, is at it
        r"concurrent policy changes",
        r"unable to queue the operation",
    )
)


def passes(said: str) -> bool:
    """Whether a failure with these words is worth another try."""
    return any(pattern.search(said) for pattern in PASSING)
