"""Messages of the topic enrichment-complete: how an upload ended, or that it failed for now."""

from bisect import bisect_left
from typing import Final

from cloudevents.http import CloudEvent
from pydantic import ValidationError

from csvgate.ports import Message
from csvgate.protocol.cloudevents_pubsub import JSON, event_of, message_of
from csvgate.protocol.events import OUTCOME_TYPES, Reason, UploadFinished
from csvgate.protocol.identity import is_identifier
from csvgate.protocol.messages.attributes import PLAN, TRACE, UPLOAD
from csvgate.protocol.messages.event_size import MAX_PUSH_BYTES, push_bytes
from csvgate.runtime.errors import Permanent
from csvgate.runtime.library_words import library_words
from csvgate.text import shorten_bytes

OTHER: Final = "other"
"""The code of the last reason, when it stands for the reasons that did not fit."""
LEADING: Final = 8
"""The reasons that keep their examples longest: those that the email shows."""
_DETAIL_BYTES: Final = 4096


def end_of(finished: UploadFinished) -> str:
    """Return the name of this end of the upload, which is announced and emailed once. Different
    failures are different ends, and so are the ends of different load attempts."""
    if finished.outcome == "failed":
        return f"failed.{finished.code}"
    return f"{finished.outcome}.{finished.attempt}"


def outcome_message(finished: UploadFinished, *, function: str, trace: str) -> Message:
    """Return the message, with as many reasons and examples as fit in MAX_PUSH_BYTES. `function`
    is the one that publishes it."""
    finished = finished.model_copy(
        update={"detail": finished.detail and shorten_bytes(finished.detail, _DETAIL_BYTES)}
    )
    message = _message(finished, function, trace)
    if push_bytes(message) <= MAX_PUSH_BYTES:
        return message
    return _trimmed(finished, function, trace)


def parse_outcome(message: Message) -> UploadFinished:
    """Raises Permanent `event.malformed` naming what is wrong with the message."""
    event = event_of(message)
    if event["type"] not in OUTCOME_TYPES.values():
        raise Permanent(
            "event.malformed",
            f"enrichment-complete carries no events of type {event['type']!r:.80}: not the outcome "
            "of an upload, or of a version that this revision does not know",
        )
    try:
        finished = UploadFinished.model_validate_json(message.data)
    except ValidationError as error:
        raise Permanent(
            "event.malformed", f"not the outcome of an upload: {library_words(error)}"
        ) from error
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


def _message(finished: UploadFinished, function: str, trace: str) -> Message:
    event = CloudEvent(
        {
            "type": OUTCOME_TYPES[finished.outcome],
            "source": f"//csvgate/{function}",
            "id": f"{finished.upload.id}-{end_of(finished)}",
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


def _trimmed(finished: UploadFinished, function: str, trace: str) -> Message:
    """Return the largest message that fits. The examples of the rarest reasons go first, except
    those of the LEADING reasons. Then the rarest reasons are added up as OTHER, so that the
    counts stay true. If huge cells fill the message, all examples go."""
    reasons = finished.reasons
    number, leading = len(reasons), min(LEADING, len(reasons))
    # Within each list, a later pair of (reasons kept, reasons with examples) is a smaller message.
    fewer_examples = [(number, n) for n in range(number, leading - 1, -1)]
    fewer_reasons = [(n, leading) for n in range(number, leading - 1, -1)]
    no_examples = [(n, 0) for n in range(number, -1, -1)]

    def message(pair: tuple[int, int]) -> Message:
        shown = {"reasons": _shown(reasons, *pair)}
        return _message(finished.model_copy(update=shown), function, trace)

    def fits(pair: tuple[int, int]) -> bool:
        return push_bytes(message(pair)) <= MAX_PUSH_BYTES

    for pairs in (fewer_examples, fewer_reasons, no_examples):
        first = bisect_left(pairs, True, key=fits)
        if first < len(pairs):
            return message(pairs[first])
    raise AssertionError("an outcome without reasons always fits")


def _shown(reasons: tuple[Reason, ...], kept: int, with_examples: int) -> tuple[Reason, ...]:
    """Return the first `kept` reasons, of which the first `with_examples` have examples, and the
    sum of the others."""
    shown = [
        reason if number < with_examples else reason.model_copy(update={"examples": ()})
        for number, reason in enumerate(reasons[:kept])
    ]
    if kept < len(reasons):
        rows = sum(reason.rows for reason in reasons[kept:])
        shown.append(Reason(code=OTHER, column=None, rows=rows))
    return tuple(shown)
