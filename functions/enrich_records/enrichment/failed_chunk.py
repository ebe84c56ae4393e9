"""The first permanent failure of a chunk ends the work on its upload, until that chunk is loaded.

An upload of fifty chunks that all fail must not leave fifty dead letters, fifty announcements and
fifty votes for the breaker. The first failure of an attempt is an entry of the ledger that is
created once, `failed.json`. Only messages of the chunk that it names fail and are dead-lettered; a
message of any other chunk that finds the entry is acknowledged, and its chunk is not loaded.

That is safe because the message of the failed chunk remains: it is not acknowledged yet, or there
is a dead letter of it. A later delivery of this chunk, by a retry or a replay, does not believe the
entry. If it loads the chunk and others are not done, whose messages may be acknowledged, the
attempt is abandoned: the next attempt publishes everything again (step 8 of the protocol).

The entry may be created late, by a call whose client gave up, when the failed chunk was loaded by
another delivery and its message is acknowledged. It proves nothing then. Two orders exclude that
anybody relies on it: a delivery marks its chunk done before it reads the entry; and a delivery that
has read the entry looks whether the failed chunk is done before it believes it. So at least one of
the two sees the other.
"""

from typing import Final

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock
from csvgate.protocol.ledger.entries import FailedChunk
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.runtime.errors import Permanent
from csvgate.runtime.failure_boundary import Unfinished
from enrichment.abandon import abandon

_OF_THE_UPLOAD: Final = frozenset(
    {"bigquery", "chunk", "derive", "enrich", "reference", "rows", "table"}
)
"""Families of codes that concern the sealed chunk, the pinned contract or the table. Other
failures, for example of the message, end nothing but their message."""
_READ_AGAIN: Final = "chunk.missing"
"""Replaying its letter seals the file again, so every chunk gets a new message."""


@dataclass(frozen=True, slots=True)
class FirstFailure:
    """Decides between several failures of one attempt. All methods return the outcome's name for a
    delivery that leaves the upload to the failed chunk, and None if the delivery must look at the
    upload again, because the attempt is decided or the chunk is done."""

    clock: Clock

    def raised(
        self, attempt: AttemptLedger, seal: int, index: int, failure: Permanent
    ) -> Unfinished | None:
        """Handle the failure of a chunk, after its message and bytes were compared with the seal.
        Raises the failure if it is the first one of the attempt or of another kind; and
        Transient."""
        if failure.code.partition(".")[0] not in _OF_THE_UPLOAD or failure.code == _READ_AGAIN:
            raise failure
        if attempt.chunk_done(seal, index) is not None:
            return None
        ours = FailedChunk(chunk=index, code=failure.code, message=failure.message, at=self.clock())
        standing = attempt.fail_chunk(seal, ours)
        # A decision comes first: this delivery may have been paused while the attempt ended.
        if attempt.decision() is not None:
            return None
        if standing.chunk == index:
            raise failure
        return self.found(attempt, seal, standing)

    def found(self, attempt: AttemptLedger, seal: int, failed: FailedChunk) -> Unfinished | None:
        """Handle the entry that a delivery has read. Call this only after the read. Raises
        Transient."""
        if attempt.chunk_done(seal, failed.chunk) is None:
            return Unfinished(f"failed: {failed.code}")
        reason = (
            f"chunk {failed.chunk} is loaded after it had failed with {failed.code}; the messages "
            "of the other chunks may be acknowledged"
        )
        abandon(attempt, seal, reason, self.clock)
        return None
