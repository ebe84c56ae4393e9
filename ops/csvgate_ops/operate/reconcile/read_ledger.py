"""Reads the facts of all uploads in a period: one ledger listing, and a few reads per upload."""

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from csvgate.contracts.hashing import from_json
from csvgate.contracts.model import Contract
from csvgate.protocol.ledger import Ledger
from csvgate_ops.operate.reconcile.facts import UploadFacts

_THREADS = 8


@dataclass(frozen=True, slots=True)
class Known:
    facts: UploadFacts
    contract: Contract | None
    """The contract of the plan in effect; it defines the dialect of the reject file."""


def read_uploads(ledger: Ledger, since: datetime | None) -> list[Known]:
    """Return the uploads received since then, oldest first, without ignored objects."""
    by_upload: dict[str, set[str]] = defaultdict(set)
    for name in ledger.names("uploads/"):
        _, upload, rest = name.split("/", 2)
        by_upload[upload].add(rest)

    def read(upload: str) -> list[Known]:
        return list(_read(ledger, upload, by_upload[upload], since))

    with ThreadPoolExecutor(_THREADS) as pool:
        found = pool.map(read, list(by_upload))
        return sorted((k for one in found for k in one), key=lambda k: k.facts.received_at)


def _read(
    ledger: Ledger, upload: str, entries: set[str], since: datetime | None
) -> Iterator[Known]:
    if "received.json" not in entries:
        return
    there = ledger.upload(upload)
    received = there.received()
    if received is None or (since is not None and received.received_at < since):
        return
    claim = there.claim() if "outcome.json" in entries else None
    plan_ledger = there.plan(claim.plan if claim else received.plan)
    plan, validated = plan_ledger.plan(), plan_ledger.validated()
    contract = from_json(plan.contract) if plan else None
    destination = contract.destination if contract else None
    yield Known(
        UploadFacts(
            id=upload,
            name=received.upload.name,
            received_at=received.received_at,
            table=f"{destination.dataset}.{destination.table}" if destination else None,
            corrects=there.corrects() if "corrects.json" in entries else None,
            counts=validated.counts if validated else None,
            rejects=validated.rejects if validated else None,
            outcome=claim.outcome if claim else None,
            committed="committed.json" in entries,
            finished="finished.json" in entries,
            failed=any(name.startswith("notes/failed.") for name in entries),
        ),
        contract,
    )
