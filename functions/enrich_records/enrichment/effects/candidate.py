"""A load that is about to change its table, as the log judges it."""

from collections.abc import Mapping

from csvgate.contracts.effects import Disposition, keys_in_table
from csvgate.contracts.model import Contract
from csvgate.contracts.model import Merge as MergeRule
from csvgate.effects.model import (
    Insert,
    InsertUnique,
    Merge,
    Range,
    Replace,
    ReplaceBy,
    ReplaceTable,
    Staged,
    Statement,
)
from csvgate.effects.scopes import scope_of
from csvgate.light_dataclass import dataclass
from csvgate.protocol.identity import digest
from csvgate.protocol.ledger.effect_entries import ScopeState
from csvgate.protocol.ledger.entries import Received
from csvgate.runtime.errors import Permanent
from enrichment.effects.judge import state_after, superseded
from enrichment.sealed_load import SealedLoad


@dataclass(frozen=True, slots=True)
class Candidate:
    contract: Contract
    disposition: Disposition
    staged: Staged
    origin: Received
    """The pin of the upload; for a correction that of the upload which it corrects. It decides the
    scope and the order: rows of corrections belong to their original."""
    is_correction: bool
    table: str
    """`dataset.table`."""
    kinds: Mapping[str, str]
    """The type of each column under this contract, without parameters."""

    @property
    def scope(self) -> str:
        """The identifier of the log. Effects of one log are carried out one after the other."""
        return scope_of(self.disposition, self.origin.upload, self.table)

    @property
    def changes_nothing(self) -> bool:
        """Whether the load has no rows, and would not remove any by having none."""
        removes = self.disposition in ("replace", "replace_table") and not self.is_correction
        return self.staged.rows == 0 and not removes

    def _tombstones(self, merge: MergeRule) -> str:
        """Return the table with what was removed. Another key, or another order, needs another
        table, because its columns are others."""
        columns = [*sorted(merge.key), *([merge.latest_by] if merge.latest_by else [])]
        types = (f"{name} {self.kinds[name]}" for name in columns)
        kept = digest(str(len(merge.key)), *types, length=8)
        return f"csvgate_tombstones_{self.table.partition('.')[2]}_{kept}"

    def superseded(self, state: ScopeState) -> str:
        return superseded(state, self)

    def state_after(self, state: ScopeState) -> ScopeState:
        return state_after(state, self)

    def statement(self, state: ScopeState) -> Statement:
        """Return the statement that changes the table. `state` is what the log says about the
        scope before it."""
        staged = self.staged
        match self.disposition:
            case "replace_by":
                return ReplaceBy(staged=staged, columns=self.contract.replace_by or ())
            case "merge" if merge := self.contract.merge:
                return Merge(
                    staged=staged,
                    key=merge.key,
                    latest_by=merge.latest_by,
                    delete_when=merge.delete_when,
                    tombstones=self._tombstones(merge) if merge.delete_when else None,
                    lateness_days=merge.lateness_days,
                )
            case "insert_unique":
                return InsertUnique(staged=staged, keys=keys_in_table(self.contract))
            case "replace_table" if not self.is_correction:
                return ReplaceTable(staged=staged)
            case "replace" if not self.is_correction:
                current = state.current if state.current and state.current.rows else None
                return Replace(
                    staged=staged,
                    uploads=(current.upload,) if current else (),
                    range=self._known(current.range) if current else None,
                )
        return Insert(staged=staged)

    def _known(self, range_: Range | None) -> Range | None:
        """Return a range that an earlier contract has left; None, which is everywhere, if its
        column may not be in the table any more: every later statement of the log would fail."""
        if range_ is None or self.kinds.get(range_.column) != range_.type:
            return None
        return range_


def candidate(load: SealedLoad, attempt: int) -> Candidate:
    """Raises Permanent `ledger.incomplete` if a correction's original is not in the ledger."""
    table, rows = load.plan.table, load.rows
    kinds = {column.name: column.type.partition("(")[0] for column in table.columns}
    origin = load.received
    if load.seal.corrects is not None:
        found = load.entries.ledger.upload(load.seal.corrects).received()
        if found is None:
            raise Permanent(
                "ledger.incomplete",
                f"the ledger has no pin of upload {load.seal.corrects}, which upload {load.upload} "
                "corrects: restore its entries from the bucket's soft-deleted objects, then replay",
            )
        origin = found
    staged = Staged(
        table=load.destination(attempt).table,
        columns=tuple(column.name for column in table.columns),
        rows=load.seal.counts.valid,
        upload=rows.upload,
        ingested_at=rows.ingested_at,
        range=_range(load, kinds),
    )
    return Candidate(
        contract=load.plan.contract,
        disposition=load.plan.disposition,
        staged=staged,
        origin=origin,
        is_correction=load.seal.corrects is not None,
        table=table.id,
        kinds=kinds,
    )


def _range(load: SealedLoad, kinds: Mapping[str, str]) -> Range | None:
    bounds = load.seal.bounds
    if bounds is None:
        return None
    kind = kinds[bounds.column]
    return Range(column=bounds.column, type=kind, low=bounds.low, high=bounds.high)
