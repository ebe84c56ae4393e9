"""Finds who is informed about an upload."""

from collections.abc import Mapping

from csvgate.contracts.recipients import Recipients, recipients_in
from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.errors import Permanent


def recipients(
    finished: UploadFinished, deployed: Mapping[str, Recipients], ledger: Ledger
) -> tuple[str, ...]:
    """Return the recipients in the contract as it is deployed now, not as it was pinned, so that a
    changed list takes effect at once. If the contract was removed while the upload was under way,
    return those of the pinned contract. Raises Permanent `notify.no_contract`."""
    found = deployed.get(finished.dataset) or _pinned(finished, ledger)
    if found is None:
        raise Permanent(
            "notify.no_contract",
            f"no contract for dataset {finished.dataset} is deployed, and upload "
            f"{finished.upload.id} has none pinned: deploy the contract, then replay this letter",
        )
    # Those who were informed that the rows are in the table learn that they are not any more.
    return found["completed" if finished.outcome == "revoked" else finished.outcome]


def _pinned(finished: UploadFinished, ledger: Ledger) -> Recipients | None:
    """Return the recipients in the contract that the upload has pinned. None if it is for
    another dataset than the event says: a forged event must not reach the recipients of another
    dataset."""
    received = ledger.upload(finished.upload.id).received()
    if received is None or received.dataset != finished.dataset:
        return None
    return recipients_in(received.contract)[1]
