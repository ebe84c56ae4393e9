"""Formats of strings: email, uri, uuid, binary. They check how a text is written, not that the
address or the resource exists."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from csvgate.types.common.field_type import TypeFault

_ATOMS: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LETTER: Final = r"[A-Za-z0-9\u0080-\U0010ffff]"
_LABEL: Final = rf"{_LETTER}+(?:-+{_LETTER}+)*"
_QUOTED: Final = r'"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"'
_EMAIL: Final = rf"(?P<local>{_ATOMS}(?:\.{_ATOMS})*|{_QUOTED})@(?P<domain>{_LABEL}(?:\.{_LABEL})+)"
_EMAIL_OCTETS: Final = 254
_LOCAL_OCTETS: Final = 64
_DOMAIN_LABEL: Final = 63
# Possessive, because Python would otherwise keep 120 bytes for each repetition of a group.
_URI: Final = (
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):"
    r"(?=(?://(?P<authority>[^/?#]*))?)"
    r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})++"
)
_LONGEST_AUTHORITY: Final = 2_048
"""The most characters of an authority, because urlsplit caches what it has parsed. A host has up to
255."""
_HOSTED: Final = ("http", "https", "ftp", "ftps", "ws", "wss")
UUID: Final = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


@cache
def _compiled(pattern: str) -> "re.Pattern[str]":
    """Return the compiled pattern. All of them together take 10 ms of CPU to compile, which a cold
    start does not pay for formats that no field has."""
    return re.compile(pattern)


def is_email(text: str) -> bool:
    """Return whether the text is an email address as RFC 6531 defines it, in any script, and its
    domain has a dot."""
    if len(text) > _EMAIL_OCTETS:
        return False
    found = _compiled(_EMAIL).fullmatch(text)
    if not found:
        return False
    local, domain = found["local"], found["domain"]
    labels = domain.split(".")
    if max(map(len, labels)) > _DOMAIN_LABEL or len(local) > _LOCAL_OCTETS or labels[-1].isdigit():
        return False
    if text.isascii():
        return True
    # No-break spaces, control characters, direction marks and unassigned characters are not
    # printable.
    return (
        text.isprintable()
        and len(text.encode()) <= _EMAIL_OCTETS
        and len(local.encode()) <= _LOCAL_OCTETS
    )


def is_uri(text: str) -> bool:
    """Return whether the text is a URI as RFC 3986 defines it, with a scheme. http and similar
    schemes need a host."""
    found = _compiled(_URI).fullmatch(text)
    if not found:
        return False
    authority = found["authority"] or ""
    if len(authority) > _LONGEST_AUTHORITY:
        return False
    try:
        parts = urlsplit(f"//{authority}")
        _ = parts.port
    except ValueError:  # a port that is not a number, brackets that do not match
        return False
    return found["scheme"].lower() not in _HOSTED or bool(parts.hostname)


def is_uuid(text: str) -> bool:
    """Return whether the text is 32 hexadecimal digits in groups of 8-4-4-4-12."""
    return _compiled(UUID).fullmatch(text) is not None


def is_base64(text: str) -> bool:
    """Return whether the text is base64 as RFC 4648 defines it, padded and on one line."""
    try:
        b64decode(text, validate=True)
    except ValueError:
        return False
    return True


class StringFormat(NamedTuple):
    """One format of the type string."""

    matches: Callable[[str], bool]
    message: str
    """About a cell that does not match."""
    fault: TypeFault
    columns: tuple[str, ...] = ("STRING",)
    """The BigQuery types that hold the format."""

    @property
    def cell_fault(self) -> tuple[str, str]:
        """Code and message."""
        return self.fault.code, self.message


FORMATS: Final[Mapping[str, StringFormat]] = {
    "email": StringFormat(
        is_email,
        "is not an email address such as name@example.com",
        TypeFault(
            "format.email",
            "Not an email address",
            "Addresses in any script are accepted (RFC 6531); the domain needs a dot.",
            example="name@example",
            format="email",
        ),
    ),
    "uri": StringFormat(
        is_uri,
        "is not a URI such as https://example.com/a?b=c",
        TypeFault(
            "format.uri",
            "Not a URI",
            "A URI has a scheme and is written in ASCII; http and similar schemes need a host.",
            example="example.com",
            format="uri",
        ),
    ),
    "uuid": StringFormat(
        is_uuid,
        "is not a UUID such as 123e4567-e89b-12d3-a456-426614174000",
        TypeFault(
            "format.uuid",
            "Not a UUID",
            "A UUID has hexadecimal digits in groups of 8-4-4-4-12.",
            example="123",
            format="uuid",
        ),
    ),
    "binary": StringFormat(
        is_base64,
        "is not base64, in which binary data is written",
        TypeFault(
            "format.binary",
            "Not base64",
            "Base64 is padded and in one line. The column gets the text, or the bytes if it is a "
            "BYTES column.",
            example="aGk",
            format="binary",
        ),
        columns=("STRING", "BYTES"),
    ),
}
"""The formats by name."""
