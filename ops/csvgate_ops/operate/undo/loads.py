"""The loads that make up an upload: its own rows and those of its corrections."""

from collections.abc import Iterable, Sequence

from csvgate.contracts.model import Contract
from csvgate.contracts.table import file_columns
from csvgate.effects.model import Range
from csvgate.effects.ranges import union
from csvgate.light_dataclass import dataclass
from csvgate.protocol.ledger.attempts import End, end_of_upload
from csvgate.protocol.ledger.effect_entries import RevokedLoad
from csvgate.protocol.ledger.entries import CorrectionSlot, Seal
from csvgate.protocol.ledger.ledger import Ledger, UploadLedger
from csvgate.protocol.ledger.revocations import is_removed
from csvgate_ops.operate.undo.services import CannotUndo, NotYet


@dataclass(frozen=True, slots=True)
class Load:
    """Rows of an upload or of a correction that are in the table."""

    entry: RevokedLoad
    seal: Seal

    def range(self, contract: Contract) -> Range | None:
        """Return where the rows are; None if they can be anywhere."""
        bounds = self.seal.bounds
        if bounds is None:
            return None
        kind = str(file_columns(contract.schema_)[bounds.column]).partition("(")[0]
        return Range(column=bounds.column, type=kind, low=bounds.low, high=bounds.high)


def load_of(entries: UploadLedger, end: End) -> Load:
    """Return the rows of an upload that has completed. Raises CannotUndo."""
    seal = entries.seal(end.decision.seal)
    if seal is None:
        raise CannotUndo(f"the ledger lacks seal {end.decision.seal} of upload {entries.id}")
    entry = RevokedLoad(upload=entries.id, attempt=end.attempt, rows=seal.counts.valid)
    return Load(entry, seal)


def loads_of_corrections(ledger: Ledger, slots: Iterable[CorrectionSlot]) -> list[Load]:
    """Return the rows of these corrections that are in the table. Raises NotYet if one of them is
    under way: its rows could come into the table later."""
    attempts: dict[str, int] = {}
    for slot in slots:
        if slot.revokes is None:
            attempts[slot.upload] = max(slot.attempt, attempts.get(slot.upload, 0))
    found = []
    for upload, attempt in attempts.items():
        entries = ledger.upload(upload)
        end = end_of_upload(entries)
        if end is None or end.attempt < attempt:
            raise NotYet(
                f"correction {upload} is under way, and its rows belong to this upload: wait for "
                f"its end, or replay its dead letter (`csvgate status {upload}`). If it was being "
                "restored, `csvgate restore` of its original continues that"
            )
        if end.finished.outcome == "completed" and not is_removed(entries, end):
            found.append(load_of(entries, end))
    return found


def range_of(loads: Sequence[Load], contract: Contract) -> Range | None:
    """Return where the rows of all these loads are; None if they can be anywhere."""
    ranges = [load.range(contract) for load in loads if load.entry.rows]
    if not ranges:
        return None
    found = ranges[0]
    for each in ranges[1:]:
        found = union(found, each)
    return found
