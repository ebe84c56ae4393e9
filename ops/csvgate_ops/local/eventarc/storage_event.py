"""`google.cloud.storage.object.v1.finalized`, as Eventarc sends it.

It is made from a Cloud Storage notification
(https://cloud.google.com/storage/docs/pubsub-notifications). The data is the object's resource:
StorageObjectData of googleapis/google-cloudevents, with `kind`, `selfLink` and `mediaLink` as in
its test data. Fields that an emulator leaves out are filled in as Cloud Storage would.
"""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from csvgate.protocol.events import STORAGE_FINALIZED
from csvgate_ops.local.eventarc.message import (
    CloudEvent,
    NotAnEvent,
    NotForTrigger,
    Received,
    timestamp,
)

# fmt: off
FIELDS = frozenset({
    "bucket", "cacheControl", "componentCount", "contentDisposition", "contentEncoding",
    "contentLanguage", "contentType", "crc32c", "customTime", "customerEncryption", "etag",
    "eventBasedHold", "generation", "id", "kind", "kmsKeyName", "md5Hash", "mediaLink",
    "metadata", "metageneration", "name", "retentionExpirationTime", "selfLink", "size",
    "storageClass", "temporaryHold", "timeCreated", "timeDeleted", "timeStorageClassUpdated",
    "updated",
})
# fmt: on
TIMES = ("timeCreated", "timeDeleted", "timeStorageClassUpdated", "updated", "customTime")
API = "https://www.googleapis.com/storage/v1"
DOWNLOADS = "https://storage.googleapis.com/download/storage/v1"


def object_finalized(message: Received, *, bucket: str) -> CloudEvent:
    """Return the event for the notification of a finalized object in `bucket`.

    Raises NotForTrigger for another notification and NotAnEvent for another message.
    """
    kind, of_bucket = (message.attributes.get(name) for name in ("eventType", "bucketId"))
    if not kind or not of_bucket:
        raise NotAnEvent("not a Cloud Storage notification: eventType or bucketId is missing")
    if kind != "OBJECT_FINALIZE":
        raise NotForTrigger(f"eventType is {kind!r}")
    if of_bucket != bucket:
        raise NotForTrigger(f"bucketId is {of_bucket!r}")
    try:
        resource = json.loads(message.data)
    except ValueError as error:
        raise NotAnEvent("the data is not JSON") from error
    if not isinstance(resource, dict):
        raise NotAnEvent("the data is not a JSON object")
    data = complete(resource, message)
    return CloudEvent(
        {
            "bucket": bucket,
            "id": message.message_id,
            "source": f"//storage.googleapis.com/projects/_/buckets/{bucket}",
            "specversion": "1.0",
            "subject": f"objects/{data['name']}",
            "time": data["updated"],
            "type": STORAGE_FINALIZED,
        },
        data,
    )


def complete(resource: Mapping[str, Any], message: Received) -> dict[str, Any]:
    """Return the resource with all fields that Cloud Storage sends, in alphabetical order as
    there."""
    bucket, name = message.attributes["bucketId"], message.attributes.get("objectId", "")
    generation = str(resource.get("generation") or message.attributes.get("objectGeneration", ""))
    if not name or not generation.isdigit():
        raise NotAnEvent("objectId or objectGeneration is missing")
    metageneration = str(resource.get("metageneration") or "1")
    known = {key: value for key, value in resource.items() if key in FIELDS and value is not None}
    times = {key: _time(known[key]) for key in TIMES if isinstance(known.get(key), str)}
    created = times.get("timeCreated", timestamp(message.publish_time))
    path = f"b/{quote(bucket, safe='')}/o/{quote(name, safe='')}"
    defaults = {
        "contentType": "application/octet-stream",
        "etag": etag(int(generation), int(metageneration)),
        "mediaLink": f"{DOWNLOADS}/{path}?generation={generation}&alt=media",
        "selfLink": f"{API}/{path}",
        "size": "0",
        "storageClass": "STANDARD",
        "timeCreated": created,
        "timeStorageClassUpdated": created,
        "updated": created,
    }
    fixed = {
        "bucket": bucket,
        "generation": generation,
        "id": f"{bucket}/{name}/{generation}",
        "kind": "storage#object",
        "metageneration": metageneration,
        "name": name,
    }
    present = {key: value for key, value in known.items() if value not in ("", {})}
    return dict(sorted((defaults | present | times | fixed).items()))


def etag(generation: int, metageneration: int) -> str:
    """Return the etag as Cloud Storage makes it: a protobuf message of both numbers, in base64."""
    parts = b"\x08" + _varint(generation) + b"\x10" + _varint(metageneration)
    return base64.b64encode(parts).decode("ascii")


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    return bytes([*encoded, number])


def _time(text: str) -> str:
    """Return the time in UTC with milliseconds, as in Cloud Storage."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotAnEvent(f"{text!r} is not a time") from error
    return timestamp(time.replace(microsecond=time.microsecond // 1000 * 1000))
