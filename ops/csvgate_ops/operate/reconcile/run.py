"""Read the ledger, then the tables and reject files, and compare."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel

from csvgate.protocol.ledger.ledger import Ledger
from csvgate.validation.faults import FileFault
from csvgate_ops.operate.reconcile.compare import compare
from csvgate_ops.operate.reconcile.facts import (
    Finding,
    Patience,
    RejectFacts,
    TableFacts,
    UploadFacts,
)
from csvgate_ops.operate.reconcile.read_ledger import Known, read_uploads
from csvgate_ops.operate.reconcile.reject_rows import count_rows


class Report(BaseModel):
    uploads: int
    tables: int
    reject_files: int
    loaded: int
    """Rows that completed uploads brought."""
    rejected: int
    awaiting: int
    """Uploads that failed: their dead letters wait for an operator."""
    bytes_read: int
    """What BigQuery read, and bills."""
    findings: tuple[Finding, ...]


ReadTable = Callable[[str, datetime | None], TableFacts]
"""What a table, `dataset.table`, holds of uploads received since then."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    ledger: Ledger
    read_table: ReadTable
    tables: frozenset[str]
    """To look for orphans in, besides those that the ledger names."""
    patience: Patience
    since: datetime | None
    rejects_kept: timedelta | None
    """How long the rejects bucket keeps an object; None for ever."""
    look_at_rejects: bool = True

    def report(self, tell: Callable[[str], None]) -> Report:
        """`tell` hears what is being read."""
        tell("the ledger")
        known = read_uploads(self.ledger, self.since)
        facts = [k.facts for k in known]
        named = {f.table for f in facts if f.table and f.committed}
        tables = []
        for table in sorted(named | self.tables):
            tell(f"table {table}")
            tables.append(self.read_table(table, self.since))
        rejects = self._rejects(known, tell) if self.look_at_rejects else {}
        findings = compare(facts, tables, rejects, self.patience)
        if any(finding.code in ("rows.orphan", "rows.uncommitted") for finding in findings):
            # The tables were read after the ledger: what was committed in between looks foreign.
            committed = {f.key for f in facts if f.committed}
            later = [k.facts for k in read_uploads(self.ledger, self.since)]
            under_way = {f.key for f in later if f.committed} - committed
            findings = compare(facts, tables, rejects, self.patience, under_way)
        return _report(facts, tables, len(rejects), findings)

    def _rejects(
        self, known: Iterable[Known], tell: Callable[[str], None]
    ) -> dict[str, RejectFacts]:
        found = {}
        for k in known:
            if k.facts.rejects is not None and k.contract is not None:
                tell(f"reject file of {k.facts.name}")
                found[k.facts.id] = self._reject_file(k)
        return found

    def _reject_file(self, known: Known) -> RejectFacts:
        ref, contract, store = known.facts.rejects, known.contract, self.ledger.store
        assert ref is not None  # noqa: S101 - the caller looked
        assert contract is not None  # noqa: S101 - the caller looked
        age = self.patience.now - known.facts.received_at
        expired = self.rejects_kept is not None and age > self.rejects_kept
        info = store.stat(ref.bucket, ref.name)
        if info is None:
            return RejectFacts(None, expired)
        try:
            return RejectFacts(
                count_rows(store.stream(ref.bucket, ref.name, info.generation), contract)
            )
        except FileFault:
            return RejectFacts(0)


def _report(
    facts: list[UploadFacts], tables: list[TableFacts], reject_files: int, findings: list[Finding]
) -> Report:
    loaded = [f.counts for f in facts if f.counts and f.committed]
    every = [f.counts for f in facts if f.counts]
    return Report(
        uploads=len(facts),
        tables=len(tables),
        reject_files=reject_files,
        loaded=sum(counts.valid for counts in loaded),
        rejected=sum(counts.rejected for counts in every),
        awaiting=sum(f.failed and not f.finished for f in facts),
        bytes_read=sum(table.bytes_read for table in tables),
        findings=tuple(findings),
    )
