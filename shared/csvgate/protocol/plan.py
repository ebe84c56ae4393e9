"""The identity of a plan: everything that decides how an upload is read and enriched."""

from csvgate.contracts.hashing import contract_hash, from_json
from csvgate.contracts.model import Contract
from csvgate.protocol.identity import PROTOCOL_VERSION, digest
from csvgate.protocol.ledger.entries import Received
from csvgate.runtime.errors import Transient


def plan_id(contract: Contract, engine: str, chunk_bytes: int, references: list[str]) -> str:
    """Return the id of a plan. `references` are the pinned generations, as `object#generation` in
    the order of their names in the contract."""
    protocol, chunks = str(PROTOCOL_VERSION), str(chunk_bytes)
    return digest("plan", contract_hash(contract), engine, protocol, chunks, *references, length=16)


def plan_of_engine(received: Received, engine: str) -> str:
    """Return the id of the pinned plan with another engine: a delivery by another engine version
    never changes the contract or the references."""
    references = [f"{r.object}#{r.generation}" for _, r in sorted(received.references.items())]
    return plan_id(from_json(received.contract), engine, received.chunk_bytes, references)


def require_protocol(received: Received) -> None:
    """Raise Transient `protocol.version` if the upload was pinned under another version of the
    delivery protocol. During a deploy, a retry may reach a revision that has that version."""
    if received.protocol != PROTOCOL_VERSION:
        raise Transient(
            "protocol.version",
            f"upload {received.upload.id} is pinned to version {received.protocol} of the delivery "
            f"protocol, and this revision has version {PROTOCOL_VERSION}: deploy the newer "
            "revision of validate_and_parse and of enrich_records",
        )
