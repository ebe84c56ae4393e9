"""Reads the facts of all uploads in a period: one ledger listing, and a few reads per upload."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from csvgate.contracts.effects import disposition
from csvgate.contracts.hashing import from_json
from csvgate.contracts.model import Contract
from csvgate.protocol.identity import is_identifier
from csvgate.protocol.ledger import effect_paths, paths
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.revocations import RevocationLedger
from csvgate_ops.operate.reconcile.current_generations import CurrentGenerations
from csvgate_ops.operate.reconcile.facts import UploadFacts

_THREADS: Final = 8


@dataclass(frozen=True, slots=True)
class ReadUpload:
    """One upload of the period, with the contract that it was validated by."""

    facts: UploadFacts
    contract: Contract
    """The pinned contract; it defines the dialect of the reject file."""


@dataclass(frozen=True, slots=True)
class ReadLedger:
    uploads: tuple[ReadUpload, ...]
    """Those of the period, oldest first, without ignored objects."""
    ids: frozenset[str]
    """Every upload that the ledger knows, ignored ones and those of other periods included."""


@dataclass(slots=True)
class _Listed:
    """What the listing says about one upload, so that nothing is read that does not exist."""

    received: bool = False
    sealed: bool = False
    decided: bool = False
    revoked: bool = False
    failures: set[str] = field(default_factory=set)


def read_ledger(ledger: Ledger, since: datetime | None) -> ReadLedger:
    """Return all uploads that were received since then."""
    listed: dict[str, _Listed] = defaultdict(_Listed)
    for name in ledger.names(paths.UPLOADS):
        _note(listed[paths.upload_of(name)], name)
    generations = CurrentGenerations(ledger)

    def read(upload: str) -> list[ReadUpload]:
        return list(_read(generations, upload, listed[upload], since))

    with ThreadPoolExecutor(_THREADS) as pool:
        found = [one for part in pool.map(read, list(listed)) for one in part]
    found.sort(key=lambda one: one.facts.received_at)
    return ReadLedger(tuple(found), frozenset(listed))


def read_uploads(ledger: Ledger, ids: Iterable[str]) -> list[ReadUpload]:
    """Return these uploads and their corrections, whenever they were received. `ids` may come from
    rows that another program wrote: whatever is not an id is left out."""
    found: list[ReadUpload] = []
    generations = CurrentGenerations(ledger)
    for upload in filter(is_identifier, ids):
        for one in (upload, *ledger.upload(upload).corrections()):
            listed = _Listed()
            for name in ledger.names(paths.RECEIVED.folder(upload=one)):
                _note(listed, name)
            found += _read(generations, one, listed, None)
    return found


def _note(listed: _Listed, name: str) -> None:
    if paths.RECEIVED.parse(name):
        listed.received = True
    elif paths.SEAL.parse(name):
        listed.sealed = True
    elif paths.DECISION.parse(name):
        listed.decided = True
    elif effect_paths.REVOKED.parse(name):
        listed.revoked = True
    elif failure := paths.FAILURE_NOTE.parse(name):
        listed.failures.add(failure["code"])


def _read(
    generations: CurrentGenerations, upload: str, listed: _Listed, since: datetime | None
) -> Iterator[ReadUpload]:
    ledger = generations.ledger
    there = ledger.upload(upload)
    received = there.received() if listed.received else None
    if received is None or (since is not None and received.received_at < since):
        return
    contract = from_json(received.contract)
    way = disposition(contract)
    current = current_attempt(there) if listed.decided else None
    decision = current.decision if current else None
    finished = current.entries.finished() if current and decision else None
    revoked: Literal["begun", "removed"] | None = None
    revoked_at = None
    if listed.revoked and current:
        entries = RevocationLedger(current.entries)
        if begun := entries.revoked():
            revoked = "removed" if entries.removed() else "begun"
            revoked_at = begun.at
    seal = None
    if decision is not None:
        seal = there.seal(decision.seal)
    elif listed.sealed and (standing := there.standing_seal()):
        _, seal = standing
    table = f"{contract.destination.dataset}.{contract.destination.table}"
    replaced = None
    # The tables are read from the same time on, and an object may be older than its event.
    in_period = since is None or (seal is not None and seal.ingested_at >= since)
    if way == "replace" and in_period and finished and finished.outcome == "completed":
        origin = ledger.upload(seal.corrects).received() if seal and seal.corrects else received
        replaced = generations.has_replaced(origin.upload, table) if origin else None
    yield ReadUpload(
        UploadFacts(
            id=upload,
            name=received.upload.name,
            received_at=received.received_at,
            table=table,
            corrects=seal.corrects if seal else None,
            ingested_at=seal.ingested_at if seal else None,
            counts=seal.counts if seal else None,
            rejects=seal.rejects if seal else None,
            decision=None
            if decision is None or decision.outcome == "abandoned"
            else decision.outcome,
            finished=finished.outcome if finished else None,
            may_lose_rows=way not in ("append", "insert_unique") and replaced is None,
            replaced=replaced,
            changes_others=way in ("replace_by", "replace_table", "merge"),
            revoked=revoked,
            revoked_at=revoked_at,
            failures=frozenset(listed.failures),
        ),
        contract,
    )
