"""The log of one scope: entries with contiguous numbers from 1, each created once.

An entry follows only once the one before it is closed, so at most the last one is open.
"""

from typing import TYPE_CHECKING

from csvgate.light_dataclass import dataclass
from csvgate.protocol.ledger.effect_entries import (
    ClosedEntry,
    EffectClaim,
    FailedEffect,
    FailedRun,
    ScopeEntry,
)
from csvgate.protocol.ledger.effect_paths import (
    EFFECT_CLAIM,
    FAILED_EFFECT,
    REVOKE_CLAIM,
    SCOPE_CLOSED,
    SCOPE_ENTRY,
    SCOPE_RUN_FAILED,
)
from csvgate.protocol.ledger.ledger import AttemptLedger, Ledger

if TYPE_CHECKING:
    from csvgate.protocol.ledger.paths import Part


@dataclass(frozen=True, slots=True)
class ScopeLog:
    ledger: Ledger
    scope: str

    def last(self, known: int = 0) -> int:
        """Return the number of the last entry; 0 if there is none. `known` is the number of an
        entry that exists. It takes O(log n) reads, n being the number of entries after `known`: the
        steps double until a number is free, and then the gap is bisected."""
        there, step = known, 1
        while self.entry(there + step) is not None:
            there, step = there + step, 2 * step
        free = there + step
        while free - there > 1:
            middle = (there + free) // 2
            if self.entry(middle) is not None:
                there = middle
            else:
                free = middle
        return there

    def entry(self, number: int) -> ScopeEntry | None:
        return self.ledger.get(SCOPE_ENTRY, scope=self.scope, number=number)

    def create(self, number: int, entry: ScopeEntry) -> bool:
        """Create the entry; False if the number is taken. Call this only if the entry before it is
        closed, and only with an entry that was judged by the state which that one has left."""
        return self.ledger.create(SCOPE_ENTRY, entry, scope=self.scope, number=number)

    def failed_run(self, number: int, run: int) -> FailedRun | None:
        parts: dict[str, Part] = {"scope": self.scope, "number": number}
        return self.ledger.get(SCOPE_RUN_FAILED, **parts, run_number=run)

    def record_failed_run(self, number: int, run: int, failed: FailedRun) -> None:
        parts: dict[str, Part] = {"scope": self.scope, "number": number}
        self.ledger.create(SCOPE_RUN_FAILED, failed, **parts, run_number=run)

    def closed(self, number: int) -> ClosedEntry | None:
        return self.ledger.get(SCOPE_CLOSED, scope=self.scope, number=number)

    def close(self, number: int, closed: ClosedEntry) -> ClosedEntry:
        """Return how the entry ended: as given, unless another delivery closed it before."""
        parts: dict[str, Part] = {"scope": self.scope, "number": number}
        return self.ledger.create_or_get(SCOPE_CLOSED, closed, **parts)


def effect_claim(attempt: AttemptLedger, revokes: int = 0) -> EffectClaim | None:
    """Return what becomes of the attempt's effect, or of a statement that revokes it; None while
    that is open."""
    parts: dict[str, Part] = {"upload": attempt.upload, "attempt": attempt.number}
    if revokes:
        return attempt.ledger.get(REVOKE_CLAIM, **parts, number=revokes)
    return attempt.ledger.get(EFFECT_CLAIM, **parts)


def claim_effect(attempt: AttemptLedger, ours: EffectClaim, revokes: int = 0) -> EffectClaim:
    """Return the claim that stands: this one unless there was one before."""
    parts: dict[str, Part] = {"upload": attempt.upload, "attempt": attempt.number}
    if revokes:
        return attempt.ledger.create_or_get(REVOKE_CLAIM, ours, **parts, number=revokes)
    return attempt.ledger.create_or_get(EFFECT_CLAIM, ours, **parts)


def failed_effect(attempt: AttemptLedger) -> FailedEffect | None:
    """Return the message that is dead-lettered because the attempt's effect has failed."""
    return attempt.ledger.get(FAILED_EFFECT, upload=attempt.upload, attempt=attempt.number)


def fail_effect(attempt: AttemptLedger, ours: FailedEffect) -> FailedEffect:
    """Return the message that stands: this one unless another was recorded before."""
    parts: dict[str, Part] = {"upload": attempt.upload, "attempt": attempt.number}
    return attempt.ledger.create_or_get(FAILED_EFFECT, ours, **parts)
