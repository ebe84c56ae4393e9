"""Identifiers: hashes that every delivery of the same upload computes alike."""

import hashlib
from typing import Final

from csvgate.light_dataclass import dataclass

PROTOCOL_VERSION: Final = 2
"""The version of the delivery protocol. It is part of a plan's id, so that functions of two
versions never share the attempts of an upload."""
_HEXADECIMAL: Final = frozenset("0123456789abcdef")
_MAX_IDENTIFIER: Final = 64
_SHA256_DIGITS: Final = 64


def digest(*parts: str, length: int = 20) -> str:
    """Return the first `length` hex digits of SHA-256 over the parts, each preceded by its
    length."""
    h = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        h.update(len(data).to_bytes(8, "big"))
        h.update(data)
    return h.hexdigest()[:length]


def is_identifier(text: str) -> bool:
    """Return whether this may be the id of an upload or a plan. Messages may be forged: anything
    else must not become part of an object's name in the ledger."""
    return 0 < len(text) <= _MAX_IDENTIFIER and set(text) <= _HEXADECIMAL


def is_sha256(text: str) -> bool:
    """Return whether this is a SHA-256 in hexadecimal."""
    return len(text) == _SHA256_DIGITS and set(text) <= _HEXADECIMAL


@dataclass(frozen=True, slots=True)
class Upload:
    """One generation of one object."""

    bucket: str
    name: str
    generation: int

    @property
    def id(self) -> str:
        return digest("upload", self.bucket, self.name, str(self.generation))

    @property
    def uri(self) -> str:
        return f"gs://{self.bucket}/{self.name}#{self.generation}"

    @property
    def traceparent(self) -> str:
        """W3C trace context for an upload that arrived without one, the same on every delivery."""
        return f"00-{digest('trace', self.id, length=32)}-{digest('span', self.id, length=16)}-01"
