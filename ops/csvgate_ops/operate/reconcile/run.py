"""Reads the ledger, then the tables and reject files, and compares them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel

from csvgate.contracts.model import Contract
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.decoding import open_text
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.rejects.reject_file import LINE
from csvgate.validation.faults import FileFault
from csvgate_ops.operate.reconcile.compare import compare
from csvgate_ops.operate.reconcile.facts import (
    Deadline,
    Finding,
    RejectFacts,
    TableFacts,
    UploadFacts,
)
from csvgate_ops.operate.reconcile.read_ledger import ReadUpload, read_uploads


class Report(BaseModel):
    """The result of a reconciliation."""

    uploads: int
    tables: int
    reject_files: int
    loaded: int
    """Rows of completed uploads."""
    rejected: int
    awaiting: int
    """Failed uploads, whose dead letters wait for an operator."""
    bytes_read: int
    """Bytes that BigQuery read and bills."""
    findings: tuple[Finding, ...]


ReadTable = Callable[[str, datetime | None], TableFacts]
"""Reads what a table, `dataset.table`, holds of uploads received since the given time."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Compares the uploads of a period with the tables and the reject files."""

    ledger: Ledger
    read_table: ReadTable
    tables: frozenset[str]
    """Tables to check for orphaned rows, besides those that the ledger names."""
    deadline: Deadline
    since: datetime | None
    rejects_kept: timedelta | None
    """How long the rejects bucket keeps an object; None if it keeps objects forever."""
    look_at_rejects: bool = True

    def report(self, progress: Callable[[str], None]) -> Report:
        """Read and compare everything; `progress` is called with what is being read."""
        progress("the ledger")
        known = read_uploads(self.ledger, self.since)
        facts = [k.facts for k in known]
        named = {f.table for f in facts if f.table and f.committed}
        tables = []
        for table in sorted(named | self.tables):
            progress(f"table {table}")
            tables.append(self.read_table(table, self.since))
        rejects = self._rejects(known, progress) if self.look_at_rejects else {}
        findings = compare(facts, tables, rejects, self.deadline)
        if any(finding.code in ("rows.orphan", "rows.uncommitted") for finding in findings):
            # The tables were read after the ledger, so rows committed in between look unknown.
            committed = {f.key for f in facts if f.committed}
            later = [k.facts for k in read_uploads(self.ledger, self.since)]
            in_progress = {f.key for f in later if f.committed} - committed
            findings = compare(facts, tables, rejects, self.deadline, in_progress)
        return _report(facts, tables, len(rejects), findings)

    def _rejects(
        self, known: Iterable[ReadUpload], progress: Callable[[str], None]
    ) -> dict[str, RejectFacts]:
        found = {}
        for k in known:
            if k.facts.rejects is not None and k.contract is not None:
                progress(f"reject file of {k.facts.name}")
                found[k.facts.id] = self._reject_file(k)
        return found

    def _reject_file(self, known: ReadUpload) -> RejectFacts:
        ref, contract, store = known.facts.rejects, known.contract, self.ledger.store
        assert ref is not None  # noqa: S101 - the caller looked
        assert contract is not None  # noqa: S101 - the caller looked
        age = self.deadline.now - known.facts.received_at
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


def count_rows(pieces: Iterable[bytes], contract: Contract) -> int:
    """Count the records of a reject file without its header, in the dialect of the contract that
    it was written with."""
    _, text = open_text(pieces, contract.encoding)
    records = Framer(text, Grammar(contract_for_extracted_records(contract).dialect)).records()
    return sum(not (n == 0 and r.cells and r.cells[0] == LINE) for n, r in enumerate(records))


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
