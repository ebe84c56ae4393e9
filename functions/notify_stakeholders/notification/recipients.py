"""Finds who is informed about an upload."""

from csvgate.contracts.hashing import from_json
from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.protocol.events import UploadFinished
from csvgate.protocol.identity import is_identifier
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.errors import Permanent


def recipients(finished: UploadFinished, contracts: Contracts, ledger: Ledger) -> tuple[str, ...]:
    """Return the recipients in the contract as it is deployed now, not as it was pinned, so that a
    changed list takes effect at once. If the contract was removed while the upload was under way,
    those of the pinned contract. Raises Permanent `notify.no_contract`."""
    contract = contracts.for_dataset(finished.dataset) or _pinned(finished, ledger)
    if contract is None:
        raise Permanent(
            "notify.no_contract",
            f"no contract for dataset {finished.dataset} is deployed, and none is pinned to upload "
            f"{finished.upload.id}: deploy it, then replay this letter",
        )
    addresses: tuple[str, ...] = getattr(contract.notify, finished.outcome)
    return addresses


def _pinned(finished: UploadFinished, ledger: Ledger) -> Contract | None:
    """Return the contract that the upload was read with; None unless it is about the dataset of
    the event, so that a forged event cannot borrow the recipients of another dataset."""
    text = _pinned_text(finished, ledger)
    try:
        contract = from_json(text) if text else None
    except ValueError:
        return None
    return contract if contract and contract.dataset == finished.dataset else None


def _pinned_text(finished: UploadFinished, ledger: Ledger) -> str | None:
    """Return the pinned contract as JSON. This is the only function that knows where it is."""
    if not is_identifier(finished.plan):
        return None
    plan = ledger.upload(finished.upload.id).plan(finished.plan).plan()
    return plan.contract if plan else None
