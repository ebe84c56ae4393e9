"""The entries about rows that an operator has revoked, which uploads without them never read."""

from itertools import count
from typing import TYPE_CHECKING, Final

from csvgate.light_dataclass import dataclass
from csvgate.protocol.ledger.attempts import End
from csvgate.protocol.ledger.effect_entries import FailedRun, Removed, Restored, Revoked
from csvgate.protocol.ledger.effect_paths import REMOVED, RESTORED, REVOKE_RUN_FAILED, REVOKED
from csvgate.protocol.ledger.ledger import AttemptLedger, UploadLedger

if TYPE_CHECKING:
    from csvgate.protocol.ledger.paths import Part

REVOKED_CODE: Final = "upload.revoked"
"""The code of an upload whose rows an operator has revoked, before or after they were loaded."""


@dataclass(frozen=True, slots=True)
class RevocationLedger:
    """The entries about the revocation of one attempt, and about the runs of its job."""

    attempt: AttemptLedger

    @property
    def scope(self) -> str:
        return "revoke"

    def revoked(self) -> Revoked | None:
        return self.attempt.ledger.get(REVOKED, **self._parts)

    def revoke(self, revoked: Revoked) -> Revoked:
        """Return the revocation that stands: this one unless there was one before."""
        return self.attempt.ledger.create_or_get(REVOKED, revoked, **self._parts)

    def removed(self) -> Removed | None:
        return self.attempt.ledger.get(REMOVED, **self._parts)

    def mark_removed(self, removed: Removed) -> None:
        self.attempt.ledger.create(REMOVED, removed, **self._parts)

    def restored(self) -> Restored | None:
        return self.attempt.ledger.get(RESTORED, **self._parts)

    def restore(self, restored: Restored) -> Restored:
        """Return who restores the attempt: this one unless somebody did before."""
        return self.attempt.ledger.create_or_get(RESTORED, restored, **self._parts)

    def failed_run(self, number: int, run: int) -> FailedRun | None:
        parts = {**self._parts, "number": number}
        return self.attempt.ledger.get(REVOKE_RUN_FAILED, **parts, run_number=run)

    def record_failed_run(self, number: int, run: int, failed: FailedRun) -> None:
        parts = {**self._parts, "number": number}
        self.attempt.ledger.create(REVOKE_RUN_FAILED, failed, **parts, run_number=run)

    def has_failed(self, number: int) -> bool:
        """Return whether the job with this number has failed for good."""
        for run in count(1):
            failed = self.failed_run(number, run)
            if failed is None or not failed.again:
                return failed is not None
        raise AssertionError("runs are numbered without end")

    @property
    def _parts(self) -> "dict[str, Part]":
        return {"upload": self.attempt.upload, "attempt": self.attempt.number}


def is_removed(upload: UploadLedger, end: End) -> bool:
    """Return whether the rows of an upload that ended so have left the table."""
    return RevocationLedger(upload.attempt(end.attempt)).removed() is not None
