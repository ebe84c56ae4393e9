"""The hour from which a commit that never took effect can be believed to be gone for good."""

from datetime import datetime, timedelta
from typing import Final

from csvgate.protocol.ledger.entries import Decision

COMMIT_WITHIN: Final = timedelta(hours=25)
"""BigQuery commits a pending stream within 24 hours of its creation or never; the 25th hour covers
calls that are still executing and clocks that differ."""


def horizon(decision: Decision) -> datetime | None:
    """Return the hour from which the commit of this decision cannot take effect any more, counted
    from the creation of its oldest stream. None if it has no stream: nothing can be gone then."""
    if decision.pending is not None and decision.pending.streams:
        return decision.pending.oldest + COMMIT_WITHIN
    if decision.shared is not None:
        return decision.shared.created + COMMIT_WITHIN
    return None
