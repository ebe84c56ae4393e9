"""The keys of a contract's foreign keys, from the references that the plan has pinned."""

from csvgate.contracts.model import Contract
from csvgate.protocol.ledger.entries import Plan
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.references.keys import KeySets, key_sets, referred_to
from csvgate.runtime.errors import Permanent


def pinned_keys(contract: Contract, plan: Plan, ledger: Ledger) -> KeySets:
    """None read for a contract without foreign keys. Raises Permanent `reference.gone`, and what
    `key_sets` raises."""
    return key_sets(contract, {name: _read(name, plan, ledger) for name in referred_to(contract)})


def _read(name: str, plan: Plan, ledger: Ledger) -> bytes:
    snapshot = plan.references[name].snapshot
    data = ledger.store.read(ledger.bucket, snapshot)
    if data is None:
        message = f"reference {name}: its copy gs://{ledger.bucket}/{snapshot} is gone"
        raise Permanent("reference.gone", message)
    return data
