"""Load plans from the ledger with everything that their chunks need, and cache them."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from csvgate.contracts.hashing import from_json
from csvgate.contracts.table import table_spec
from csvgate.ports import TableSpec
from csvgate.protocol.ledger.entries import Plan, Received
from csvgate.protocol.ledger.ledger import Ledger, UploadLedger
from csvgate.protocol.ledger.snapshots import read_snapshot
from csvgate.runtime.errors import Permanent
from enrichment.enrich_rows import Enrichment
from enrichment.references import parse_reference

_KEPT = 16
"""Plans kept in memory: the references of each may take several megabytes."""


@dataclass(frozen=True, slots=True)
class LoadedPlan:
    plan: Plan
    received: Received
    enrichment: Enrichment
    table: TableSpec

    @property
    def ingested_at(self) -> datetime:
        """The same for all rows of the upload, on every delivery."""
        return self.received.received_at


@dataclass(slots=True)
class Plans:
    ledger: Ledger
    _kept: OrderedDict[tuple[str, str], LoadedPlan] = field(default_factory=OrderedDict)

    def load(self, upload: str, plan: str) -> LoadedPlan:
        """Raises Permanent `plan.unknown` when the ledger does not have the plan."""
        key = (upload, plan)
        found = self._kept.get(key)
        if found is None:
            found = self._read(self.ledger.upload(upload), plan)
            self._kept[key] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def _read(self, entries: UploadLedger, plan_id: str) -> LoadedPlan:
        received = entries.received()
        plan = entries.plan(plan_id).plan()
        if plan is None or received is None:
            raise Permanent(
                "plan.unknown",
                f"the ledger has no plan {plan_id} of upload {entries.id}: the message was not "
                "sent by validate_and_parse, or the ledger was deleted before the message arrived",
            )
        contract = from_json(plan.contract)
        # References that only foreign keys need are read by validate_and_parse.
        used = {step.lookup.reference for step in contract.enrich if step.lookup}
        references = {name: read_snapshot(self.ledger, plan, name) for name in sorted(used)}
        tables = {
            name: parse_reference(data, name=name, reference=contract.references[name])
            for name, data in references.items()
        }
        enrichment = Enrichment(contract, tables)
        return LoadedPlan(
            plan=plan,
            received=received,
            enrichment=enrichment,
            table=table_spec(contract, enrichment.added_columns()),
        )
