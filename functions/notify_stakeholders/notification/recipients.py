"""Finds who is informed about an upload."""

from csvgate.contracts.hashing import from_json
from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.errors import Permanent


def recipients(finished: UploadFinished, contracts: Contracts, ledger: Ledger) -> tuple[str, ...]:
    """Return the recipients in the contract as it is deployed now, not as it was pinned, so that a
    changed list takes effect at once. If the contract was removed while the upload was under way,
    return those of the pinned contract. Raises Permanent `notify.no_contract`."""
    contract = contracts.for_dataset(finished.dataset) or _pinned(finished, ledger)
    if contract is None:
        raise Permanent(
            "notify.no_contract",
            f"no contract for dataset {finished.dataset} is deployed, and upload "
            f"{finished.upload.id} has none pinned: deploy the contract, then replay this letter",
        )
    addresses: tuple[str, ...] = getattr(contract.notify, finished.outcome)
    return addresses


def _pinned(finished: UploadFinished, ledger: Ledger) -> Contract | None:
    """Return the contract that the upload has pinned. None if it is for another dataset than the
    event says: a forged event must not reach the recipients of another dataset."""
    received = ledger.upload(finished.upload.id).received()
    if received is None or received.dataset != finished.dataset:
        return None
    return from_json(received.contract)
