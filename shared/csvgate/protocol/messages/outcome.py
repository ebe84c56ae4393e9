"""Messages of the topic enrichment-complete: how an upload ended, or that it failed for now."""

from cloudevents.http import CloudEvent
from pydantic import ValidationError

from csvgate.ports import Message
from csvgate.protocol.cloudevents_pubsub import JSON, event_of, message_of
from csvgate.protocol.events import OUTCOME_TYPES, UploadFinished
from csvgate.protocol.identity import is_identifier
from csvgate.protocol.messages.attributes import PLAN, TRACE, UPLOAD
from csvgate.runtime.errors import Permanent


def outcome_message(finished: UploadFinished, *, function: str, trace: str) -> Message:
    """`function` is the one that publishes it."""
    event = CloudEvent(
        {
            "type": OUTCOME_TYPES[finished.outcome],
            "source": f"//csvgate/{function}",
            "id": f"{finished.upload.id}-{finished.outcome}",
            "time": finished.finished_at.isoformat(),
            "subject": finished.upload.id,
            "datacontenttype": JSON,
            TRACE: trace,
            UPLOAD: finished.upload.id,
            PLAN: finished.plan,
        },
        finished.model_dump_json().encode(),
    )
    return message_of(event)


def parse_outcome(message: Message) -> UploadFinished:
    """Raises Permanent `event.malformed` naming what is wrong with the message."""
    event = event_of(message)
    try:
        finished = UploadFinished.model_validate_json(message.data)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise Permanent("event.malformed", f"not the outcome of an upload: {wrong}") from error
    if event["type"] != OUTCOME_TYPES[finished.outcome]:
        raise Permanent(
            "event.malformed",
            f"ce-type: {event['type']} contradicts the outcome {finished.outcome}",
        )
    if not is_identifier(finished.upload.id):
        raise Permanent(
            "event.malformed", f"upload.id: not an id of csvgate: {finished.upload.id!r:.80}"
        )
    return finished
