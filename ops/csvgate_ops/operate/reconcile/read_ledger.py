"""Reads the facts of all uploads in a period: one ledger listing, and a few reads per upload."""

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from csvgate.contracts.hashing import from_json
from csvgate.contracts.model import Contract
from csvgate.protocol.ledger import paths
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import LedgerPath
from csvgate_ops.operate.reconcile.facts import UploadFacts

_THREADS = 8
_WANTED: Final[tuple[LedgerPath, ...]] = (
    *(paths.RECEIVED, paths.OUTCOME, paths.CORRECTS),
    *(paths.COMMITTED, paths.FINISHED, paths.FAILURE_NOTE),
)
"""The entries whose existence is enough to know."""


@dataclass(frozen=True, slots=True)
class ReadUpload:
    """One upload of the period, with the contract that it was validated by."""

    facts: UploadFacts
    contract: Contract | None
    """The contract of the plan in effect; it defines the dialect of the reject file."""


def read_uploads(ledger: Ledger, since: datetime | None) -> list[ReadUpload]:
    """Return the uploads received since then, oldest first, without ignored objects."""
    by_upload: dict[str, set[LedgerPath]] = defaultdict(set)
    for name in ledger.names(paths.UPLOADS):
        by_upload[paths.upload_of(name)].update(p for p in _WANTED if p.parse(name))

    def read(upload: str) -> list[ReadUpload]:
        return list(_read(ledger, upload, by_upload[upload], since))

    with ThreadPoolExecutor(_THREADS) as pool:
        found = pool.map(read, list(by_upload))
        return sorted((k for one in found for k in one), key=lambda k: k.facts.received_at)


def _read(
    ledger: Ledger, upload: str, entries: set[LedgerPath], since: datetime | None
) -> Iterator[ReadUpload]:
    if paths.RECEIVED not in entries:
        return
    there = ledger.upload(upload)
    received = there.received()
    if received is None or (since is not None and received.received_at < since):
        return
    claim = there.outcome_claim() if paths.OUTCOME in entries else None
    plan_ledger = there.plan(claim.plan if claim else received.plan)
    plan, validated = plan_ledger.plan(), plan_ledger.validated()
    contract = from_json(plan.contract) if plan else None
    destination = contract.destination if contract else None
    yield ReadUpload(
        UploadFacts(
            id=upload,
            name=received.upload.name,
            received_at=received.received_at,
            table=f"{destination.dataset}.{destination.table}" if destination else None,
            corrects=there.corrects() if paths.CORRECTS in entries else None,
            counts=validated.counts if validated else None,
            rejects=validated.rejects if validated else None,
            outcome=claim.outcome if claim else None,
            committed=paths.COMMITTED in entries,
            finished=paths.FINISHED in entries,
            failed=paths.FAILURE_NOTE in entries,
        ),
        contract,
    )
