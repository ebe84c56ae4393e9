"""Wait for the ends of uploads that were sent, and say how each has ended."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger import paths
from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.revocations import is_removed
from csvgate.protocol.verdict import IDENTICAL

POLL_SECONDS: Final = 1.0
State = Literal["completed", "rejected", "revoked", "failed", "ignored", "under_way"]


@dataclass(frozen=True, slots=True)
class Outcome:
    upload: Upload
    state: State
    code: str = ""
    """Why it was not completed, as far as that has a code."""

    @property
    def needs_attention(self) -> bool:
        """Return whether somebody has to look at it. A skipped upload's rows are in the table, and
        an operator has removed those of a revoked one."""
        return self.state not in ("completed", "revoked") and self.code != IDENTICAL


def outcome(ledger: Ledger, upload: Upload) -> Outcome:
    """Return how the upload has ended so far. Raises Transient and Permanent."""
    entries = ledger.upload(upload.id)
    if end := end_of_upload(entries):
        if end.finished.outcome == "completed" and is_removed(entries, end):
            return Outcome(upload, "revoked")
        code = end.finished.code or ""
        if end.finished.outcome == "rejected" and not code:
            seal = entries.seal(end.decision.seal)
            code = seal.reasons[0].code if seal and seal.reasons else ""
        return Outcome(upload, end.finished.outcome, code)
    failures = [note for path, note in entries.notes() if path is paths.FAILURE_NOTE]
    if failures:
        return Outcome(upload, "failed", max(failures, key=lambda note: note.at).code)
    if ignored := entries.ignored():
        return Outcome(upload, "ignored", ignored.reason)
    return Outcome(upload, "under_way")


def wait_for(
    ledger: Ledger,
    uploads: Sequence[Upload],
    seconds: float,
    on_progress: Callable[[int], None] = lambda _: None,
    *,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> list[Outcome]:
    """Return the outcomes in order, once all uploads have ended or `seconds` are over. They are
    polled one after the other, so that many uploads cost few reads. Raises Transient and
    Permanent."""
    deadline, found = monotonic() + seconds, list[Outcome]()
    for upload in uploads:
        now = outcome(ledger, upload)
        while now.state == "under_way" and monotonic() < deadline:
            sleep(POLL_SECONDS)
            now = outcome(ledger, upload)
        found.append(now)
        on_progress(len(found))
    return found
