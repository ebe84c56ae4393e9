"""Builds Cloud Storage notifications, which make validate_and_parse read an object.

Format: https://cloud.google.com/storage/docs/pubsub-notifications.
"""

import json
from datetime import UTC, datetime
from typing import Final

from csvgate.ports import Message

NOTIFICATION: Final = {"eventType": "OBJECT_FINALIZE", "payloadFormat": "JSON_API_V1"}


def object_finalized(
    *,
    bucket: str,
    name: str,
    generation: int,
    size: int,
    crc32c: str,
    created: datetime,
    content_encoding: str | None = None,
) -> Message:
    """Return the notification that Cloud Storage sent when the generation was created. `size` is in
    stored bytes and `crc32c` in base64."""
    created = created.astimezone(UTC)
    resource = {
        "bucket": bucket,
        "name": name,
        "generation": str(generation),
        "size": str(size),
        "crc32c": crc32c,
        "contentType": "text/csv",
        "timeCreated": created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if content_encoding:
        resource["contentEncoding"] = content_encoding
    attributes = {
        **NOTIFICATION,
        "bucketId": bucket,
        "objectId": name,
        "objectGeneration": str(generation),
        "eventTime": created.isoformat(),
    }
    return Message(json.dumps(resource).encode(), attributes)
