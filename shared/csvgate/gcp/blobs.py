"""What csvgate reads from the metadata of an object, and writes into it."""

from typing import Any, Final
from uuid import uuid4

from csvgate.ports import ObjectInfo

INFO_FIELDS: Final = "name,generation,size,contentEncoding,timeCreated,crc32c"
"""The fields that `info` needs in a listing."""
_WRITER: Final = "csvgate-writer"


def info(blob: Any) -> ObjectInfo:
    """Return the metadata that an object of the library has loaded."""
    return ObjectInfo(
        bucket=blob.bucket.name,
        name=blob.name,
        generation=int(blob.generation),
        size=int(blob.size),
        content_encoding=blob.content_encoding or None,
        created=blob.time_created,
        crc32c=blob.crc32c,
    )


def mark(blob: Any) -> str:
    """Put a random token into the metadata of an object before its upload, and return the token. If
    the answer to the first try is lost, the retry is refused because of the object that the first
    try created. The token distinguishes that object from another caller's, even one with the same
    content."""
    token = uuid4().hex
    blob.metadata = {_WRITER: token}
    return token


def is_marked(blob: Any, token: str) -> bool:
    """Return whether the object was written with this token."""
    return (blob.metadata or {}).get(_WRITER) == token
