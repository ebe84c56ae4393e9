"""What revoking and restoring need."""

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, ObjectStore, Publisher, Warehouse
from csvgate.protocol.ledger.ledger import Ledger


class CannotUndo(Exception):
    """The message says why the upload cannot be revoked or restored, and what to do instead."""


class NotYet(CannotUndo):
    """The upload, or a correction of it, is under way; later it may be possible."""


@dataclass(frozen=True, slots=True)
class Services:
    ledger: Ledger
    warehouse: Warehouse
    publisher: Publisher
    storage_topic: str
    """The topic of Cloud Storage's notifications."""
    validated_topic: str
    complete_topic: str
    staging_bucket: str
    clock: Clock

    @property
    def store(self) -> ObjectStore:
        return self.ledger.store
