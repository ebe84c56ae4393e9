"""Failures that pass by themselves, because a change takes minutes to reach all of Google Cloud.

Each pattern is part of a service's own message.
"""

import re
from typing import Final

_TEMPORARY: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # an API that has just been enabled
        r"has not been used in project \S+ before or it is disabled",
        r"SERVICE_DISABLED",
        # an account that has just been created
        r"service account \S+ does not exist",
        # a custom role that has just been created
        r"Role \S+ does not exist in the resource's hierarchy",
        # roles that have just been granted
        r"Permission denied while using the Eventarc Service Agent",
        r"Cloud Storage service account for your bucket is unable to publish",
        r"does not have storage\.objects\.get access",
        r"Permission denied on secret: \S+ for Revision service account",
        # a log-based metric that has just been created
        r"Cannot find metric\(?s?\)? that match",
        # another change, perhaps of an earlier run, is still under way
        r"concurrent policy changes",
        r"unable to queue the operation",
        # several changes of one table: BigQuery allows five in ten seconds
        r"too many table update operations for this table",
    )
)


def is_temporary(output: str) -> bool:
    """Return whether a command that failed with this output should be retried."""
    return any(pattern.search(output) for pattern in _TEMPORARY)
