"""Parse a message from a dead-letter topic into a DeadLetter. Pure; no message makes it fail."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from csvgate.protocol.cloudevents_pubsub import JSON
from csvgate.protocol.dead_letters import PREFIX
from csvgate.protocol.identity import Upload, is_identifier
from csvgate.protocol.messages.attributes import DATAREF, TRACE, UPLOAD, attribute
from csvgate.text import counted
from csvgate_ops.operate.dead_letters.dead_letter import (
    PLATFORM,
    PLATFORM_CODE,
    UNKNOWN_CODE,
    DeadLetter,
    Kind,
)
from csvgate_ops.operate.dead_letters.expiry import expiry
from csvgate_ops.operate.dead_letters.queue.port import Pulled
from csvgate_ops.operate.dead_letters.queue.routes import Route

REPLAYS: Final = f"{PREFIX}replays"
REPLAY_OF: Final = f"{PREFIX}replay-of"
REPLAYED_BY: Final = f"{PREFIX}replayed-by"
REPLAY_RUN: Final = f"{PREFIX}replay-run"
_MOST_PARSED: Final = 64 * 1024
"""The largest JSON in bytes that is searched for an upload and a dataset; csvgate's own messages
are far smaller."""


def parse(pulled: Pulled, route: Route, keep_bytes: int | None = None) -> DeadLetter:
    """Data larger than `keep_bytes` is dropped; None keeps data of any size."""
    attributes = pulled.attributes
    platform = f"{PLATFORM}Subscription" in attributes and f"{PREFIX}code" not in attributes
    body = _object(pulled.data)
    kept = keep_bytes is None or len(pulled.data) <= keep_bytes
    upload = _upload(attributes, body)
    return DeadLetter(
        id=pulled.id,
        subscription=route.review,
        topic=route.dead_letter_topic,
        function=attributes.get(f"{PREFIX}function") or route.function,
        source_topic=route.source_topic,
        dataset=attributes.get(f"{PREFIX}dataset") or _text(body, "dataset"),
        upload=upload,
        code=PLATFORM_CODE if platform else attributes.get(f"{PREFIX}code") or UNKNOWN_CODE,
        message=_message(attributes, route, platform=platform),
        attempt=_number(attributes, f"{PREFIX}attempt", f"{PLATFORM}DeliveryCount"),
        first_seen=_time(attributes, f"{PREFIX}first-seen", f"{PLATFORM}TopicPublishTime"),
        dead_lettered_at=_time(attributes, f"{PREFIX}dead-lettered-at") or pulled.published_at,
        published_at=pulled.published_at,
        trace=attributes.get(f"{PREFIX}trace") or attribute(attributes, TRACE),
        revision=attributes.get(f"{PREFIX}revision", ""),
        size=len(pulled.data),
        attributes=dict(attributes),
        data=pulled.data if kept else None,
        platform_forwarded=platform,
        replays=_number(attributes, REPLAYS) or 0,
        kind=_kind(attributes, body, route),
        object_name=_object_name(attributes, body, upload),
        expires_at=expiry(pulled.published_at, route.retention),
    )


def gave_up(attributes: Mapping[str, str]) -> str:
    """Return how Pub/Sub came to forward a letter, as the beginning of a sentence."""
    count = _number(attributes, f"{PLATFORM}DeliveryCount")
    after = counted(count, "delivery", "deliveries") if count else "the last delivery"
    return f"Pub/Sub gave up after {after} from {attributes.get(f'{PLATFORM}Subscription', '')}"


def _message(attributes: Mapping[str, str], route: Route, *, platform: bool) -> str:
    if not platform:
        given = attributes.get(f"{PREFIX}message")
        return (
            given
            or "the message gives no reason: it was published here by hand or by another program"
        )
    return (
        f"{gave_up(attributes)}: {route.function} did not answer, "
        "or the message could not be delivered to it (the function does not start, runs out of "
        "memory or time, or its trigger refuses the message). See its logs. The message is "
        "unchanged"
    )


def _kind(attributes: Mapping[str, str], body: Mapping[str, Any], route: Route) -> Kind:
    if route.is_storage and ("eventType" in attributes or _text(body, "bucket")):
        return "storage event"
    content_type = attributes.get("content-type", "")
    if content_type == JSON and attribute(attributes, DATAREF):
        return "chunk"
    return "json" if content_type == JSON or body else "other"


def _object(data: bytes) -> Mapping[str, Any]:
    """Return the data as a JSON object; empty when it is not one, or too large to be one of
    csvgate's."""
    if len(data) > _MOST_PARSED:
        return {}
    if data[:1] not in (b"{", b" ", b"\n", b"\t"):
        return {}
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _upload(attributes: Mapping[str, str], body: Mapping[str, Any]) -> str:
    inner = body.get("upload")
    for found in (
        attributes.get(f"{PREFIX}upload", ""),
        attribute(attributes, UPLOAD),
        _text(inner, "id") if isinstance(inner, dict) else "",
    ):
        if is_identifier(found):
            return found
    bucket = attributes.get("bucketId") or _text(body, "bucket")
    name = attributes.get("objectId") or _text(body, "name")
    generation = attributes.get("objectGeneration") or _text(body, "generation")
    if bucket and name and generation.isascii() and generation.isdigit() and len(generation) < 25:
        return Upload(bucket, name, int(generation)).id
    return ""


def _object_name(attributes: Mapping[str, str], body: Mapping[str, Any], upload: str) -> str:
    """Return the name of the uploaded object that a storage event is about, or that an event of
    csvgate names. The latter counts only if the upload's id is made from it."""
    if name := attributes.get("objectId") or (_text(body, "bucket") and _text(body, "name")):
        return name
    inner = body.get("upload")
    if not isinstance(inner, dict) or not isinstance(inner.get("generation"), int):
        return ""
    named = Upload(_text(inner, "bucket"), _text(inner, "name"), inner["generation"])
    return named.name if named.id == upload else ""


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _number(attributes: Mapping[str, str], *names: str) -> int | None:
    for name in names:
        value = attributes.get(name, "")
        if value.isascii() and value.isdigit() and len(value) < 10:
            return int(value)
    return None


def _time(attributes: Mapping[str, str], *names: str) -> datetime | None:
    for name in names:
        try:
            found = datetime.fromisoformat(attributes.get(name, ""))
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
    return None
