"""Reads the ledger, then the uploads bucket, the tables, the reject files and the dead letters, and
compares them."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.decoding import open_text
from csvgate.csv.header_rows import header_rows
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate.ports import ObjectInfo
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.rejects.reject_file import LINE
from csvgate.validation.faults import FileFault
from csvgate_ops.operate.reconcile.compare import compare
from csvgate_ops.operate.reconcile.facts import (
    Deadline,
    Finding,
    Key,
    RejectFacts,
    TableFacts,
    UploadFacts,
)
from csvgate_ops.operate.reconcile.lost_events import (
    UnknownObjects,
    finding,
    unknown_objects,
    upload_of,
)
from csvgate_ops.operate.reconcile.missing_letters import Letters, missing_letters
from csvgate_ops.operate.reconcile.read_ledger import ReadUpload, read_ledger, read_uploads


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
    objects: int
    """Generations in the uploads bucket."""
    findings: tuple[Finding, ...]
    unmatched: tuple[str, ...]
    """gs:// addresses of objects that no contract matches and that the ledger does not know."""
    lost: tuple[ObjectInfo, ...] = Field(exclude=True)
    """The objects of the findings `event.lost`."""


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
    contracts: Contracts
    uploads_bucket: str
    ledger_kept: timedelta | None
    """How long the ledger bucket keeps an entry; None if it keeps entries forever."""
    read_letters: Callable[[], Letters] | None
    """Reads the review subscriptions; None if dead letters are not looked at."""
    look_at_rejects: bool = True

    def report(self, progress: Callable[[str], None]) -> Report:
        """Read and compare everything; `progress` is called with what is being read."""
        progress("the ledger")
        known = read_ledger(self.ledger, self.since)
        facts = [one.facts for one in known.uploads]
        progress("the uploads bucket")
        objects, unknown = self.unknown_objects(known.ids)
        named = {f.table for f in facts if f.finished == "completed"}
        tables = []
        for table in sorted(named | self.tables):
            progress(f"table {table}")
            tables.append(self.read_table(table, self.since))
        rejects = self._rejects(known.uploads, progress) if self.look_at_rejects else {}
        letters = None
        if self.read_letters is not None:
            progress("the dead letters")
            letters = self.read_letters()
        with_letters = letters.uploads if letters else frozenset[str]()
        explained = set[Key]()
        findings = compare(facts, tables, rejects, self.deadline, explained, with_letters)
        if orphans := {f.upload for f in findings if f.code in ("rows.orphan", "rows.uncommitted")}:
            explained = self._explained(facts, orphans)
            findings = compare(facts, tables, rejects, self.deadline, explained, with_letters)
        if doubted := {f.upload for f in findings} & {
            f.id for f in facts if f.replaced is not None
        }:
            # Another generation may have replaced the rows since the ledger was read.
            again = {one.facts.id: one.facts for one in read_uploads(self.ledger, sorted(doubted))}
            later = [again.get(f.id, f) for f in facts]
            second = compare(later, tables, rejects, self.deadline, explained, with_letters)
            stand = {(f.code, f.upload) for f in second}
            findings = [f for f in findings if (f.code, f.upload) in stand]
        findings += [finding(info) for info in unknown.lost]
        if letters is not None:
            findings += missing_letters(facts, letters, self.ledger, self.deadline)
        return _report(facts, tables, len(rejects), objects, findings, unknown)

    def unknown_objects(self, known: Container[str]) -> tuple[int, UnknownObjects]:
        """Return how many generations the uploads bucket has, and those that the ledger does not
        know. `known` are the ids in the ledger."""
        infos = list(self.ledger.store.generations(self.uploads_bucket, ""))
        unknown = unknown_objects(
            infos,
            known,
            self.contracts,
            self.deadline,
            since=self.since,
            ledger_kept=self.ledger_kept,
        )
        return len(infos), unknown

    def _explained(self, facts: Iterable[UploadFacts], uploads: Iterable[str]) -> set[Key]:
        """Return the keys of rows that were committed after the ledger was read, because tables are
        read later, or whose upload arrived before the period and was loaded in it."""
        committed = {f.key for f in facts if f.committed}
        read = [one.facts for one in read_uploads(self.ledger, sorted(uploads))]
        return {f.key for f in read if f.committed and f.key} - committed

    def _rejects(
        self, known: Iterable[ReadUpload], progress: Callable[[str], None]
    ) -> dict[str, RejectFacts]:
        found = {}
        for k in known:
            if k.facts.rejects is not None:
                progress(f"reject file of {k.facts.name}")
                found[k.facts.id] = self._reject_file(k)
        return found

    def _reject_file(self, known: ReadUpload) -> RejectFacts:
        ref, contract, store = known.facts.rejects, known.contract, self.ledger.store
        assert ref is not None  # noqa: S101 - the caller looked
        age = self.deadline.now - known.facts.received_at
        expired = self.rejects_kept is not None and age > self.rejects_kept
        info = store.stat(ref.bucket, ref.name)
        if info is None:
            return RejectFacts(None, expired)
        try:
            return RejectFacts(
                count_rows(store.stream(ref.bucket, ref.name, info.generation, info.size), contract)
            )
        except FileFault:
            return RejectFacts(0)


def count_rows(pieces: Iterable[bytes], contract: Contract) -> int:
    """Count the records of a reject file without its header, in the dialect of the contract that
    it was written with."""
    _, text = open_text(pieces, contract.encoding)
    dialect = contract_for_extracted_records(contract).dialect
    records = Framer(text, Grammar(dialect)).records()
    head = header_rows(records, dialect)
    has_header = any(record.cells and record.cells[0] == LINE for record in head[:1])
    return sum(1 for _ in records) + (0 if has_header else len(head))


def _report(
    facts: list[UploadFacts],
    tables: list[TableFacts],
    reject_files: int,
    objects: int,
    findings: list[Finding],
    unknown: UnknownObjects,
) -> Report:
    loaded = [f.counts for f in facts if f.counts and f.committed]
    every = [f.counts for f in facts if f.counts]
    return Report(
        uploads=len(facts),
        tables=len(tables),
        reject_files=reject_files,
        loaded=sum(counts.valid for counts in loaded),
        rejected=sum(counts.rejected for counts in every),
        awaiting=sum(f.awaits_operator for f in facts),
        bytes_read=sum(table.bytes_read for table in tables),
        objects=objects,
        findings=tuple(findings),
        unmatched=tuple(upload_of(info).uri for info in unknown.unmatched),
        lost=unknown.lost,
    )
