"""Bugs around a chunk that fails permanently: what ends the work on an upload, what resumes it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from csvgate.protocol.ledger.entries import FailedChunk
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.runtime.errors import Permanent
from csvgate.runtime.failure_boundary import Unfinished
from enrichment.failed_chunk import FirstFailure
from simulate.mutants.wrapped import both
from simulate.world.swap import swapped

Swap = AbstractContextManager[Any]
_read = AttemptLedger.failed_chunk
_create = AttemptLedger.fail_chunk


def _believed_by_the_failed_chunk() -> Swap:
    """The replay of the letter is acknowledged without a load."""

    def failed_chunk(self: AttemptLedger, seal: int) -> FailedChunk | None:
        found = _read(self, seal)
        return found and found.model_copy(update={"chunk": 999_999})

    return swapped(AttemptLedger, "failed_chunk", failed_chunk)


def _not_read_after_done() -> Swap:
    """The failed chunk is loaded, and nobody publishes the chunks that were left."""

    def failed_chunk(self: AttemptLedger, seal: int) -> FailedChunk | None:
        found = _read(self, seal)
        return None if found and self.chunk_done(seal, found.chunk) else found

    return swapped(AttemptLedger, "failed_chunk", failed_chunk)


def _believed_once_done() -> Swap:
    def found(self: FirstFailure, attempt: AttemptLedger, seal: int, failed: Any) -> Any:
        return Unfinished("failed")

    return swapped(FirstFailure, "found", found)


def _believed_in_every_attempt() -> Swap:
    """The failure is recorded for the upload, not for an attempt to load it."""

    def first(attempt: AttemptLedger) -> AttemptLedger:
        return AttemptLedger(attempt.ledger, attempt.upload, 1)

    return both(
        swapped(AttemptLedger, "failed_chunk", lambda self, seal: _read(first(self), seal)),
        swapped(
            AttemptLedger, "fail_chunk", lambda self, seal, ours: _create(first(self), seal, ours)
        ),
    )


def _acknowledged_without_a_letter() -> Swap:
    """The delivery that created the entry crashed before the letter, and its retry trusts it."""

    def fail_chunk(self: AttemptLedger, seal: int, ours: FailedChunk) -> FailedChunk:
        before = _read(self, seal)
        standing = _create(self, seal, ours)
        return standing.model_copy(update={"chunk": 999_999}) if before else standing

    return swapped(AttemptLedger, "fail_chunk", fail_chunk)


def _every_failure_is_reported() -> Swap:
    original = FirstFailure.raised

    def raised(self: FirstFailure, *args: Any) -> Any:
        failure = args[-1]
        assert isinstance(failure, Permanent)
        original(self, *args)
        raise failure

    return both(
        swapped(FirstFailure, "raised", raised),
        swapped(AttemptLedger, "failed_chunk", lambda *_: None),
    )


FAILURES: dict[str, Callable[[], Swap]] = {
    "failed chunk believes its own failure": _believed_by_the_failed_chunk,
    "failure not read after the chunk is done": _not_read_after_done,
    "failure believed although its chunk is done": _believed_once_done,
    "failure believed in every attempt": _believed_in_every_attempt,
    "failure found again without a letter": _acknowledged_without_a_letter,
    "every failure of an upload reported": _every_failure_is_reported,
}
