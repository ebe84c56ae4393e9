"""Uploads that were loaded with the content of a revoked one."""

from csvgate.contracts.effects import leaves_out_twin
from csvgate.contracts.model import Contract
from csvgate.protocol.ledger.content_entries import ContentEntry
from csvgate.protocol.ledger.content_index import Content, state_of
from csvgate.protocol.ledger.entries import Received
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.operate.undo.services import CannotUndo


def require_no_twin(ledger: Ledger, received: Received, contract: Contract) -> None:
    """Raises CannotUndo if the same content is in the table by another upload, and the contract
    would have left this one out because of it. Restoring it would load the rows twice."""
    if contract.identical == "load" or not received.crc32c:
        return
    table = f"{contract.destination.dataset}.{contract.destination.table}"
    content = Content.of(ledger, table, received.size, received.crc32c)
    first = content.first()
    if first is None:
        return
    ours = ContentEntry(upload=received.upload, md5=received.md5, at=received.received_at)
    for entry in content.others(ours, first):
        twin, same_name = entry.upload, entry.upload.name == received.upload.name
        if twin.id == received.upload.id or not leaves_out_twin(contract, same_name=same_name):
            continue
        if state_of(ledger.upload(twin.id)) == "loaded":
            raise CannotUndo(
                f"the same content was loaded in the meantime, as {twin.name} (upload {twin.id}): "
                f"its rows are in {table}. To have those of {received.upload.id} instead, revoke "
                f"upload {twin.id} first"
            )
