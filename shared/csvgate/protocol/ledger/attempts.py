"""Which attempt to load an upload is the current one, and how the upload has ended."""

from csvgate.light_dataclass import dataclass
from csvgate.protocol.ledger.entries import Decision, Finished
from csvgate.protocol.ledger.ledger import AttemptLedger, UploadLedger


@dataclass(frozen=True, slots=True)
class CurrentAttempt:
    """The first attempt that is neither abandoned nor dead."""

    entries: AttemptLedger
    decision: Decision | None
    """How the attempt was decided: `commit` or `rejected`; None while it is undecided."""

    @property
    def number(self) -> int:
        return self.entries.number


@dataclass(frozen=True, slots=True)
class End:
    """How an upload ended, as far as its current attempt says."""

    attempt: int
    decision: Decision
    finished: Finished


def current_attempt(upload: UploadLedger) -> CurrentAttempt:
    """Read the decisions from the first attempt on; usually this is one read."""
    for entries in upload.attempts():
        decision = entries.decision()
        if decision is None:
            return CurrentAttempt(entries, decision)
        # An upload that was revoked before it was loaded is rejected; it may be restored.
        is_final = decision.outcome == "rejected" and decision.code is None
        if is_final or (decision.outcome != "abandoned" and entries.dead() is None):
            return CurrentAttempt(entries, decision)
    raise AssertionError("attempts are numbered without end")


def end_of_upload(upload: UploadLedger) -> End | None:
    """Return how the upload ended; None while it is under way, or has failed for now."""
    current = current_attempt(upload)
    finished = current.entries.finished() if current.decision else None
    if current.decision is None or finished is None:
        return None
    return End(current.number, current.decision, finished)
