"""Parse the Storage event: which generation of which object was finalized."""

import re
from datetime import UTC, datetime
from typing import Any

from cloudevents.http import CloudEvent

from csvgate.light_dataclass import dataclass
from csvgate.protocol.events import STORAGE_FINALIZED
from csvgate.protocol.identity import Upload
from csvgate.runtime.errors import Permanent

_MOST_DIGITS = 19
_MD5 = re.compile(r"[A-Za-z0-9+/]{22}==")
_CRC32C = re.compile(r"[A-Za-z0-9+/]{6}==")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[!-~]{0,200})?")


@dataclass(frozen=True, slots=True)
class ObjectEvent:
    upload: Upload
    size: int
    """The number of bytes stored, which may be compressed."""
    crc32c: str
    """The CRC32C of the stored bytes in base64; empty if the event has none."""
    md5: str
    """The MD5 of the stored bytes in base64; empty if the event has none."""
    created_at: datetime | None
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
        bucket=_string(data, "bucket"),
        name=_string(data, "name"),
        generation=_number(data, "generation"),
    )
    return ObjectEvent(
        upload=upload,
        size=_number(data, "size"),
        crc32c=_crc32c(data),
        md5=_md5(data),
        created_at=_time(data, "timeCreated"),
        trace=_trace(event) or upload.traceparent,
    )


def _crc32c(data: dict[str, Any]) -> str:
    """Return the checksum. Raises Permanent `event.malformed` if it is not one."""
    value = data.get("crc32c") or ""
    if not isinstance(value, str) or (value and not _CRC32C.fullmatch(value)):
        raise Permanent(
            "event.malformed", f"data.crc32c: expected a CRC32C in base64, got {value!r:.80}"
        )
    return value


def _md5(data: dict[str, Any]) -> str:
    """Return the MD5; empty if the event has none. It only distinguishes files, so what is not one
    is left out."""
    value = data.get("md5Hash")
    return value if isinstance(value, str) and _MD5.fullmatch(value) else ""


def _time(data: dict[str, Any], field: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(data.get(field)))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _trace(event: CloudEvent) -> str | None:
    """Return the value if it is a W3C trace context, and None otherwise: a value longer than a
    Pub/Sub attribute may be would prevent every message about the upload from being published."""
    trace = str(event.get_attributes().get("traceparent") or "")
    return trace if _TRACEPARENT.fullmatch(trace) else None


def _string(data: dict[str, Any], field: str) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value:
        raise Permanent("event.malformed", f"data.{field}: expected a string, got {value!r:.80}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Permanent(
            "event.malformed", f"data.{field}: contains a lone surrogate, which UTF-8 cannot encode"
        ) from error
    return value


def _number(data: dict[str, Any], field: str) -> int:
    """Cloud Storage writes 64-bit numbers as strings."""
    value = data.get(field)
    text = str(value)[: _MOST_DIGITS + 1]
    if isinstance(value, bool) or not text.isascii() or not text.isdigit():
        raise Permanent("event.malformed", f"data.{field}: expected a number, got {value!r:.80}")
    if len(text) > _MOST_DIGITS:
        raise Permanent(
            "event.malformed", f"data.{field}: expected at most 64 bits, got {value!r:.80}"
        )
    return int(text)
