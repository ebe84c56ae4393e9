"""The Storage event: which generation of which object was finalized."""

from dataclasses import dataclass
from typing import Any

from cloudevents.http import CloudEvent

from csvgate.errors import Permanent
from csvgate.events import STORAGE_FINALIZED
from csvgate.identity import Upload

_MAX_DIGITS = 19


@dataclass(frozen=True, slots=True)
class ObjectEvent:
    upload: Upload
    size: int
    """Stored bytes."""
    content_encoding: str | None
    trace: str
    """W3C traceparent."""


def parse(event: CloudEvent) -> ObjectEvent:
    """Raises Permanent `event.malformed` naming the field at fault."""
    if event["type"] != STORAGE_FINALIZED:
        raise Permanent(
            "event.malformed", f"expected an event of type {STORAGE_FINALIZED}, got {event['type']}"
        )
    data: Any = event.data
    if not isinstance(data, dict):
        raise Permanent("event.malformed", "the event's data is not a JSON object")
    upload = Upload(
        bucket=_text(data, "bucket"),
        name=_text(data, "name"),
        generation=_number(data, "generation"),
    )
    encoding = data.get("contentEncoding")
    return ObjectEvent(
        upload=upload,
        size=_number(data, "size"),
        content_encoding=str(encoding) if encoding else None,
        trace=str(event.get_attributes().get("traceparent") or upload.traceparent),
    )


def _text(data: dict[str, Any], field: str) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value:
        raise Permanent("event.malformed", f"data.{field}: expected text, got {value!r:.80}")
    return value


def _number(data: dict[str, Any], field: str) -> int:
    """Cloud Storage writes 64-bit numbers as text."""
    value = data.get(field)
    text = "" if isinstance(value, bool) else str(value)
    # Python itself refuses to read thousands of digits, with an exception nobody expects.
    if not text.isascii() or not text.isdigit() or len(text) > _MAX_DIGITS:
        raise Permanent("event.malformed", f"data.{field}: expected a number, got {value!r:.80}")
    return int(text)
