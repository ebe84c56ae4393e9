"""What the chunks of a plan need to be enriched and loaded, built from the pin and cached."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import field
from threading import Lock
from typing import TYPE_CHECKING, Final

from csvgate.contracts.effects import Disposition, disposition
from csvgate.contracts.hashing import from_json
from csvgate.contracts.model import Contract
from csvgate.contracts.table import table_spec
from csvgate.light_dataclass import dataclass
from csvgate.ports import TableSpec
from csvgate.protocol.ledger.entries import Received
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.snapshots import read_snapshot
from enrichment.rows.enrich_rows import Enrichment

if TYPE_CHECKING:
    from enrichment.rows.references import ReferenceTable

_KEPT: Final = 16
"""Plans kept in memory: the references of each may take several megabytes."""


@dataclass(frozen=True, slots=True)
class LoadedPlan:
    enrichment: Enrichment
    table: TableSpec
    contract: Contract
    disposition: Disposition
    """What an upload does to the table; `append` only adds rows."""


@dataclass(slots=True)
class Plans:
    """Uploads under the same contract and references share a plan."""

    ledger: Ledger
    _kept: OrderedDict[str, LoadedPlan] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def load(self, plan: str, received: Received) -> LoadedPlan:
        """`plan` is the id of the plan, which follows from the pin and the engine. Raises Permanent
        `reference.gone`, `reference.malformed` and `enrich.invalid`."""
        with self._lock:
            found = self._kept.get(plan)
        if found is None:
            found = self._read(received)
            with self._lock:
                self._kept[plan] = found
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return found

    def _read(self, received: Received) -> LoadedPlan:
        contract = from_json(received.contract)
        # References that only foreign keys need are read by validate_and_parse.
        used = {step.lookup.reference for step in contract.enrich if step.lookup}
        references = {name: read_snapshot(self.ledger, received, name) for name in sorted(used)}
        enrichment = Enrichment(contract, _parsed(contract, references))
        table = table_spec(contract, enrichment.added_columns())
        return LoadedPlan(enrichment, table, contract, disposition(contract))


def _parsed(contract: Contract, references: Mapping[str, bytes]) -> "dict[str, ReferenceTable]":
    if not references:
        return {}
    # Contracts without lookups save its import at a cold start, 6 ms of CPU.
    from enrichment.rows.references import parse_reference

    return {
        name: parse_reference(data, name=name, reference=contract.references[name])
        for name, data in references.items()
    }
