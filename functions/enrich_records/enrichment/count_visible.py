"""Find out by the rows whether a load took effect, when its write streams are gone."""

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, Warehouse
from csvgate.protocol.ledger.entries import Dead
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.runtime.errors import Permanent
from csvgate.runtime.log import log
from enrichment.sealed_load import SealedLoad


@dataclass(frozen=True, slots=True)
class CountedRows:
    warehouse: Warehouse
    clock: Clock

    def settle(self, load: SealedLoad, attempt: AttemptLedger, reason: str) -> bool:
        """Return whether the rows of the attempt are visible; otherwise the attempt is dead. Call
        this only once the attempt can no longer take effect. An operator's verdict comes first,
        because a person may have deleted rows since. Raises Permanent `commit.partial` if only some
        of the rows are visible."""
        if self.is_settled_as_committed(attempt):
            return True
        if self.is_settled_as_not_loaded(attempt):
            reason = "an operator found that its rows were not loaded"
            return not self._mark_dead(load, attempt, reason)
        rows = load.rows_of(attempt.number)
        visible, expected = self.warehouse.count_rows(rows), load.seal.counts.valid
        # The rows of a later attempt look the same. A later attempt exists only if this one is
        # dead, and this process may have been paused since it looked.
        if visible and attempt.dead() is not None:
            return False
        if visible == expected:
            return True
        if visible == 0 and attempt.finished() is not None:
            # They were, and were revoked or deleted while this process was paused. A restored
            # upload continues with the next attempt.
            return attempt.dead() is None
        if visible == 0:
            reason = f"{reason}; none of its rows is visible"
            return not self._mark_dead(load, attempt, reason)
        raise Permanent(
            "commit.partial",
            f"{visible} of {expected} rows are visible in {rows.table.id}, and the write "
            f"streams are gone: rows were deleted or changed by somebody else. If the upload was "
            f"loaded, run `csvgate settle {load.upload} --as committed`; if not, delete its rows "
            f"and run `csvgate settle {load.upload} --as not-loaded`. Then replay this letter",
        )

    def is_settled_as_committed(self, attempt: AttemptLedger) -> bool:
        """Return whether an operator found that the rows were loaded."""
        settled = attempt.settled()
        return settled is not None and settled.verdict == "committed"

    def is_settled_as_not_loaded(self, attempt: AttemptLedger) -> bool:
        """Return whether an operator found that the rows were not loaded, and never will be."""
        settled = attempt.settled()
        return settled is not None and settled.verdict == "not-loaded"

    def _mark_dead(self, load: SealedLoad, attempt: AttemptLedger, reason: str) -> bool:
        """Return False if the rows were in a staging table and their effect is in the log: then
        that decides."""
        if not load.is_appended:
            from enrichment.effects.carry_out import give_up_effect

            if not give_up_effect(attempt, reason, self.clock):
                return False
        attempt.mark_dead(Dead(reason=reason, at=self.clock()))
        fields = {"upload": attempt.upload, "attempt": attempt.number, "reason": reason}
        log("WARNING", "attempt dead", fields)
        return True
