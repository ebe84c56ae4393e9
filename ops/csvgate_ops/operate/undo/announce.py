"""Make enrich_records look at an upload again."""

from csvgate.protocol.ledger.entries import Received
from csvgate.protocol.messages.publish import publish_all
from csvgate.protocol.messages.validated_records import sealed_messages
from csvgate_ops.operate.undo.services import CannotUndo, Services


def publish_marker(services: Services, received: Received, number: int) -> None:
    """Publish the marker of a seal. enrich_records does what remains of the current attempt, and
    publishes all other messages if it is not the first one. Raises CannotUndo and Transient."""
    seal = services.ledger.upload(received.upload.id).seal(number)
    if seal is None:
        raise CannotUndo(f"the ledger lacks seal {number} of upload {received.upload.id}")
    messages = sealed_messages(received, number, seal, staging_bucket=services.staging_bucket)
    publish_all(services.publisher, services.validated_topic, messages[-1:])
