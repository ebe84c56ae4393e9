"""The scope of an effect: which effects are carried out one after the other."""

from csvgate.contracts.effects import Disposition
from csvgate.protocol.events import UploadRef
from csvgate.protocol.identity import digest


def scope_of(disposition: Disposition, origin: UploadRef, table: str) -> str:
    """Return the identifier of the scope's log: one for each object name that is replaced in
    `table` (`dataset.table`), and otherwise one for the table. `origin` is the upload whose rows
    these are; for a correction that of the corrected one."""
    if disposition == "replace":
        return digest("scope", origin.bucket, origin.name, table)
    return digest("scope", table)
