"""An effect that has failed for good: one message of its upload is dead-lettered, and its replay
loads the upload again.

As for a chunk that fails (failed_chunk.py), the first message that learns of the failure is an
entry of the ledger. It is dead-lettered, and the others are acknowledged. If the same message comes
again, by a retry or a replay, it ends the attempt, so that the next one loads the rows into another
staging table and publishes everything again. If any message did that, an upload of fifty chunks
whose effect always fails would be loaded fifty times over.
"""

from typing import Final

from csvgate.ports import Clock
from csvgate.protocol.ledger.entries import Dead
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.runtime.errors import Permanent
from csvgate.runtime.failure_boundary import Unfinished

EFFECT_FAILED: Final = "effect.failed"


def effect_failed(
    attempt: AttemptLedger, chunk: int | None, failure: Permanent, clock: Clock
) -> Unfinished | None:
    """Handle the failure in the message of a chunk, or of the marker. Return the outcome's name if
    another message is dead-lettered; None if the attempt is dead now. Raises the failure for the
    first message, and Transient."""
    from csvgate.protocol.ledger.effect_entries import FailedEffect
    from csvgate.protocol.ledger.scope_log import fail_effect, failed_effect

    standing = failed_effect(attempt)
    if standing is None:
        ours = FailedEffect(chunk=chunk, message=failure.message, at=clock())
        standing = fail_effect(attempt, ours)
        if standing.chunk == chunk:
            raise failure
    if standing.chunk != chunk:
        return Unfinished(f"failed: {EFFECT_FAILED}")
    attempt.mark_dead(Dead(reason=failure.message, at=clock()))
    return None
