"""Which generation of an object has its rows in a table, where later ones replace earlier ones."""

from dataclasses import dataclass, field

from csvgate.effects.scopes import scope_of
from csvgate.protocol.events import UploadRef
from csvgate.protocol.ledger.effect_entries import ClosedEntry
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.scope_log import ScopeLog


@dataclass(frozen=True, slots=True)
class CurrentGenerations:
    """Reads the end of each log once. Safe to use from several threads: at worst an end is read
    twice."""

    ledger: Ledger
    _ends: dict[str, ClosedEntry | None] = field(default_factory=dict)

    def has_replaced(self, origin: UploadRef, table: str) -> bool | None:
        """Return whether the rows of a completed upload have left `table`, `dataset.table`, because
        another generation has replaced them; None while that may be changing. For a correction,
        `origin` is the upload that it corrects."""
        scope = scope_of("replace", origin, table)
        if scope not in self._ends:
            log = ScopeLog(self.ledger, scope)
            last = log.last()
            self._ends[scope] = log.closed(last) if last else None
        end = self._ends[scope]
        if end is None or end.state.current is None:
            return None
        return end.state.current.upload != origin.id
